/** Consent over HTTP on a real gateway: who is sending is read by the desk alone, and a withdrawal ends reading at once. */
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consentWords } from '#domain/consent-texts.ts'
import { call, callJson, must } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { letIn } from '#fixtures/client/reader.ts'
import { exchange, finish, inMemory, type Session, send, status } from '#fixtures/client/sender.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'

let folder: string
let gateway: Gateway
let desk: Desk

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-consent-'))
  gateway = await startGateway(folder, { CONSENT: 'required', INSTITUTION: 'Desk of the test' })
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
})

afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

const person = { name: 'Zebedee Quorn', mail: 'zebedee.quorn@example.org', phone: '+91 99887 76655' }
const words = [...Object.values(person), 'Zebedee', 'quorn']

const slices = (count: number, seed: number) =>
  [...ctStudy({ slices: count, seed, rows: 64, columns: 64 })].map((file) =>
    inMemory(file.path, file.bytes, file.modified.getTime()),
  )

const ask = async (path: string, token: string, json?: unknown, method?: string) => {
  const answer = await callJson(`${gateway.url}${path}`, {
    token,
    ...(json === undefined ? {} : { json }),
    ...(method === undefined ? {} : { method }),
  })
  const { code } = (answer.json ?? {}) as { code?: string }
  return code ?? answer.status
}

const introduce = (session: Session, over: Record<string, unknown> = {}) =>
  ask('/api/send/introduce', session.session, {
    ...person,
    role: 'patient',
    language: 'hi',
    consent: '2026-11',
    ...over,
  })

type Standing = {
  introduced: unknown
  consent: { version: string; givenAt: string; withdrawnAt: string | null } | null
  step: string
  finishedAt: string | null
  opened: { at: string }[]
}

const standing = (session: Session): Promise<Standing> =>
  must(`${gateway.url}/api/send/standing`, { token: session.session })

const begin = async () => {
  const id = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
  const link = await desk.openLink(id, { role: 'patient', name: 'Invited person' })
  return { id, link, session: await exchange(gateway.url, link.url) }
}

const actions = async (id: string) =>
  (
    await must<{ entries: { action: string; facts: unknown }[] }>(`${gateway.url}/api/cases/${id}/audit`, {
      token: desk.token,
    })
  ).entries

const mint = { scopes: ['case:read'] }

/** A reader in person, let in. */
const enter = async (id: string): Promise<string> => (await letIn(gateway.url, desk, id)).session

const untilReady = async (id: string): Promise<void> => {
  for (let tries = 0; tries < 600; tries += 1) {
    if ((await desk.caseState(id)) === 'ready') return
    await new Promise((again) => setTimeout(again, 50))
  }
  throw new Error('not ready within 30 s')
}

/** A file that is announced and sent in one request, at each door. */
const sendingDoors = (session: Session) => ({
  plan: () => ask('/api/send/plan', session.session, { files: [{ path: 'a', size: 5 }] }),
  part: () => ask('/api/send/part', session.session, {}, 'PUT'),
  files: () => ask('/api/send/files', session.session, {}),
  stow: () => ask('/dicomweb/studies', session.session, {}),
  tus: () => ask('/api/send/tus', session.session, {}),
})

const refusedBy = async (session: Session): Promise<Record<string, unknown>> =>
  Object.fromEntries(
    await Promise.all(Object.entries(sendingDoors(session)).map(async ([door, go]) => [door, await go()])),
  )

const all = (code: string) => ({ plan: code, part: code, files: code, stow: code, tus: code })

/** A connection of the server's own kind: its address is only in its environment. */
const query = async <Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> => {
  const server = [...gateway.processes()].find(([, name]) => name === 'server')?.[0]
  const env = (await readFile(`/proc/${server}/environ`, 'utf8')).split('\0')
  const url = env.find((line) => line.startsWith('DATABASE_URL='))?.slice('DATABASE_URL='.length)
  const client = new Client({ connectionString: url ?? '' })
  await client.connect()
  try {
    return (await client.query<Row>(text, [...values])).rows
  } finally {
    await client.end()
  }
}

/** Every row of every table, the queue's included, as text and with `bytea` as the bytes it stands for. */
const dumpTables = async (): Promise<Buffer> => {
  const tables = await query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  )
  expect(tables.map(({ name }) => name)).toContain('public.introductions')
  const texts: Buffer[] = []
  for (const { name } of tables)
    for (const { row } of await query<{ row: string }>(`select t::text as row from ${name} as t`)) {
      texts.push(Buffer.from(row))
      for (const hex of row.matchAll(/\\x([0-9a-f]+)/g)) texts.push(Buffer.from(hex[1] ?? '', 'hex'))
    }
  return Buffer.concat(texts)
}

const needles = words.flatMap((word) => [word, Buffer.from(word).toString('base64').slice(0, -4)])

describe('before consent', () => {
  it('every door waits for it where it is required, and what is no sending goes on', async () => {
    const { session } = await begin()
    expect(await refusedBy(session)).toEqual(all('consent.needed'))
    expect(await ask('/api/send/status', session.session)).toBe(200)
    expect(await standing(session)).toEqual({
      introduced: null,
      consent: null,
      step: 'waiting',
      finishedAt: null,
      opened: [],
    })
    expect(await ask('/api/send/withdraw', session.session, {})).toBe('consent.none')
  })

  it('words that nobody was shown are no consent, and nothing is kept', async () => {
    const { session } = await begin()
    for (const consent of ['', '2026-10', 'constructor'])
      expect(await introduce(session, { consent })).toBe('consent.unknown')
    for (const bad of [{ name: '' }, { mail: 'nobody' }, { role: 'king' }, { language: 'xx' }, { more: 1 }])
      expect(await introduce(session, bad)).toBe('request.invalid')
    expect(await standing(session)).toMatchObject({ introduced: null, consent: null })
    expect(await refusedBy(session)).toEqual(all('consent.needed'))
  })
})

describe('consent', () => {
  it('goes from introduction to withdrawal and back, and the desk alone reads who it was', async () => {
    const { id, link, session } = await begin()
    const files = slices(3, 5)
    expect(await introduce(session)).toBe(204)
    expect(await standing(session)).toMatchObject({
      introduced: { role: 'patient', language: 'hi', mail: true },
      consent: { version: '2026-11', withdrawnAt: null },
      step: 'waiting',
    })
    await send(gateway.url, session, files)
    await finish(gateway.url, session)
    await untilReady(id)
    expect(await standing(session)).toMatchObject({ step: 'received', opened: [] })

    const senders = `/api/cases/${id}/senders`
    expect(await must(`${gateway.url}${senders}`, { token: desk.token })).toEqual({
      senders: [
        {
          sender: expect.any(String),
          role: 'patient',
          name: 'Invited person',
          introduced: { ...person, role: 'patient', language: 'hi', at: expect.any(String) },
          consent: {
            version: '2026-11',
            kind: 'own',
            language: 'hi',
            givenAt: expect.any(String),
            withdrawnAt: null,
          },
          startedAt: expect.any(String),
          finishedAt: expect.any(String),
        },
      ],
    })
    expect(await ask(senders, session.session)).toBe('session.ended')
    const shown = consentWords('2026-11', 'own', 'hi', 'Desk of the test')
    expect(await query('select text_hash from consents where case_id = $1', [id])).toEqual([
      { text_hash: createHash('sha256').update(shown).digest() },
    ])
    const kept = Buffer.concat([await dumpTables(), Buffer.from(gateway.output())])
    expect(needles.filter((needle) => kept.includes(needle))).toEqual([])

    const reader = (await desk.openGrant(id)).token
    const bundle = `/api/cases/${id}/bundle`
    const records = async () =>
      (await call(`${gateway.url}${bundle}`, { token: reader })).body.subarray(0, 2).toString()
    expect(await records()).toBe('PK')
    const [item] = await status(gateway.url, session)
    expect(item?.state).toBe('accepted')
    const reads = [bundle, `/api/cases/${id}/manifest`, `/api/cases/${id}/items/${item?.id}/content`]
    const read = () =>
      Promise.all(reads.map(async (path) => (await call(`${gateway.url}${path}`, { token: reader })).status))
    expect(await read()).toEqual([200, 200, 200])
    const guest = await enter(id)
    const held = (
      await must<{ token: string }>(`${gateway.url}/api/read/grants`, { token: guest, json: mint })
    ).token
    const heldManifest = async () => (await call(`${gateway.url}${reads[1]}`, { token: held })).status
    expect(await heldManifest()).toBe(200)
    const seen = await standing(session)
    expect(seen).toMatchObject({
      step: 'with-specialist',
      opened: [{ at: expect.any(String) }, { at: expect.any(String) }],
    })

    for (const _ of ['once', 'again']) expect(await ask('/api/send/withdraw', session.session, {})).toBe(204)
    expect(await read()).toEqual([410, 410, 410])
    expect(await heldManifest()).toBe(410)
    expect(await ask('/api/read/grants', guest, mint)).toBe('case.closed')
    expect(await ask(`/api/cases/${id}/search`, reader, { text: 'a' })).toBe('case.closed')
    expect(await ask(`/api/cases/${id}/grants`, desk.token, { scopes: ['case:read'] })).toBe('case.closed')
    expect(await refusedBy(session)).toEqual(all('case.closed'))
    expect(await ask('/api/send/finish', session.session, {})).toBe('case.closed')
    expect(await ask('/api/send/status', session.session)).toBe(200)

    const json = { link: link.url.slice(link.url.indexOf('#') + 1) }
    expect(await must(`${gateway.url}/api/send/look`, { json })).toMatchObject({ state: 'open' })
    const again = await exchange(gateway.url, link.url)
    expect(await refusedBy(again)).toEqual(all('case.closed'))
    expect(await standing(again)).toMatchObject({
      step: 'ended',
      consent: { withdrawnAt: expect.any(String) },
      opened: seen.opened,
    })
    expect(await introduce(again, { role: 'family', mail: null, phone: null })).toBe(204)
    await untilReady(id)
    expect(await standing(session)).toMatchObject({
      introduced: { role: 'family', mail: false },
      consent: { withdrawnAt: null },
      step: 'with-specialist',
    })
    expect(await read()).toEqual([200, 200, 200])
    await send(gateway.url, session, slices(1, 6))
    await finish(gateway.url, session)
    await untilReady(id)

    const facts = { version: '2026-11', language: 'hi' }
    expect((await actions(id)).filter(({ action }) => action.startsWith('consent.'))).toMatchObject([
      { action: 'consent.given', facts: { ...facts, kind: 'own' } },
      { action: 'consent.withdrawn', facts: { ...facts, kind: 'own' } },
      { action: 'consent.given', facts: { ...facts, kind: 'others' } },
    ])
  }, 90_000)

  it('of one sender brings back nothing that another one withdrew', async () => {
    const { id, session } = await begin()
    const other = await exchange(gateway.url, (await desk.openLink(id)).url)
    for (const one of [session, other]) expect(await introduce(one, { role: 'provider' })).toBe(204)
    expect(await ask('/api/send/withdraw', session.session, {})).toBe(204)
    expect(await refusedBy(other)).toEqual(all('case.closed'))
    expect(await introduce(other)).toBe(204)
    expect(await desk.caseState(id)).toBe('withdrawn')
    expect(await introduce(session)).toBe(204)
    expect(await desk.caseState(id)).toBe('collecting')
    expect(await ask('/api/send/plan', other.session, { files: [{ path: 'a', size: 5 }] })).toBe(200)
  })
})
