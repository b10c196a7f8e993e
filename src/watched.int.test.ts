/** What machines and operators can see of a running gateway: readiness by dependency, and numbers that name nobody. */
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EmbeddedPostgres, startPostgres } from '#adapters/embedded/postgres.ts'
import { dependencyNames } from '#domain/dependency.ts'
import { textFile } from '#fixtures/bad.ts'
import { call, callJson } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { exchange, finish, inMemory, send } from '#fixtures/client/sender.ts'
import { type Cluster, openCluster, type ServerProgram, type WorkerProgram } from '#fixtures/cluster.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { canaryPatient } from '#fixtures/patient.ts'

let folder: string
let postgres: EmbeddedPostgres
let cluster: Cluster
let edge: ServerProgram
let portal: ServerProgram
let worker: WorkerProgram
let desk: Desk

const startLedger = async (): Promise<void> => {
  postgres = await startPostgres({ folder: join(folder, 'postgres') })
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-watched-'))
  await startLedger()
  cluster = await openCluster({ folder, databaseUrl: postgres.url })
  edge = await cluster.startServer({ roles: 'intake', env: { PROXIES: '1' } })
  portal = await cluster.startServer({ roles: 'portal' })
  worker = await cluster.startWorker()
  desk = await signIn(portal.url, cluster.signInCode ?? '')
})

afterAll(async () => {
  await cluster.kill()
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
})

const scrape = async ({ metricsUrl }: { readonly metricsUrl: string }): Promise<string> =>
  (await call(`${metricsUrl}/metrics`)).body.toString('utf8')

/** The value of a line of numbers, or null when there is no such line. */
const valueOf = (text: string, line: string): number | null => {
  const found = text.split('\n').find((one) => one.startsWith(`${line} `))
  return found === undefined ? null : Number(found.slice(line.length))
}

type Told = { status: string; dependencies?: { name: string; up: boolean; words: string | null }[] }

const readiness = async (url: string, token?: string): Promise<readonly [number, Told]> => {
  const { status, json } = await callJson(`${url}/readyz`, token === undefined ? {} : { token })
  return [status, json as Told]
}

/** What is down, besides the scanner, which this gateway openly does without. */
const downOn = async (url: string): Promise<readonly unknown[]> => {
  const [status, { dependencies = [] }] = await readiness(url, desk.token)
  const down = dependencies.filter(({ name, up }) => !up && name !== 'scanner')
  return [status, ...down.map(({ name }) => name)]
}

describe('numbers', () => {
  it('count a real upload and hold no id, name, address or token', async () => {
    const id = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
    const link = await desk.openLink(id)
    const session = await exchange(edge.url, link.url)
    const study = [...ctStudy({ slices: 5, seed: 9, rows: 64, columns: 64 })]
    const files = study.map((file) => inMemory(`${canaryPatient.name}/${file.path}`, file.bytes))
    const sent = await send(edge.url, session, [...files, inMemory('note.txt', textFile().bytes)])
    await finish(edge.url, session)
    await expect.poll(() => desk.caseState(id), { timeout: 20_000 }).toBe('ready')
    await call(`${portal.url}/api/cases/${id}?name=${encodeURIComponent(canaryPatient.name)}`, {
      token: desk.token,
    })
    await call(`${portal.url}/${encodeURIComponent(canaryPatient.name)}`)

    const [taken, served, checked] = await Promise.all([scrape(edge), scrape(portal), scrape(worker)])
    const part = '{route="/api/send/part",method="PUT",status="200"}'
    expect(valueOf(taken, `second_read_request_seconds_count${part}`)).toBe(sent.parts)
    expect(valueOf(taken, 'second_read_packs_received_total')).toBeGreaterThanOrEqual(1)
    const bytes = files.reduce((sum, file) => sum + file.size, 0)
    expect(valueOf(taken, 'second_read_bytes_received_total')).toBeGreaterThan(bytes)
    expect(valueOf(taken, 'second_read_request_bytes_total{direction="in"}')).toBeGreaterThan(bytes)
    const asked = '{route="/api/cases/:case",method="GET",status="200"}'
    expect(valueOf(served, `second_read_request_seconds_count${asked}`)).toBeGreaterThan(0)
    expect(valueOf(checked, 'second_read_items_total{outcome="accepted"}')).toBe(5)
    expect(valueOf(checked, 'second_read_items_total{outcome="rejected"}')).toBe(1)
    expect(valueOf(checked, 'second_read_packs_admitted_total')).toBeGreaterThanOrEqual(1)
    expect(valueOf(checked, 'second_read_packs_owed')).toBe(0)
    const job = '{job="pack.admit",result="done"}'
    expect(valueOf(checked, `second_read_job_seconds_count${job}`)).toBeGreaterThanOrEqual(1)
    expect(valueOf(checked, 'nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0)

    const all = [taken, served, checked].join('\n')
    expect(all).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/)
    const people = canaryPatient.name.split(/[\^= ]/).filter((part) => part.length > 2)
    for (const word of [...people, id, link.link, session.session, desk.token, 'note.txt', '127.0.0.1'])
      expect(all).not.toContain(word)
    expect(all).not.toContain(encodeURIComponent(canaryPatient.name))
  })
})

describe('proxies', () => {
  it('that the configuration names are believed about addresses, by this server alone', async () => {
    const tries = async (url: string, path: string, body: string): Promise<number[]> => {
      const seen: number[] = []
      for (let round = 0; round < 32; round += 1) {
        const answer = await call(url + path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-forwarded-for': `192.0.2.${round}` },
          body: [Buffer.from(body)],
        })
        seen.push(answer.status)
      }
      return seen
    }
    expect(new Set(await tries(edge.url, '/api/send/exchange', '{"link":"a.b.c"}'))).toEqual(new Set([404]))
    const portalTries = await tries(portal.url, '/api/operator/sign-in', `{"code":"${'A'.repeat(43)}"}`)
    expect(portalTries.at(-1)).toBe(429)
  })
})

describe('readiness', () => {
  it('is one word for strangers, and every dependency for an operator, at each side', async () => {
    for (const { url } of [edge, portal]) {
      await expect.poll(() => readiness(url)).toEqual([200, { status: 'ready' }])
      const [status, told] = await readiness(url, desk.token)
      expect(status).toBe(200)
      expect(told.dependencies?.map(({ name, up }) => [name, up])).toEqual(
        // That nothing is scanned here is always told.
        dependencyNames.map((name) => [name, name !== 'scanner']),
      )
    }
    expect((await call(`${worker.metricsUrl}/readyz`)).status).toBe(200)
  })

  it('says that the key ring or the store is gone, and that it is back', async () => {
    for (const [name, dependency] of [
      ['keys', 'keys'],
      ['objects', 'store'],
    ] as const) {
      await rename(join(folder, name), join(folder, 'away'))
      await expect.poll(() => downOn(edge.url), { timeout: 5_000 }).toEqual([503, dependency])
      await expect.poll(() => downOn(portal.url), { timeout: 5_000 }).toEqual([503, dependency])
      await rename(join(folder, 'away'), join(folder, name))
      await expect.poll(() => downOn(edge.url), { timeout: 5_000 }).toEqual([200])
      await expect.poll(() => downOn(portal.url), { timeout: 5_000 }).toEqual([200])
    }
    expect(edge.output()).toContain('"event":"keys.down"')
    expect(edge.output()).toContain('"event":"keys.up"')
    expect(await scrape(edge)).toContain('second_read_dependency_lost_total{dependency="store"} 1')
  })

  it('names the ledger to an operator it knew before, within a second, and recovers by itself', async () => {
    await postgres.stop()
    try {
      await expect.poll(() => downOn(portal.url), { timeout: 5_000 }).toEqual([503, 'ledger', 'queue'])
      expect(await readiness(portal.url)).toEqual([503, { status: 'not-ready' }])
      const [, { dependencies }] = await readiness(portal.url, desk.token)
      expect(dependencies?.[0]?.words).toMatch(/PostgreSQL.*Check that it runs/)
      const began = performance.now()
      await readiness(edge.url)
      expect(performance.now() - began).toBeLessThan(1_500)
      expect((await call(`${portal.url}/healthz`)).status).toBe(200)
      expect((await call(`${worker.metricsUrl}/readyz`)).status).toBe(503)
    } finally {
      await startLedger()
    }
    await expect.poll(() => downOn(portal.url), { timeout: 15_000 }).toEqual([200])
    await expect.poll(() => downOn(edge.url), { timeout: 15_000 }).toEqual([200])
    expect([edge.alive(), portal.alive(), worker.alive()]).toEqual([true, true, true])
  })
})
