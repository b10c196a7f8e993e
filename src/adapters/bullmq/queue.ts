/**
 * The job queue on BullMQ, one BullMQ queue per declared job. Finished jobs leave at once (`true`: keeping a
 * count costs a delete per job and has been seen to deadlock on PostgreSQL); their history is the ledger's.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createPostgresBackend, Queue, runMigrations, Worker } from 'bullmq'
import { Pool } from 'pg'
import { prepareStatements } from '#adapters/postgres/database.ts'
import { Fault } from '#domain/fault.ts'
import type { Job } from '#jobs/job.ts'
import type { JobHandler, JobHost, JobQueue } from '#ports/job-queue.ts'

/** BullMQ's own schema in the database. */
export const queueSchema = 'bullmq'

/** How long a job may be silent before another worker takes it over. */
const lockMs = 8_000

const unavailable = (cause: unknown): Fault => new Fault('ledger.unavailable', { cause })

/** A pool whose search path is BullMQ's schema. A listening connection per queue and worker comes out of it. */
export const openQueuePool = (databaseUrl: string): Pool => {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: 12,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    options: `-c search_path=${queueSchema}`,
  })
  // A connection that breaks, idle or taken, is replaced at the next use; unheard it would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  prepareStatements(pool)
  return pool
}

/**
 * BullMQ notes every step of a job in `event`, for listeners that do not exist here, and trims late. Without this
 * a finished job would leave its id behind. One statement string is one transaction, so the lock holds for both.
 */
const forgetEvents = `
  select pg_advisory_xact_lock(7263002);
  create or replace function ${queueSchema}.forget_event() returns trigger
    language plpgsql as 'begin return null; end';
  create or replace trigger forget_event before insert on ${queueSchema}.event
    for each row execute function ${queueSchema}.forget_event()`

/** Makes or updates BullMQ's tables. Safe to call from several processes at once. */
export const migrateQueue = async (pool: Pool): Promise<void> => {
  const client = await pool.connect()
  try {
    await runMigrations(client, queueSchema)
    await client.query(forgetEvents)
  } finally {
    client.release()
  }
}

const openQueue = (name: string, pool: Pool) => {
  const queue = new Queue(name, { connection: pool }, createPostgresBackend)
  // Without a listener an error of an idle connection would end the process; `add` reports its own.
  queue.on('error', () => {})
  return queue
}

/** The side that adds jobs. `pool` is used, not owned; its search path must be BullMQ's schema. */
export const createJobQueue = (pool: Pool, jobs: readonly Pick<Job<never>, 'name'>[]): JobQueue => {
  const queues = new Map(jobs.map(({ name }) => [name, openQueue(name, pool)]))
  return {
    add: async (job, data) => {
      const queue = queues.get(job.name)
      if (queue === undefined) throw new Error(`job ${job.name} is not declared`)
      try {
        await queue.add(job.name, data, {
          jobId: job.idOf(data),
          attempts: job.attempts,
          backoff: { type: 'exponential', delay: job.backoffMs },
          removeOnComplete: true,
          removeOnFail: true,
        })
      } catch (error) {
        throw unavailable(error)
      }
    },
    alive: async () => {
      try {
        await pool.query('select 1')
        return true
      } catch {
        return false
      }
    },
    close: async () => {
      await Promise.all([...queues.values()].map((queue) => queue.close()))
    },
  }
}

const runOnce = async (handler: JobHandler, raw: unknown, attempt: number, last: boolean): Promise<void> => {
  try {
    await handler.run(raw, attempt)
  } catch (error) {
    if (last) await handler.onExhausted(raw, error)
    throw error
  }
}

/** The side that runs jobs, `concurrency` of each kind at once. */
export const createJobHost = (
  pool: Pool,
  jobs: readonly Pick<Job<never>, 'name'>[],
  concurrency: number,
): JobHost => {
  const workers: Worker[] = []
  const startOne = (name: string, handler: JobHandler): Worker => {
    const worker = new Worker(
      name,
      async (job) => {
        const attempt = job.attemptsMade + 1
        const last = attempt >= (job.opts.attempts ?? 1)
        await runOnce(handler, job.data, attempt, last).catch(() => {
          // BullMQ keeps an error's message and stack in its tables, where nothing that was said may stand.
          throw new Error('failed')
        })
      },
      {
        connection: pool,
        concurrency,
        lockDuration: lockMs,
        stalledInterval: lockMs / 2,
        maxStalledCount: 5,
        drainDelay: 5,
      },
      createPostgresBackend,
    )
    worker.on('error', () => {})
    return worker as unknown as Worker
  }
  return {
    start: async (handlers) => {
      for (const { name } of jobs) if (!handlers.has(name)) throw new Error(`job ${name} has no handler`)
      for (const [name, handler] of handlers) workers.push(startOne(name, handler))
      await Promise.all(workers.map((worker) => worker.waitUntilReady()))
    },
    stop: async (ms) => {
      const closing = Promise.all(workers.map((worker) => worker.close()))
      // A second `close`, forced or not, only waits for the first; so the patience is ours.
      const patience = new AbortController()
      await Promise.race([closing, sleep(ms, null, { signal: patience.signal }).catch(() => null)])
      patience.abort()
    },
  }
}
