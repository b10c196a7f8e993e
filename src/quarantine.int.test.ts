/** A person's decision on a real gateway: released is read, discarded is gone, and nothing happens twice or unseen. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSecrets } from '#adapters/jose/secrets.ts'
import { type Answer, call, must } from '#fixtures/client/call.ts'
import { type Desk, deskOf, signIn } from '#fixtures/client/desk.ts'
import { exchange, finish, inMemory, type Session, send, status } from '#fixtures/client/sender.ts'
import { readZip } from '#fixtures/client/zip.ts'
import { ctSlice, truncatedCt } from '#fixtures/dicom/shapes.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'

const words = 'CANARYNOTE asked the ward by telephone'

let folder: string
let gateway: Gateway
let desk: Desk
let second: Desk
let ledger: Client

/** A connection of the server's own kind: its address is only in its environment. */
const connectLedger = async (): Promise<Client> => {
  const [server] = [...gateway.processes()].find(([, name]) => name === 'server') ?? []
  const environment = (await readFile(`/proc/${server}/environ`, 'utf8')).split('\0')
  const url = environment.find((line) => line.startsWith('DATABASE_URL='))?.slice('DATABASE_URL='.length)
  const client = new Client({ connectionString: url ?? '' })
  await client.connect()
  return client
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-quarantine-'))
  gateway = await startGateway(folder)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  ledger = await connectLedger()
  const secrets = createSecrets()
  const code = secrets.token()
  await ledger.query(
    `insert into operator_codes (code_hash, created_at, expires_at) values ($1, now(), now() + interval '1 day')`,
    [Buffer.from(secrets.hash(code))],
  )
  second = await signIn(gateway.url, code)
})

afterAll(async () => {
  await ledger.end()
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

type Waiting = {
  id: string
  name: string | null
  modality: string | null
  reasons: { code: string; sentence: string }[]
  release: string
  proposed: { by: string } | null
}

const settle = async (session: Session) => {
  const waiting = async () =>
    (await status(gateway.url, session)).filter((item) => item.state === 'received').length
  await expect.poll(waiting, { timeout: 20_000 }).toBe(0)
  return status(gateway.url, session)
}

/** A case with one good slice and one that lacks a part of its image, which waits. */
const stopped = async (seed: number) => {
  const id = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
  const session = await exchange(gateway.url, (await desk.openLink(id)).url)
  const bad = truncatedCt({ seed })
  await send(gateway.url, session, [inMemory('good.dcm', ctSlice({ seed: seed + 1 }).bytes)])
  await send(gateway.url, session, [inMemory('bad.dcm', bad.bytes)])
  const item = (await settle(session)).find((one) => one.state === 'quarantined')?.id ?? 'none waits'
  return { id, session, item, bytes: bad.bytes }
}

const waitingOf = async (id: string): Promise<Waiting[]> =>
  (await must<{ items: Waiting[] }>(`${gateway.url}/api/cases/${id}/quarantine`, { token: desk.token })).items

const decide = (
  id: string,
  item: string,
  act: string,
  body: unknown = { reason: 'other', note: words },
  by = desk,
) =>
  call(`${gateway.url}/api/cases/${id}/items/${item}/${act}`, {
    method: 'POST',
    token: by.token,
    ...(act === 'check-again'
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: [Buffer.from(JSON.stringify(body))] }),
  })

const read = (answer: Answer) => JSON.parse(answer.body.toString('utf8')) as Record<string, unknown>

const expectRefused = (answer: Answer, code: string): void => {
  expect(read(answer)).toMatchObject({ code, status: answer.status })
  expect(answer.status).toBe(code.endsWith('not-found') ? 404 : code === 'request.invalid' ? 400 : 409)
  expect(String(read(answer)['detail'])).toMatch(/\.$/)
}

const bundleOf = async (id: string) => {
  const { token } = await desk.openGrant(id)
  const answer = await call(`${gateway.url}/api/cases/${id}/bundle`, { token })
  expect(answer.status).toBe(200)
  return { etag: answer.headers['etag'], files: [...readZip(answer.body).values()] }
}

const holds = (files: readonly Buffer[], bytes: Uint8Array): boolean =>
  files.some((file) => file.equals(bytes))

const actionsOf = async (id: string, item: string) => {
  const url = `${gateway.url}/api/cases/${id}/audit`
  type Entry = {
    action: string
    actor: { kind: string; id?: string }
    object: string
    facts: object
    at: string
  }
  const { entries } = await must<{ entries: Entry[] }>(url, { token: desk.token })
  return entries.filter((entry) => entry.object === item && entry.actor.kind === 'operator')
}

describe('an item in quarantine', () => {
  it('is listed with reasons, sentences, its name and what a release takes', async () => {
    const { id, item } = await stopped(10)
    const listed = await waitingOf(id)
    expect(listed).toMatchObject([
      { id: item, name: 'bad.dcm', modality: 'CT', release: 'one-person', proposed: null },
    ])
    for (const { code, sentence } of listed[0]?.reasons ?? []) {
      expect(code).toMatch(/^[A-Z_]+$/)
      expect(sentence).toMatch(/\.$/)
    }
    const verdict = (await desk.items(id)).find((one) => one.id === item)
    expect(listed[0]?.reasons.map((reason) => reason.code)).toEqual(verdict?.codes)
    expect(JSON.stringify(listed)).not.toContain(canaryPatient.birthDate)
  })

  it('once released is in the bundle, which is another one, and its sender reads so', async () => {
    const { id, session, item, bytes } = await stopped(20)
    const before = await bundleOf(id)
    expect(holds(before.files, bytes)).toBe(false)
    const answer = await decide(id, item, 'release')
    expect(answer.status).toBe(200)
    expect(read(answer)).toEqual({ item, state: 'released' })
    const after = await bundleOf(id)
    expect(after.etag).not.toBe(before.etag)
    expect(holds(after.files, bytes)).toBe(true)
    const { token } = await desk.openGrant(id)
    const content = await call(`${gateway.url}/api/cases/${id}/items/${item}/content`, { token })
    expect(content.body.equals(bytes)).toBe(true)
    const told = (await status(gateway.url, session)).find((one) => one.id === item)
    expect(told).toMatchObject({ state: 'released', sentence: expect.stringMatching(/let it through/) })
    expect(await waitingOf(id)).toEqual([])
    const { decisions } = await must<{ decisions: unknown[] }>(`${gateway.url}/api/cases/${id}/decisions`, {
      token: desk.token,
    })
    const why = { act: 'release', outcome: 'done', reason: 'other', note: words }
    expect(decisions).toMatchObject([{ item, ...why }])
    const [entry, ...more] = await actionsOf(id, item)
    expect(more).toEqual([])
    expect(entry).toMatchObject({ action: 'item.released', facts: { reason: 'other' } })
    expect(entry?.actor.id).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('once discarded is gone: no key, no object, no bundle, and its sender reads so', async () => {
    const { id, session, item, bytes } = await stopped(30)
    const before = await bundleOf(id)
    const packs = await ledger.query<{ pack_id: string }>('select pack_id from extents where item_id = $1', [
      item,
    ])
    const [pack] = packs.rows
    const objects = () => readdir(join(folder, 'data/objects'), { recursive: true })
    expect((await objects()).some((path) => path.endsWith(pack?.pack_id ?? 'none'))).toBe(true)
    expect(read(await decide(id, item, 'discard', { reason: 'unreadable' }))).toEqual({
      item,
      state: 'discarded',
    })
    const keys = await ledger.query('select from extents where item_id = $1 and wrapped_key is not null', [
      item,
    ])
    expect(keys.rowCount).toBe(0)
    expect((await objects()).some((path) => path.endsWith(pack?.pack_id ?? 'none'))).toBe(false)
    const after = await bundleOf(id)
    expect(after.etag).toBe(before.etag)
    expect(holds(after.files, bytes)).toBe(false)
    const told = (await status(gateway.url, session)).find((one) => one.id === item)
    expect(told).toMatchObject({
      state: 'discarded',
      sentence: expect.stringMatching(/took it out of the case/),
    })
    expect(await actionsOf(id, item)).toMatchObject([
      { action: 'item.discarded', facts: { reason: 'unreadable' } },
    ])
  })

  it('of another patient takes two people to release', async () => {
    const { id, item, bytes } = await stopped(40)
    await ledger.query(`update items set codes = '{IDENTITY_OTHER_PATIENT}' where id = $1`, [item])
    expect(await waitingOf(id)).toMatchObject([{ release: 'two-persons', proposed: null }])
    const reason = { reason: 'identity-confirmed' }
    expect(read(await decide(id, item, 'release', reason))).toEqual({ item, state: 'quarantined' })
    expectRefused(await decide(id, item, 'release', reason), 'item.second-person')
    expect(holds((await bundleOf(id)).files, bytes)).toBe(false)
    const [waiting] = await waitingOf(id)
    expect(read(await decide(id, item, 'release', reason, second))).toEqual({ item, state: 'released' })
    expect(holds((await bundleOf(id)).files, bytes)).toBe(true)
    const entries = await actionsOf(id, item)
    expect(entries.map((entry) => entry.action)).toEqual(['item.release-proposed', 'item.released'])
    expect(entries[0]?.actor.id).toBe(waiting?.proposed?.by)
    expect(entries[1]?.actor.id).not.toBe(entries[0]?.actor.id)
  })

  it('is decided once when two people race', async () => {
    const { id, item } = await stopped(50)
    const acts = ['release', 'discard', 'release', 'discard']
    const answers = await Promise.all(
      acts.map((act, index) => decide(id, item, act, undefined, index % 2 === 0 ? desk : second)),
    )
    const refused = answers.filter((answer) => answer.status !== 200)
    expect(refused).toHaveLength(3)
    for (const answer of refused) expectRefused(answer, 'item.not-waiting')
    expect(await actionsOf(id, item)).toHaveLength(1)
  })

  it('that the virus scanner recognised stays locked, and may be discarded', async () => {
    const { id, item } = await stopped(60)
    await ledger.query(`update items set codes = '{MALWARE_FOUND}' where id = $1`, [item])
    expect(await waitingOf(id)).toMatchObject([{ release: 'locked' }])
    for (const by of [desk, second])
      expectRefused(await decide(id, item, 'release', undefined, by), 'item.locked')
    expect(await waitingOf(id)).toHaveLength(1)
    expect((await decide(id, item, 'discard', { reason: 'unsafe' })).status).toBe(200)
  })
})

describe('what may not be', () => {
  it('is refused in words and changes nothing', async () => {
    const { id, item, session } = await stopped(70)
    const good = (await status(gateway.url, session)).find((one) => one.state !== 'quarantined')?.id ?? ''
    const other = await desk.openCase({ name: 'Other^One' })
    const before = await desk.items(id)
    for (const act of ['release', 'discard', 'check-again']) {
      expectRefused(await decide(id, good, act), 'item.not-waiting')
      expectRefused(await decide(other, item, act), 'item.not-found')
      expectRefused(await decide(id, 'no-id', act), 'item.not-found')
      expectRefused(await decide(desk.token.slice(0, 8), item, act), 'case.not-found')
      expectRefused(await decide(item, item, act), 'case.not-found')
    }
    expectRefused(await decide(id, item, 'check-again'), 'item.checked')
    for (const body of [
      {},
      { reason: 'because' },
      { reason: 'other' },
      { reason: 'unsafe' },
      { reason: 'other', note: '' },
      { reason: 'other', note: 'x'.repeat(501) },
      { reason: 'other', note: 'x', by: 'me' },
    ])
      expectRefused(await decide(id, item, 'release', body), 'request.invalid')
    expect(await desk.items(id)).toEqual(before)
    expect(await actionsOf(id, item)).toEqual([])
  })
})

describe('an item that nothing could look into', () => {
  it('is checked again when asked to, and then has its verdict', async () => {
    const id = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
    const session = await exchange(gateway.url, (await desk.openLink(id)).url)
    const { bytes } = ctSlice({ seed: 80 })
    for (const [pid, what] of gateway.processes()) if (what === 'worker') process.kill(pid, 'SIGSTOP')
    await send(gateway.url, session, [inMemory('one.dcm', bytes)])
    // As if it had ended every worker that took it up: the next one leaves it to a person.
    await ledger.query(`update packs set attempts = 5 where case_id = $1`, [id])
    for (const [pid, what] of gateway.processes()) if (what === 'worker') process.kill(pid, 'SIGCONT')
    const [item] = await settle(session)
    expect(item).toMatchObject({ state: 'quarantined', codes: ['CHECK_UNAVAILABLE'] })
    await finish(gateway.url, session)
    await expect.poll(() => desk.caseState(id), { timeout: 10_000 }).toBe('ready')
    expect(await waitingOf(id)).toMatchObject([{ release: 'check-first', name: null }])
    expectRefused(await decide(id, item?.id ?? '', 'release'), 'item.unchecked')
    for (const [pid, what] of gateway.processes()) if (what === 'worker') process.kill(pid, 'SIGSTOP')
    expect(read(await decide(id, item?.id ?? '', 'check-again'))).toEqual({ items: 1 })
    expect(await desk.caseState(id)).toBe('collecting')
    for (const [pid, what] of gateway.processes()) if (what === 'worker') process.kill(pid, 'SIGCONT')
    await expect.poll(() => desk.caseState(id), { timeout: 20_000 }).toBe('ready')
    const [checked] = await settle(session)
    expect(checked?.codes).not.toContain('CHECK_UNAVAILABLE')
    expect(checked?.state).toMatch(/^accepted/)
    expect(await actionsOf(id, item?.id ?? '')).toMatchObject([
      { action: 'item.check-asked', facts: { items: 1 } },
    ])
  })
})

// Last: it looks at everything the decisions above left behind.
describe('what a person wrote', () => {
  it('stands nowhere in the open, and comes back with a session of the desk only', async () => {
    const rows = await ledger.query<{ row: string }>('select t::text as row from decisions as t')
    expect(rows.rows.length).toBeGreaterThan(5)
    const notes = await ledger.query('select from decisions where sealed_note is not null')
    expect(notes.rowCount).toBeGreaterThan(0)
    const hex = rows.rows.flatMap(({ row }) =>
      [...row.matchAll(/\\x([0-9a-f]+)/g)].map(([, found]) => found ?? ''),
    )
    const texts = [
      gateway.output(),
      ...rows.rows.map(({ row }) => row),
      ...hex.map((text) => Buffer.from(text, 'hex').toString('latin1')),
      ...(await ledger.query<{ row: string }>('select t::text as row from audit as t')).rows.map(
        ({ row }) => row,
      ),
    ]
    for (const text of texts) expect(text).not.toContain('CANARYNOTE')
    const id = await desk.openCase({ name: 'No^One' })
    const stranger = await call(`${gateway.url}/api/cases/${id}/quarantine`, {})
    expect(stranger.status).toBe(401)
    expect(
      (await call(`${gateway.url}/api/cases/${id}/quarantine`, { token: deskOf('', 'x').token })).status,
    ).toBe(401)
  })
})
