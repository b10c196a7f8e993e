/**
 * Being told to stop under load: what was let in is answered, who comes later hears 503, nobody is left with
 * half an answer, and every part a sender was told is durable is there afterwards.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { problem } from '#contract/problem.ts'
import { call } from '#fixtures/client/call.ts'
import { signIn } from '#fixtures/client/desk.ts'
import {
  cutParts,
  exchange,
  inMemory,
  type PreparedPart,
  plan,
  preparePart,
  type Sendable,
  type Session,
} from '#fixtures/client/sender.ts'
import { type Cluster, openCluster, type ServerProgram } from '#fixtures/cluster.ts'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { canaryPatient } from '#fixtures/patient.ts'

let ledger: TestLedger
let folder: string
let cluster: Cluster

beforeAll(async () => {
  ledger = await openTestLedger(undefined)
  folder = await mkdtemp(join(tmpdir(), 'second-read-stop-'))
  cluster = await openCluster({ folder, databaseUrl: ledger.url })
})

afterAll(async () => {
  await cluster.kill()
  await ledger.close()
  await rm(folder, { recursive: true, force: true })
})

/** What came of one request. `reused`: it was sent on a connection that had been idle. */
type Outcome =
  | { readonly status: number; readonly text: string; readonly headers: Record<string, unknown> }
  | { readonly broken: string; readonly reused: boolean; readonly answered: boolean }

const agent = new Agent({ keepAlive: true, maxSockets: 12 })

/** Sends a part in two halves with a pause between them, so that many are on their way at any moment. */
const sendSlowly = (url: string, session: Session, part: PreparedPart, pauseMs: number): Promise<Outcome> =>
  new Promise((done) => {
    let answered = false
    const sent = request(
      `${url}/api/send/part`,
      {
        method: 'PUT',
        agent,
        headers: {
          authorization: `Bearer ${session.session}`,
          'content-type': 'application/octet-stream',
          'content-length': String(part.length),
          [part.proof]: `sha-256=:${part.digest}:`,
        },
      },
      (response) => {
        answered = true
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.on('error', () => {})
        response.on('end', () =>
          done({
            status: response.statusCode ?? 0,
            text: Buffer.concat(pieces).toString('utf8'),
            headers: response.headers,
          }),
        )
      },
    )
    sent.on('error', (error: NodeJS.ErrnoException) =>
      done({ broken: error.code ?? error.message, reused: sent.reusedSocket, answered }),
    )
    const whole = Buffer.concat(part.body)
    sent.write(whole.subarray(0, whole.length >> 1))
    setTimeout(() => sent.end(whole.subarray(whole.length >> 1)), pauseMs)
  })

const files: Sendable[] = Array.from({ length: 160 }, (_, index) => {
  const seed = createHash('sha512').update(String(index)).digest()
  return inMemory(`f${index}`, Buffer.alloc(60_000, seed))
})

const prepareAll = async (url: string, session: Session) => {
  const planned = await plan(url, session, files)
  const cut = cutParts(session, planned, 130_000)
  const parts = await Promise.all(cut.map((part) => preparePart(session, planned, files, part)))
  return cut.map((runs, index) => ({
    ids: runs.map(({ file }) => planned[file]?.id ?? ''),
    part: parts[index] as PreparedPart,
  }))
}

describe('SIGTERM with parts in flight', () => {
  it('loses nothing that was acknowledged and answers everybody', async () => {
    const server: ServerProgram = await cluster.startServer({ env: { STOP_GRACE: '1' } })
    const { url } = server
    const desk = await signIn(url, cluster.signInCode ?? '')
    const id = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
    const session = await exchange(url, (await desk.openLink(id)).url)
    const parts = await prepareAll(url, session)
    expect(parts.length).toBeGreaterThan(70)

    const outcomes: { readonly ids: string[]; readonly outcome: Outcome; readonly begunMs: number }[] = []
    let toldAt = Number.POSITIVE_INFINITY
    let next = 0
    const stream = async (): Promise<void> => {
      for (let one = parts[next++]; one !== undefined; one = parts[next++]) {
        const begunMs = performance.now()
        const outcome = await sendSlowly(url, session, one.part, 40)
        outcomes.push({ ids: one.ids, outcome, begunMs })
        if ('broken' in outcome && outcome.broken === 'ECONNREFUSED') return
        await new Promise((again) => setTimeout(again, 10))
      }
    }
    const streams = Promise.all(Array.from({ length: 8 }, stream))
    await expect.poll(() => outcomes.length, { interval: 5 }).toBeGreaterThan(20)
    server.signal('SIGTERM')
    toldAt = performance.now()
    // The signal is a moment on its way.
    await expect.poll(async () => (await call(`${url}/readyz`)).status, { interval: 5 }).toBe(503)
    expect((await call(`${url}/readyz`)).body.toString()).toBe('{"status":"stopping"}')
    expect((await call(`${url}/healthz`)).status).toBe(200)
    const refused = await call(`${url}/api/cases`, { token: desk.token })
    expect(refused.status).toBe(503)
    expect(refused.headers).toMatchObject({ 'retry-after': '2', connection: 'close' })
    expect(problem.parse(JSON.parse(refused.body.toString('utf8')))).toMatchObject({
      code: 'server.stopping',
    })
    expect(await server.ended()).toBe(0)
    expect(performance.now() - toldAt).toBeLessThan(10_000)
    await streams
    agent.destroy()

    const told = outcomes.flatMap(({ outcome }) => ('status' in outcome ? [outcome] : []))
    expect(new Set(told.map(({ status }) => status))).toEqual(new Set([200, 503]))
    for (const { status, headers, text } of told.filter(({ status }) => status === 503)) {
      expect([status, headers['content-type'], headers['connection']]).toEqual([
        503,
        'application/problem+json',
        'close',
      ])
      expect(JSON.parse(text)).toMatchObject({ code: 'server.stopping' })
    }
    // An idle connection that was closed meanwhile, or a new one after the server had ended.
    const isHarmless = ({ outcome, begunMs }: (typeof outcomes)[number]): boolean =>
      'status' in outcome || (!outcome.answered && (outcome.reused || begunMs > toldAt))
    expect(outcomes.filter((one) => !isHarmless(one))).toEqual([])
    const during = outcomes.filter(({ begunMs }) => begunMs < toldAt - 20)
    expect(during.length).toBeGreaterThan(20)
    expect(during.every(({ outcome }) => 'status' in outcome && outcome.status === 200)).toBe(true)

    await server.again()
    const acknowledged = new Set(
      outcomes.flatMap(({ ids, outcome }) => ('status' in outcome && outcome.status === 200 ? ids : [])),
    )
    expect(acknowledged.size).toBeGreaterThan(20)
    const planned = await plan(url, session, files)
    const lost = planned.filter(({ id: item, missing }) => acknowledged.has(item) && missing.length > 0)
    expect(lost).toEqual([])
    expect(planned.some(({ missing }) => missing.length > 0)).toBe(true)
    expect(await server.stop()).toBe(0)
  })
})
