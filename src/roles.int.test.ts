/**
 * A gateway in pieces: an edge that has no key to open what it takes, and several servers and workers at once on
 * one ledger.
 */
import { createHash, createSecretKey } from 'node:crypto'
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compactDecrypt, importJWK } from 'jose'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openVaultRing } from '#adapters/jose/vault-ring.ts'
import { systemClock } from '#adapters/memory/clock.ts'
import { Fault } from '#domain/fault.ts'
import type { CaseId } from '#domain/id.ts'
import { inLanes } from '#domain/in-lanes.ts'
import { call, must } from '#fixtures/client/call.ts'
import { type Desk, deskOf, signIn } from '#fixtures/client/desk.ts'
import {
  cutParts,
  exchange,
  finish,
  inMemory,
  plan,
  type Sendable,
  send,
  sendPart,
} from '#fixtures/client/sender.ts'
import { readZip } from '#fixtures/client/zip.ts'
import { type Cluster, openCluster } from '#fixtures/cluster.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { canaryPatient } from '#fixtures/patient.ts'

let ledger: TestLedger
let folder: string
let cluster: Cluster

beforeAll(async () => {
  ledger = await openTestLedger(undefined)
})

afterAll(async () => {
  await ledger.close()
})

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-roles-'))
  await ledger.fresh()
  cluster = await openCluster({ folder, databaseUrl: ledger.url })
})

afterEach(async () => {
  await cluster.stop()
  await rm(folder, { recursive: true, force: true })
})

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const slices = (count: number, seed: number): Sendable[] =>
  [...ctStudy({ slices: count, seed, rows: 128, columns: 128 })].map((file) =>
    inMemory(file.path, file.bytes, file.modified.getTime()),
  )

const rows = async <Row>(text: string): Promise<Row[]> => {
  const client = new Client({ connectionString: ledger.url })
  await client.connect()
  try {
    return (await client.query(text)).rows as Row[]
  } finally {
    await client.end()
  }
}

const openSender = async (desk: Desk, at: string) => {
  const id = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
  const link = await desk.openLink(id)
  return { id, session: await exchange(at, link.url) }
}

describe('an edge of its own', () => {
  /** What an intake process is given: no file of `vault/`, and no other private half. */
  const edgeKeys = (): string => {
    const keys = join(folder, 'edge-keys')
    mkdirSync(keys, { mode: 0o700 })
    cpSync(join(folder, 'keys', 'edge'), join(keys, 'edge'), { recursive: true })
    chmodSync(join(keys, 'edge'), 0o700)
    cpSync(join(folder, 'keys', 'public.jwks.json'), join(keys, 'public.jwks.json'))
    return keys
  }

  it('takes records with the public half alone and cannot open what it took', async () => {
    const keys = edgeKeys()
    const edge = await cluster.startServer({ roles: 'intake', env: { KEYS_DIR: keys } })
    const portal = await cluster.startServer({ roles: 'portal' })
    const desk = await signIn(portal.url, cluster.signInCode ?? '')
    const { id, session } = await openSender(desk, edge.url)
    const files = slices(4, 1)
    const sent = await send(edge.url, session, files)
    expect(sent.parts).toBeGreaterThan(0)
    expect((await finish(edge.url, session)).items).toBe(4)
    const said = { name: 'Zebedee Quorn', role: 'family', language: 'en', consent: '2026-11' }
    await must(`${edge.url}/api/send/introduce`, { token: session.session, json: said })
    expect((await call(`${edge.url}/api/cases/${id}`, { token: desk.token })).status).toBe(404)
    expect((await call(`${edge.url}/api/cases/${id}/senders`, { token: desk.token })).status).toBe(404)
    expect(await must(`${portal.url}/api/cases/${id}/senders`, { token: desk.token })).toMatchObject({
      senders: [{ introduced: { name: said.name, mail: null, phone: null } }],
    })
    expect((await call(`${portal.url}/api/send/status`, { token: session.session })).status).toBe(404)

    expect(() => openVaultRing(keys, systemClock, cluster.publicUrl)).toThrow(Fault)
    const locked = (
      await rows<{ key: string }>(
        'select locked_key as key from packs union all select locked_key from introductions',
      )
    ).map(({ key }) => key)
    const wrapped = (await rows<{ key: string }>('select wrapped_key as key from cases')).map(
      ({ key }) => key,
    )
    expect(locked.length).toBeGreaterThan(1)
    const tries: (() => Promise<unknown>)[] = []
    for (const name of readdirSync(join(keys, 'edge'))) {
      const bytes = readFileSync(join(keys, 'edge', name))
      for (const text of [...locked, ...wrapped]) {
        if (bytes.length === 32) tries.push(() => compactDecrypt(text, createSecretKey(bytes)))
        else
          tries.push(async () => {
            const jwk = JSON.parse(bytes.toString('utf8')) as Record<string, string>
            const key = await importJWK({ ...jwk, crv: 'X25519', kty: 'OKP' }, 'ECDH-ES+A256KW')
            return compactDecrypt(text, key)
          })
      }
    }
    expect(tries.length).toBeGreaterThanOrEqual(2 * (locked.length + wrapped.length))
    for (const attempt of tries) await expect(attempt()).rejects.toThrow(Error)

    // What the whole ring does with the same texts, so that the refusals above mean something.
    const { vault } = openVaultRing(join(folder, 'keys'), systemClock, cluster.publicUrl)
    const key = await vault.open(id as CaseId, wrapped[0] ?? '')
    for (const text of locked) expect(await key.unlock(text)).toHaveLength(32)

    const worker = await cluster.startWorker()
    await expect.poll(() => desk.accepted(id), { timeout: 20_000 }).toBe(4)
    expect(worker.alive()).toBe(true)
  })

  it('will not do a portal’s or a worker’s work with those keys', async () => {
    const env = { KEYS_DIR: edgeKeys() }
    await expect(cluster.startServer({ roles: 'portal', env })).rejects.toThrow(/vault has no master key/)
    await expect(cluster.startWorker({ env })).rejects.toThrow(/vault has no master key/)
  })
})

describe('several at once', () => {
  it('go on with each other’s uploads, and take and judge nothing twice', async () => {
    const [one, two] = [await cluster.startServer(), await cluster.startServer()] as const
    const [first] = [await cluster.startWorker(), await cluster.startWorker()] as const
    const desk = await signIn(one.url, cluster.signInCode ?? '')
    const { id, session } = await openSender(deskOf(two.url, desk.token), one.url)
    const files = slices(24, 2)
    const planned = await plan(one.url, session, files)
    const parts = cutParts(session, planned, 150_000)
    expect(parts.length).toBeGreaterThan(5)
    // Some parts go to both servers at the same time, as an impatient client's do.
    await inLanes(parts.entries(), 4, async ([index, part]) => {
      const to = index % 2 === 0 ? one.url : two.url
      await sendPart(to, session, planned, files, part)
      if (index === 4) await first.kill()
      if (index % 3 === 0) await sendPart(to === one.url ? two.url : one.url, session, planned, files, part)
    })
    expect((await plan(two.url, session, files)).flatMap((file) => file.missing)).toEqual([])
    await finish(two.url, session)
    await expect.poll(() => desk.accepted(id), { timeout: 30_000 }).toBe(files.length)
    await expect.poll(() => desk.caseState(id), { timeout: 20_000 }).toBe('ready')

    const [counts] = await rows<{ items: number; verdicts: number; judged: number }>(
      `select (select count(*)::int from items) as items,
              (select count(*)::int from verdicts) as verdicts,
              (select count(distinct item_id)::int from verdicts) as judged`,
    )
    expect(counts).toEqual({ items: files.length, verdicts: files.length, judged: files.length })
    const grant = await desk.openGrant(id)
    for (const { url } of [one, two]) {
      const answer = await call(`${url}/api/cases/${id}/bundle`, { token: grant.token })
      const digests = new Set([...readZip(answer.body).values()].map(sha256))
      for (const file of files) expect(digests.has(sha256(await file.read(0, file.size)))).toBe(true)
    }
  })

  it('are one process when it has all the roles', async () => {
    const whole = await cluster.startServer({ roles: 'all' })
    const desk = await signIn(whole.url, cluster.signInCode ?? '')
    const { id, session } = await openSender(desk, whole.url)
    await send(whole.url, session, slices(3, 3))
    await finish(whole.url, session)
    await expect.poll(() => desk.accepted(id), { timeout: 20_000 }).toBe(3)
    expect(await whole.stop()).toBe(0)
  })
})
