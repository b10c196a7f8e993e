/**
 * The job queue on BullMQ in Redis: the same promises as on PostgreSQL, for more jobs a second. Redis is a hint
 * here as the tables are there: what it loses the reconciler adds again from the ledger.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createRedisBackend, Queue, Worker } from 'bullmq'
import { createHost, workerOptions } from '#adapters/bullmq/host.ts'
import { createProducer } from '#adapters/bullmq/producer.ts'
import { Fault } from '#domain/fault.ts'
import type { Job } from '#jobs/job.ts'
import type { JobHost, JobQueue } from '#ports/job-queue.ts'
import { isRedisAlive, openRedis, type RedisConnections, waitForRedis } from './connection.ts'

/** How long a host that starts waits for Redis. */
const startMs = 15_000

export type RedisQueue = RedisConnections & { readonly prefix: string }

/**
 * Opens connections for queues and hosts. Every key begins with `prefix`; in braces it keeps all of them in one
 * slot of a Redis Cluster, which BullMQ's scripts need.
 * @throws Error when `url` is not the address of a Redis.
 */
export const openRedisQueue = (url: string, prefix: string): RedisQueue => ({ ...openRedis(url), prefix })

const openQueue = async (name: string, { hasty, prefix }: RedisQueue) => {
  await waitForRedis(hasty)
  const queue = new Queue(name, { connection: hasty, prefix }, createRedisBackend)
  // Without a listener an error of an idle connection would end the process; `add` reports its own.
  queue.on('error', () => {})
  try {
    await queue.waitUntilReady()
  } catch (error) {
    await queue.close().catch(() => {})
    throw error
  }
  return queue
}

/** The side that adds jobs. `redis` is used, not owned. */
export const createRedisJobQueue = (redis: RedisQueue, jobs: readonly Pick<Job<never>, 'name'>[]): JobQueue =>
  createProducer({ open: (name) => openQueue(name, redis), alive: () => isRedisAlive(redis.hasty) }, jobs)

/** The side that runs jobs, `concurrency` of each kind at once. `redis` is used, not owned. */
export const createRedisJobHost = (
  redis: RedisQueue,
  jobs: readonly Pick<Job<never>, 'name'>[],
  concurrency: number,
): JobHost => {
  let shared: ReturnType<RedisQueue['openPatient']> | null = null
  const host = createHost((name, run) => {
    shared ??= redis.openPatient()
    const options = { connection: shared, prefix: redis.prefix, ...workerOptions(concurrency) }
    const worker = new Worker(name, run, options, createRedisBackend)
    worker.on('error', () => {})
    return worker
  }, jobs)
  return {
    ...host,
    start: async (handlers) => {
      const patience = new AbortController()
      const late = sleep(startMs, null, { signal: patience.signal }).then(() => {
        throw new Fault('ledger.unavailable', { cause: new Error('redis does not answer') })
      })
      try {
        await Promise.race([host.start(handlers), late])
      } finally {
        patience.abort()
        late.catch(() => {})
      }
    },
  }
}
