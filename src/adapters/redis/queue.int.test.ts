import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Services, startServices } from '#fixtures/services.ts'
import { requireServer } from '#fixtures/test-server.ts'
import { jobQueueContract, type QueueUnderTest } from '#ports/job-queue.contract.ts'
import { newErrand, newRecorder, onceJob, triedJob } from '#ports/test-jobs.contract.ts'
import { createRedisJobHost, createRedisJobQueue, openRedisQueue } from './queue.ts'

const tag = '{second-read-test}'

const keysOf = async (redis: Redis, pattern: string): Promise<string[]> => {
  const keys: string[] = []
  for await (const some of redis.scanStream({ match: pattern })) keys.push(...(some as string[]))
  return keys
}

type Opened = QueueUnderTest & {
  readonly prefix: string
  /** Ends every connection, as a process that was killed would. */
  readonly cut: () => Promise<void>
}

const open = (url: string, jobs: Parameters<typeof createRedisJobQueue>[1]): Opened => {
  const prefix = `${tag}-${randomUUID()}`
  const redis = openRedisQueue(url, prefix)
  return {
    prefix,
    queue: createRedisJobQueue(redis, jobs),
    newHost: (concurrency) => createRedisJobHost(redis, jobs, concurrency),
    cut: () => redis.close(),
    close: async () => {
      await redis.close()
      const client = new Redis(url)
      const keys = await keysOf(client, `${prefix}*`)
      if (keys.length > 0) await client.del(...keys)
      await client.quit()
    },
  }
}

const testUrl = (): string => requireServer(process.env['TEST_REDIS_URL'], 'TEST_REDIS_URL')

jobQueueContract('BullMQ on Redis', async (jobs) => open(testUrl(), jobs))

/** Every key and value below a prefix, whatever its type, as one text. */
const everythingBelow = async (client: Redis, prefix: string): Promise<string> => {
  const keys = await keysOf(client, `${prefix}*`)
  const values = await Promise.all(
    keys.map(async (key) => {
      const type = await client.type(key)
      if (type === 'hash') return client.hgetall(key)
      if (type === 'zset') return client.zrange(key, 0, '-1')
      if (type === 'list') return client.lrange(key, 0, -1)
      if (type === 'set') return client.smembers(key)
      if (type === 'stream') return client.xrange(key, '-', '+')
      return client.get(key)
    }),
  )
  return JSON.stringify([keys, values])
}

describe('what a job leaves in Redis', () => {
  let client: Redis
  beforeAll(() => {
    client = new Redis(testUrl())
  })
  afterAll(() => client.quit())

  it('is nothing, whether it ended well or badly', async () => {
    const { queue, newHost, close, prefix } = open(testUrl(), [triedJob, onceJob])
    const [good, bad, last] = [newErrand(), newErrand(), newErrand()]
    const { exhausted, handler } = newRecorder(async (raw) => {
      if (JSON.stringify(raw).includes(bad.id)) throw new Error('Doe^Jane')
    })
    const host = newHost(1)
    await host.start(new Map([triedJob, onceJob].map(({ name }) => [name, handler])))
    for (const errand of [good, bad]) {
      await queue.add(triedJob, errand)
      await queue.add(onceJob, errand)
    }
    await expect.poll(() => exhausted.length, { timeout: 3_000 }).toBe(2)
    await host.stop(5_000)
    const left = await everythingBelow(client, prefix)
    for (const text of [good.id, bad.id, 'Doe^Jane', 'test.ts']) expect(left).not.toContain(text)
    await queue.add(triedJob, last)
    expect(await everythingBelow(client, prefix)).toContain(last.id)
    await queue.close()
    await close()
  })

  it('is never what an error said or where it came from, not even between two tries', async () => {
    const laterJob = { ...triedJob, backoffMs: 60_000 }
    const { queue, newHost, close, prefix } = open(testUrl(), [laterJob])
    const { runs, handler } = newRecorder(async () => {
      throw new Error('Doe^Jane')
    })
    const host = newHost(1)
    await host.start(new Map([[triedJob.name, handler]]))
    const errand = newErrand()
    await queue.add(laterJob, errand)
    await expect.poll(() => runs.length).toBe(1)
    await host.stop(5_000)
    const left = await everythingBelow(client, prefix)
    expect(left).toContain(errand.id)
    expect(left).not.toContain('Doe^Jane')
    expect(left).not.toMatch(/\.ts:\d/)
    await queue.close()
    await close()
  })

  it('lies under keys of one hash tag, so that a cluster keeps them in one slot', async () => {
    const { queue, newHost, close, prefix } = open(testUrl(), [triedJob, onceJob])
    const gate = Promise.withResolvers<void>()
    const { runs, handler } = newRecorder(() => gate.promise)
    const host = newHost(1)
    await host.start(new Map([triedJob, onceJob].map(({ name }) => [name, handler])))
    for (const job of [triedJob, onceJob, triedJob]) await queue.add(job, newErrand())
    await expect.poll(() => runs.length).toBe(2)
    const keys = await keysOf(client, '*')
    const ours = keys.filter((key) => key.includes(prefix.slice(tag.length)))
    expect(ours.length).toBeGreaterThan(6)
    expect(ours.filter((key) => !key.startsWith(`${tag}-`))).toEqual([])
    gate.resolve()
    await host.stop(5_000)
    await queue.close()
    await close()
  })
})

describe('a job whose host is gone', () => {
  it('is taken over by another within the time of its lock and a look', async () => {
    const prefixed = open(testUrl(), [onceJob])
    const redis = openRedisQueue(testUrl(), prefixed.prefix)
    const gate = Promise.withResolvers<void>()
    const stuck = newRecorder(() => gate.promise)
    const lost = prefixed.newHost(1)
    await lost.start(new Map([[onceJob.name, stuck.handler]]))
    const errand = newErrand()
    await prefixed.queue.add(onceJob, errand)
    await expect.poll(() => stuck.runs.length).toBe(1)
    await prefixed.cut()
    const next = newRecorder()
    const host = createRedisJobHost(redis, [onceJob], 1)
    await host.start(new Map([[onceJob.name, next.handler]]))
    await expect.poll(() => next.runs.length, { timeout: 17_000 }).toBe(1)
    expect(next.runs[0]?.raw).toEqual(errand)
    gate.resolve()
    await lost.stop(100)
    await host.stop(5_000)
    await redis.close()
    await prefixed.close()
  })
})

describe('a Redis that fails', () => {
  let base = ''
  let services: Services
  let url = ''
  beforeAll(async () => {
    base = await mkdtemp(join(tmpdir(), 'redis-'))
    services = await startServices({ folder: base, only: ['redis'], durable: true })
    url = services.env['TEST_REDIS_URL'] ?? ''
  })
  afterAll(async () => {
    await services.stop()
    await rm(base, { recursive: true })
  })

  it('is asked again once it is back, refuses quickly before, and loses nothing it had kept', async () => {
    const { queue, newHost, close } = open(url, [triedJob, onceJob])
    const { runs, handler } = newRecorder()
    await queue.add(onceJob, newErrand())
    await services.kill('redis')
    await expect.poll(() => queue.alive()).toBe(false)
    for (let n = 0; n < 3; n++) {
      const began = performance.now()
      await expect(queue.add(onceJob, newErrand())).rejects.toMatchObject({ code: 'ledger.unavailable' })
      expect(performance.now() - began).toBeLessThan(2_500)
    }
    await services.restart('redis')
    await expect.poll(() => queue.alive(), { timeout: 5_000 }).toBe(true)
    const host = newHost(1)
    await host.start(new Map([triedJob, onceJob].map(({ name }) => [name, handler])))
    await expect.poll(() => runs.length, { timeout: 3_000 }).toBe(1)
    await services.stopForSeconds('redis', 1)
    // Of a job nobody had opened before, too.
    await expect
      .poll(
        () =>
          queue
            .add(triedJob, newErrand())
            .then(() => true)
            .catch(() => false),
        { timeout: 8_000 },
      )
      .toBe(true)
    await expect.poll(() => runs.length, { timeout: 15_000 }).toBeGreaterThan(1)
    await host.stop(5_000)
    await queue.close()
    await close()
  })

  it('is waited for no longer than two seconds while it is there and silent', async () => {
    const { queue, close } = open(url, [onceJob])
    await queue.add(onceJob, newErrand())
    const silent = services.hangForSeconds('redis', 4)
    await sleep(100)
    const began = performance.now()
    const [alive, added] = await Promise.allSettled([queue.alive(), queue.add(onceJob, newErrand())])
    expect(performance.now() - began).toBeLessThan(3_000)
    expect(alive).toMatchObject({ value: false })
    expect(added).toMatchObject({ reason: { code: 'ledger.unavailable' } })
    await silent
    await expect.poll(() => queue.alive(), { timeout: 5_000 }).toBe(true)
    await queue.add(onceJob, newErrand())
    await queue.close()
    await close()
  })

  it('is asked again also when it was not there at first', async () => {
    await services.kill('redis')
    const { queue, newHost, close } = open(url, [onceJob])
    expect(await queue.alive()).toBe(false)
    await expect(queue.add(onceJob, newErrand())).rejects.toMatchObject({ code: 'ledger.unavailable' })
    const { runs, handler } = newRecorder()
    const host = newHost(1)
    const started = host.start(new Map([[onceJob.name, handler]]))
    await services.restart('redis')
    await started
    await expect.poll(() => queue.alive(), { timeout: 5_000 }).toBe(true)
    await queue.add(onceJob, newErrand())
    await expect.poll(() => runs.length).toBe(1)
    await host.stop(5_000)
    await queue.close()
    await close()
  })

  it('that was emptied under way takes the same jobs again', async () => {
    const { queue, newHost, close } = open(url, [onceJob])
    const gate = Promise.withResolvers<void>()
    const { runs, handler } = newRecorder(() => gate.promise)
    const host = newHost(1)
    await host.start(new Map([[onceJob.name, handler]]))
    const errands = [newErrand(), newErrand()] as const
    for (const errand of errands) await queue.add(onceJob, errand)
    await expect.poll(() => runs.length).toBe(1)
    const client = new Redis(url)
    await client.flushall()
    await client.quit()
    gate.resolve()
    for (const errand of errands) await queue.add(onceJob, errand)
    await expect.poll(() => runs.length, { timeout: 12_000 }).toBe(3)
    expect(runs.map(({ raw }) => raw)).toEqual([errands[0], ...errands])
    await host.stop(5_000)
    await queue.close()
    await close()
  })
})
