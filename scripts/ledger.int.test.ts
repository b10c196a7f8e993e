/** Ledger: bucket and key ring alone bring everything back that was acknowledged, and a wrong bucket is noticed. */
import { mkdir, mkdtemp, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuditLedger } from '#adapters/postgres/audit-ledger.ts'
import { openDatabase, openPool } from '#adapters/postgres/database.ts'
import type { AuditEntry } from '#domain/audit.ts'
import type { CaseId } from '#domain/id.ts'
import { call, callJson, must } from '#fixtures/client/call.ts'
import { type Desk, type OpenedLink, signIn } from '#fixtures/client/desk.ts'
import {
  cutParts,
  exchange,
  finish,
  inMemory,
  plan,
  type Sendable,
  type Session,
  send,
  sendPart,
  status,
} from '#fixtures/client/sender.ts'
import { readZip } from '#fixtures/client/zip.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { ctWithPreamble } from '#fixtures/dicom/shapes.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { reportPdf } from '#fixtures/pdf.ts'
import { runProgram } from '#fixtures/run-program.ts'
import { trialDatabase } from './reach.ts'

const command = resolve(import.meta.dirname, 'ledger.ts')

let folder: string
let gateway: Gateway
let desk: Desk
let pool: Pool

const run = (...args: string[]) => runProgram(command, args, { DATA_DIR: join(folder, 'data') })

/** Starts it, later where it was: its address stands in links and bundles. */
const start = async (env: Readonly<Record<string, string>> = {}): Promise<void> => {
  gateway = await startGateway(folder, env)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  pool = openPool({ connectionString: (await trialDatabase(join(folder, 'data/postgres'))) ?? '' })
}

const one = async (text: string, ...values: unknown[]): Promise<unknown> =>
  (await pool.query<{ one: unknown }>(text, values)).rows[0]?.one

const until = async (what: string, text: string, ...values: unknown[]): Promise<void> => {
  for (let tries = 0; tries < 600; tries += 1) {
    if ((await one(`select exists (${text}) as one`, ...values)) === true) return
    await new Promise((again) => setTimeout(again, 50))
  }
  throw new Error(`within 30 s there was no ${what}`)
}

const isIndexed = (id: string): Promise<void> =>
  until('index', 'select from case_indexes where case_id = $1 and changed = indexed', id)

const slices = (count: number, seed: number, size = 128): Sendable[] =>
  [...ctStudy({ slices: count, seed, rows: size, columns: size })].map((file) =>
    inMemory(file.path, file.bytes, file.modified.getTime()),
  )

const settle = async (session: Session) => {
  for (let tries = 0; tries < 400; tries += 1) {
    const items = await status(gateway.url, session)
    if (items.every((item) => item.state !== 'received')) return items
    await new Promise((again) => setTimeout(again, 50))
  }
  throw new Error('no verdict within 20 s')
}

const openCase = (): Promise<string> =>
  desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })

const bundleOf = async (id: string) => {
  const { token } = await desk.openGrant(id)
  const { body, headers } = await call(`${gateway.url}/api/cases/${id}/bundle`, { token })
  const manifest = await call(`${gateway.url}/api/cases/${id}/manifest`, { token })
  return { body, etag: headers['etag'], manifest: manifest.body }
}

const objectFile = (key: string): string => {
  const [kind = '', name = ''] = key.split('/')
  return join(folder, 'data/objects', kind, name.slice(-2), name)
}

const keysOf = async (kind: string): Promise<string[]> =>
  (await readdir(join(folder, 'data/objects', kind), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.new'))
    .map((entry) => `${kind}/${entry.name}`)

const entriesOf = (id: string): Promise<readonly AuditEntry[]> =>
  createAuditLedger(openDatabase(pool)).entriesOf(id as CaseId)

const summed = (entries: readonly AuditEntry[]): string[] =>
  entries.map(({ seq, action, hash }) => `${seq} ${action} ${Buffer.from(hash).toString('hex')}`)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-ledger-'))
  await start()
})

afterAll(async () => {
  await pool.end()
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

type Before = {
  whole: { id: string; bundle: Awaited<ReturnType<typeof bundleOf>>; audit: string[] }
  half: { id: string; link: OpenedLink; ids: string[]; sent: number }
  erased: string
  revoked: OpenedLink
}

const halfFiles = [...slices(12, 3), ...slices(1, 4, 900)]
const lateFiles = slices(8, 5, 256)

const sendWhole = async (): Promise<Before['whole']> => {
  const id = await openCase()
  const session = await exchange(gateway.url, (await desk.openLink(id)).url)
  await send(gateway.url, session, slices(19, 1))
  await send(gateway.url, session, [
    inMemory('reports/finding.pdf', await reportPdf({ seed: 2, text: 'nothing found' })),
    inMemory('viewer.txt', Buffer.from('no record')),
    inMemory('odd.dcm', ctWithPreamble(Buffer.from('changed on its way out'), 6).bytes),
  ])
  await finish(gateway.url, session)
  await settle(session)
  await until('ready case', `select from cases where id = $1 and state = 'ready'`, id)
  await isIndexed(id)
  const pieces = `select from audit_pieces where last >= (select max(seq) from audit where case_id = $1)`
  // The piece that is there may be young; time passes faster for it.
  await pool.query(`update audit_pieces set written_at = written_at - interval '2 minutes'`)
  await until('piece of the audit chain', pieces, id)
  const audit = summed(await entriesOf(id))
  return { id, audit, bundle: await bundleOf(id) }
}

const sendHalf = async (): Promise<Before['half']> => {
  const id = await openCase()
  const link = await desk.openLink(id, { maxUses: 2, check: 'code', language: 'mr' })
  const session = await exchange(gateway.url, link.url, link.code ?? '')
  await send(gateway.url, session, halfFiles.slice(0, 10))
  await settle(session)
  await until('index of the use', `select from case_indexes where case_id = $1 and indexed >= 4`, id)
  for (const [pid, name] of gateway.processes()) if (name === 'worker') process.kill(pid, 'SIGSTOP')
  // A plan with files of the first, and one whose every file is new: both without any index after.
  const planned = await plan(gateway.url, session, halfFiles)
  const parts = cutParts(session, planned, 700_000)
  for (const part of parts.slice(0, -1)) await sendPart(gateway.url, session, planned, halfFiles, part)
  await send(gateway.url, session, lateFiles)
  const ids = (await status(gateway.url, session)).map((item) => item.id)
  return { id, link, ids, sent: parts.length - 1 }
}

describe('a ledger that is lost', () => {
  let before: Before

  beforeAll(async () => {
    const whole = await sendWhole()
    const erased = await openCase()
    await isIndexed(erased)
    await pool.query(
      `with gone as (update cases set state = 'erased', wrapped_key = null, intake_key = null, details = null
         where id = $1) update case_indexes set changed = changed + 1 where case_id = $1`,
      [erased],
    )
    await until('index', 'select from case_indexes where case_id = $1 and changed = indexed', erased)
    const other = await openCase()
    const revoked = await desk.openLink(other)
    await callJson(`${gateway.url}/api/links/${revoked.link}/revoke`, { method: 'POST', token: desk.token })
    await isIndexed(other)
    before = { whole, erased, revoked, half: await sendHalf() }
    await pool.end()
    await gateway.kill()
    await rm(join(folder, 'data/postgres'), { recursive: true })
  }, 120_000)

  it('is made again from bucket and key ring, and says by id what came back', async () => {
    const { code, out, err } = await run('rebuild')
    expect(err).toBe('')
    expect(out).toContain(`case ${before.whole.id}: 22 items`)
    expect(out).toMatch(new RegExp(`^case ${before.half.id}: \\d+ items$`, 'm'))
    expect(out).toMatch(/^pack \S+: no index had it/m)
    expect(out).toMatch(/^left indexes\/\S+: erased$/m)
    expect(out).not.toContain(before.erased)
    expect(out).toMatch(/^audit chain: \d+ entries, all hold$/m)
    expect(out).toMatch(/^3 cases, 43 items, \d+ packs to be admitted; 1 objects left, 0 missing$/m)
    expect(code).toBe(1)
    await start({ PORT: new URL(gateway.url).port })
  }, 60_000)

  it('gives the same bundle, byte for byte, also of a file that is changed on its way out', async () => {
    const bundle = await bundleOf(before.whole.id)
    expect(String(readZip(bundle.body).get('MANIFEST.JSN'))).toContain('"original":')
    expect(bundle.etag).toBe(before.whole.bundle.etag)
    expect(bundle.manifest.equals(before.whole.bundle.manifest)).toBe(true)
    expect(bundle.body.equals(before.whole.bundle.body)).toBe(true)
    expect(await desk.caseState(before.whole.id)).toBe('ready')
  })

  it('has the audit chain as it was, and goes on with it', async () => {
    expect(await createAuditLedger(openDatabase(pool)).verify()).toBeNull()
    expect(summed(await entriesOf(before.whole.id)).slice(0, before.whole.audit.length)).toEqual(
      before.whole.audit,
    )
    expect(await one(`select count(*)::int as one from audit where action = 'ledger.rebuilt'`)).toBe(1)
  })

  it('knows no case that was erased, and no link that was revoked', async () => {
    const erased = await callJson(`${gateway.url}/api/cases/${before.erased}`, { token: desk.token })
    expect(erased.status).toBe(404)
    await expect(exchange(gateway.url, before.revoked.url)).rejects.toThrow(/link\.revoked/)
  })

  it('goes on where the sender was: same link, same items, only what is missing, every name', async () => {
    const { id, link, ids } = before.half
    const seen = await must<Record<string, unknown>>(`${gateway.url}/api/send/look`, {
      json: { link: link.url.slice(link.url.indexOf('#') + 1) },
    })
    expect(seen).toMatchObject({
      state: 'open',
      check: 'code',
      language: 'mr',
      lastTwo: id.slice(-2).toUpperCase(),
    })
    expect(seen['initials']).toMatch(/^\p{Lu}{2}$/u)
    const session = await exchange(gateway.url, link.url, link.code ?? '')
    const items = await settle(session)
    expect(items.map((item) => item.id).toSorted()).toEqual(ids.toSorted())
    const planned = await plan(gateway.url, session, halfFiles)
    expect(planned.every((item) => ids.includes(item.id))).toBe(true)
    const rest = cutParts(session, planned, 700_000)
    expect(rest).toHaveLength(1)
    for (const part of rest) await sendPart(gateway.url, session, planned, halfFiles, part)
    await finish(gateway.url, session)
    const done = await settle(session)
    expect(done.map((item) => item.state)).toEqual(ids.map(() => 'accepted'))
    const names = (await desk.items(id)).map((item) => item.name ?? '')
    expect(new Set(names)).toEqual(new Set([...halfFiles, ...lateFiles].map((file) => file.path)))
    const { body } = await bundleOf(id)
    const contents = [...readZip(body).values()]
    for (const file of [...halfFiles, ...lateFiles]) {
      const bytes = await file.read(0, file.size)
      expect(contents.some((content) => content.equals(bytes))).toBe(true)
    }
    await expect(exchange(gateway.url, link.url, link.code ?? '')).rejects.toThrow(/link\.used-up/)
  }, 60_000)

  it('is not made again over one that holds anything', async () => {
    const { code, out, err } = await run('rebuild')
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/not empty/)
  })
})

describe('check', () => {
  const stray = `packs/00000000-0000-4000-8000-00000000000a`
  const old = new Date(Date.now() - 48 * 3_600_000)

  it('finds a bucket whole that is', async () => {
    const { code, out } = await run('check')
    expect(out).toMatch(/ 0 missing, /)
    expect(code).toBe(0)
  })

  it('tells orphans from what may still be written, and removes only the old ones, only when asked', async () => {
    const young = `plans/00000000-0000-4000-8000-00000000000b`
    for (const key of [stray, young]) {
      await mkdir(dirname(objectFile(key)), { recursive: true })
      await writeFile(objectFile(key), 'nothing')
    }
    await utimes(objectFile(stray), old, old)
    const seen = await run('check')
    expect(seen.out).toContain(`orphan: ${stray}`)
    expect(seen.out).toContain(`may still be written (younger than 24 h): ${young}`)
    expect(await keysOf('packs')).toContain(stray)
    const before = (await keysOf('packs')).filter((key) => key !== stray)
    expect((await run('check', '--remove-orphans')).code).toBe(0)
    expect((await keysOf('packs')).toSorted()).toEqual(before.toSorted())
    expect(await keysOf('plans')).toContain(young)
  })

  it('alarms for what is missing, and then removes nothing', async () => {
    const [key = ''] = (
      await pool.query<{ key: string }>(`select 'packs/' || pack_id as key from extents limit 1`)
    ).rows.map((row) => row.key)
    await writeFile(objectFile(stray), 'nothing')
    await utimes(objectFile(stray), old, old)
    await rename(objectFile(key), `${objectFile(key)}.new`)
    const { code, out } = await run('check', '--remove-orphans')
    await rename(`${objectFile(key)}.new`, objectFile(key))
    expect(out).toContain(`MISSING: ${key}`)
    expect(out).toMatch(/nothing was removed/)
    expect(code).toBe(1)
    expect(await keysOf('packs')).toContain(stray)
  })

  it('has an index that is not there written again', async () => {
    const id = String(await one('select case_id as one from case_indexes where object is not null limit 1'))
    const key = `indexes/${String(await one('select object as one from case_indexes where case_id = $1', id))}`
    await rm(objectFile(key))
    const { code, out } = await run('check')
    expect(out).toContain(`was not there and will be written again: ${key}`)
    expect(code).toBe(0)
    await isIndexed(id)
    expect((await run('check')).out).toMatch(/ 0 owed again, /)
  }, 60_000)

  it('says how it is called', async () => {
    for (const args of [[], ['tidy'], ['check', 'twice'], ['rebuild', '--remove-orphans']]) {
      const { code, err } = await run(...args)
      expect(code).toBe(2)
      expect(err).toMatch(/usage: /)
    }
  })
})
