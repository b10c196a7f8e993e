/** The river end to end on a real gateway: what was acknowledged is there, whatever was killed; nothing is plain. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { textFile, viewerProgram } from '#fixtures/bad.ts'
import { call, callJson } from '#fixtures/client/call.ts'
import { type Desk, deskOf, signIn } from '#fixtures/client/desk.ts'
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
import { discFiles } from '#fixtures/disc.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canary, canaryPatient } from '#fixtures/patient.ts'
import { reportPdf } from '#fixtures/pdf.ts'

let folder: string
let gateway: Gateway
let desk: Desk
const secrets: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-river-'))
  gateway = await startGateway(folder)
  secrets.push(gateway.signInCode ?? 'no code')
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  secrets.push(desk.token)
})

afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

const restart = async (): Promise<void> => {
  gateway = await startGateway(folder, { PORT: new URL(gateway.url).port })
  desk = deskOf(gateway.url, desk.token)
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const slices = (count: number, seed: number, size = 64): Sendable[] =>
  [...ctStudy({ slices: count, seed, rows: size, columns: size })].map((file) =>
    inMemory(file.path, file.bytes, file.modified.getTime()),
  )

const newSession = async (
  terms: Record<string, unknown> = {},
): Promise<{ id: string; session: Session; link: string }> => {
  const id = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
  const link = await desk.openLink(id, terms)
  secrets.push(link.url.slice(link.url.indexOf('#') + 1))
  const session = await exchange(gateway.url, link.url)
  secrets.push(session.session)
  return { id, session, link: link.link }
}

const settle = async (session: Session) => {
  for (let tries = 0; tries < 400; tries += 1) {
    const items = await status(gateway.url, session)
    if (items.every((item) => item.state !== 'received')) return items
    await new Promise((again) => setTimeout(again, 50))
  }
  throw new Error('no verdict within 20 s')
}

const bundleOf = async (id: string): Promise<Map<string, Buffer>> => {
  const grant = await desk.openGrant(id)
  const answer = await call(`${gateway.url}/api/cases/${id}/bundle`, { token: grant.token })
  expect(answer.status).toBe(200)
  return readZip(answer.body)
}

const expectBundleHolds = async (id: string, files: readonly Sendable[]): Promise<void> => {
  const bundle = await bundleOf(id)
  const digests = new Set([...bundle.values()].map(sha256))
  for (const file of files) expect(digests.has(sha256(await file.read(0, file.size)))).toBe(true)
}

const filesBelow = async (root: string): Promise<string[]> =>
  (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

describe('acknowledged means durable', () => {
  it('a part is there after kill -9 of everything the moment it was acknowledged', async () => {
    const { id, session } = await newSession()
    const files = slices(40, 11, 256)
    const planned = await plan(gateway.url, session, files)
    const parts = cutParts(session, planned, 1_500_000)
    expect(parts.length).toBeGreaterThan(2)
    const acknowledged = new Set<number>()
    for (const part of parts.slice(0, 3)) {
      await sendPart(gateway.url, session, planned, files, part)
      for (const run of part) acknowledged.add(run.file)
      if (part === parts[2]) await gateway.kill()
    }
    await restart()
    const again = await plan(gateway.url, session, files)
    expect(again.map((item) => item.id)).toEqual(planned.map((item) => item.id))
    for (const [index, item] of again.entries())
      expect(item.missing.length === 0).toBe(acknowledged.has(index))
    const { parts: sent } = await send(gateway.url, session, files)
    expect(sent).toBeGreaterThan(0)
    await finish(gateway.url, session)
    expect((await settle(session)).map((item) => item.state)).toEqual(files.map(() => 'accepted'))
    await expectBundleHolds(id, files)
  })

  it('killing worker and server while bytes move loses nothing and sends no part twice but the one in flight', async () => {
    const { id, session } = await newSession()
    const files = slices(120, 12, 256)
    const planned = await plan(gateway.url, session, files)
    const parts = cutParts(session, planned, 1_000_000)
    let sentParts = 0
    for (const part of parts) {
      for (let tries = 0; ; tries += 1) {
        try {
          await sendPart(gateway.url, session, planned, files, part)
          sentParts += 1
          break
        } catch (error) {
          if (tries > 100) throw error
          await new Promise((wait) => setTimeout(wait, 100))
        }
      }
      const name = ['', '', '', 'worker', '', 'inspector', 'server'][sentParts % 7]
      for (const [pid, what] of gateway.processes()) if (what === name) process.kill(pid, 'SIGKILL')
    }
    await finish(gateway.url, session)
    expect((await settle(session)).map((item) => item.state)).toEqual(files.map(() => 'accepted'))
    await expectBundleHolds(id, files)
  }, 90_000)
})

describe('resume', () => {
  it('a renewed link goes on where the old one stopped, and the old one opens nothing more', async () => {
    const { id, session, link } = await newSession()
    const files = [...slices(10, 21, 128), inMemory('big.dcm', (await oneLargeSlice()).bytes, 1)]
    const planned = await plan(gateway.url, session, files)
    const parts = cutParts(session, planned, 600_000)
    for (const part of parts.slice(0, Math.floor(parts.length / 2)))
      await sendPart(gateway.url, session, planned, files, part)
    const renewed = await callJson(`${gateway.url}/api/links/${link}/renew`, {
      token: desk.token,
      json: { days: 3 },
    })
    expect(renewed.status).toBe(201)
    const next = await exchange(gateway.url, (renewed.json as { url: string }).url)
    const again = await plan(gateway.url, next, files)
    expect(again.map((item) => item.id)).toEqual(planned.map((item) => item.id))
    const rest = cutParts(next, again, 600_000)
    expect(rest.length).toBeLessThanOrEqual(parts.length - Math.floor(parts.length / 2))
    for (const part of rest) await sendPart(gateway.url, next, again, files, part)
    await finish(gateway.url, next)
    expect((await settle(next)).every((item) => item.state === 'accepted')).toBe(true)
    await expectBundleHolds(id, files)
  })
})

const oneLargeSlice = async () => {
  const [file] = [...ctStudy({ slices: 1, seed: 77, rows: 2_048, columns: 2_048 })]
  if (file === undefined) throw new Error('one slice')
  return file
}

describe('both doors', () => {
  it('a plain form is received like parts, and the same bytes again are one copy', async () => {
    const { id, session } = await newSession()
    const files = slices(3, 31, 700)
    const form = new FormData()
    for (const file of files)
      form.append('file', new Blob([new Uint8Array(await file.read(0, file.size))]), file.path)
    const answer = await fetch(`${gateway.url}/api/send/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${session.session}`, accept: 'application/json' },
      body: form,
    })
    expect(answer.status).toBe(200)
    const reply = (await answer.json()) as { items: unknown[] }
    expect(reply.items).toHaveLength(3)
    await settle(session)
    await send(gateway.url, session, files)
    const states = (await settle(session)).map((item) => `${item.state} ${item.codes.join()}`).toSorted()
    expect(states).toEqual([...Array(3).fill('accepted '), ...Array(3).fill('rejected DUPLICATE')])
    await expectBundleHolds(id, files)
  })

  it('what is no record is refused in words, and its bytes are not kept readable', async () => {
    const { session } = await newSession()
    const bad = [viewerProgram(), textFile()].map((file) => inMemory(file.path, file.bytes))
    await send(gateway.url, session, [...bad, inMemory('empty', Buffer.alloc(0)), ...slices(1, 41)])
    const items = await settle(session)
    expect(items.map((item) => item.codes)).toEqual([['LEFT_OUT_PROGRAM'], ['TEXT_FILE'], ['EMPTY_FILE'], []])
    for (const item of items.slice(0, 3)) expect(item.sentence).toMatch(/[.]$/)
  })

  it('a pack in which nothing lives is gone from the disk', async () => {
    const before = new Set(await filesBelow(join(folder, 'data/objects/packs')))
    const { session } = await newSession()
    await send(gateway.url, session, [inMemory('viewer', viewerProgram().bytes)])
    expect((await settle(session)).map((item) => item.state)).toEqual(['rejected'])
    for (let tries = 0; tries < 100; tries += 1) {
      const now = await filesBelow(join(folder, 'data/objects/packs'))
      if (now.every((path) => before.has(path))) return
      await new Promise((again) => setTimeout(again, 50))
    }
    throw new Error('the pack is still there')
  })
})

describe('a poisoned pack', () => {
  it('ends in quarantine and holds up nobody', async () => {
    const { id, session } = await newSession()
    for (const [pid, what] of gateway.processes()) if (what === 'worker') process.kill(pid, 'SIGSTOP')
    await send(gateway.url, session, slices(2, 51))
    await damageNewest(await filesBelow(join(folder, 'data/objects/packs')))
    // Without the first bytes that wait beside it, the worker has to open the pack itself.
    const client = await connectLedger()
    const forgotten = await client.query('delete from pack_heads')
    await client.end()
    expect(forgotten.rowCount).toBe(1)
    for (const [pid, what] of gateway.processes()) if (what === 'worker') process.kill(pid, 'SIGCONT')
    const other = await newSession()
    const files = slices(2, 52)
    await send(gateway.url, other.session, files)
    expect((await settle(other.session)).map((item) => item.state)).toEqual(['accepted', 'accepted'])
    const items = await settle(session)
    expect(items.map((item) => `${item.state} ${item.codes.join()}`)).toEqual(
      Array(2).fill('quarantined CHECK_UNAVAILABLE'),
    )
    expect(await desk.caseState(id)).not.toBe('ready')
  }, 60_000)
})

const damageNewest = async (paths: readonly string[]): Promise<void> => {
  const { stat } = await import('node:fs/promises')
  const ages = await Promise.all(paths.map(async (path) => ({ path, at: (await stat(path)).mtimeMs })))
  const newest = ages.toSorted((a, b) => b.at - a.at)[0]
  if (newest === undefined) throw new Error('a pack')
  const bytes = await readFile(newest.path)
  randomBytes(200).copy(bytes, 60)
  await writeFile(newest.path, bytes)
}

describe('losing the whole queue', () => {
  it('loses nothing: the ledger asks again', async () => {
    const { id, session } = await newSession()
    for (const [pid, what] of gateway.processes()) if (what === 'worker') process.kill(pid, 'SIGSTOP')
    const files = slices(4, 71)
    await send(gateway.url, session, files)
    const client = await connectLedger()
    const lost = await client.query('delete from bullmq.job')
    await client.end()
    expect(lost.rowCount).toBeGreaterThan(0)
    for (const [pid, what] of gateway.processes()) if (what === 'worker') process.kill(pid, 'SIGCONT')
    expect((await settle(session)).map((item) => item.state)).toEqual(files.map(() => 'accepted'))
    await expectBundleHolds(id, files)
  }, 40_000)
})

describe('one file', () => {
  it('is read whole and by range, with its digest, and only while its case allows it', async () => {
    const { id, session } = await newSession()
    const { bytes } = await oneLargeSlice()
    await send(gateway.url, session, [inMemory('big.dcm', bytes, 1)])
    const [item] = await settle(session)
    const { token } = await desk.openGrant(id)
    const url = `${gateway.url}/api/cases/${id}/items/${item?.id}/content`
    const whole = await call(url, { token })
    expect(whole.body.equals(bytes)).toBe(true)
    const digest = createHash('sha256').update(bytes).digest('base64')
    expect(whole.headers['repr-digest']).toBe(`sha-256=:${digest}:`)
    for (const [start, end] of [
      [0, 1],
      [262_143, 262_145],
      [5_000_000, 8_000_000],
      [bytes.length - 1, bytes.length],
    ] as const) {
      const part = await call(url, { token, headers: { range: `bytes=${start}-${end - 1}` } })
      expect(part.status).toBe(206)
      expect(part.body.equals(bytes.subarray(start, end))).toBe(true)
    }
    const bad = await call(url, { token, headers: { range: `bytes=${bytes.length}-` } })
    expect(bad.status).toBe(416)
  })
})

describe('nothing plain at rest', () => {
  it('no file, table, queue or log holds a record, a name, a file name or a secret', async () => {
    const { session } = await newSession()
    const files: Sendable[] = []
    for await (const file of discFiles({ slices: 8, seed: 61 }))
      files.push(inMemory(file.path, file.bytes, file.modified.getTime()))
    files.push(inMemory(`${canary}.pdf`, await reportPdf({ seed: 62, text: canary }), 5))
    await send(gateway.url, session, files)
    await finish(gateway.url, session)
    await settle(session)
    // "DICM" and "%PDF" alone are four bytes, which chance puts into a gigabyte of ciphertext; with what follows
    // them in every real file they are not.
    const needles = [
      Buffer.from('DICM\x02\0\0\0', 'latin1'),
      Buffer.from('%PDF-1.'),
      ...['CANARYPATIENT', canary, 'VIEWER.EXE', 'IM000001', canaryPatient.birthDate, ...secrets].map(
        (text) => Buffer.from(text),
      ),
    ]
    const find = (bytes: Buffer): string[] =>
      needles.filter((needle) => bytes.includes(needle)).map((needle) => needle.toString())
    expect(find(Buffer.from(gateway.output().replace(/#sign-in=\S+/g, '')))).toEqual([])
    expect(find(await dumpTables())).toEqual([])
    await gateway.stop()
    const found: string[] = []
    for (const path of await filesBelow(join(folder, 'data'))) {
      const bytes = await readFile(path)
      found.push(...find(bytes).map((needle) => `${path}: ${needle}`))
      found.push(
        ...needles
          .filter((needle) => path.includes(needle.toString()))
          .map((needle) => `${path}: ${needle.toString()}`),
      )
    }
    expect(found).toEqual([])
    await restart()
  }, 90_000)
})

/** A connection of the server's own kind: its address is only in its environment. */
const connectLedger = async (): Promise<Client> => {
  const command = await Promise.all(
    [...gateway.processes()].map(async ([pid, name]) =>
      name === 'server'
        ? (await readFile(`/proc/${pid}/environ`, 'utf8'))
            .split('\0')
            .find((line) => line.startsWith('DATABASE_URL='))
        : undefined,
    ),
  )
  const url = command.find((line) => line !== undefined)?.slice('DATABASE_URL='.length)
  const client = new Client({ connectionString: url ?? '' })
  await client.connect()
  return client
}

/** Every row of every table, the queue's included, as text and with `bytea` as the bytes it stands for. */
const dumpTables = async (): Promise<Buffer> => {
  const client = await connectLedger()
  try {
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    )
    expect(tables.rows.length).toBeGreaterThan(15)
    const texts: Buffer[] = []
    for (const { name } of tables.rows) {
      const rows = await client.query<{ row: string }>(`select t::text as row from ${name} as t`)
      for (const { row } of rows.rows) {
        texts.push(Buffer.from(row))
        for (const hex of row.matchAll(/\\x([0-9a-f]+)/g)) texts.push(Buffer.from(hex[1] ?? '', 'hex'))
      }
    }
    return Buffer.concat(texts)
  } finally {
    await client.end()
  }
}
