/**
 * The job queue on BullMQ in PostgreSQL: tables in a schema of BullMQ's own, beside the ledger's. Nothing more to
 * run, and the right choice until jobs wait for each other; then `#adapters/redis` does the same on Redis.
 */
import { createPostgresBackend, Queue, runMigrations, Worker } from 'bullmq'
import type { Pool } from 'pg'
import { openPlainPool } from '#adapters/postgres/database.ts'
import type { Job } from '#jobs/job.ts'
import type { JobHost, JobQueue } from '#ports/job-queue.ts'
import { createHost, workerOptions } from './host.ts'
import { createProducer } from './producer.ts'

/** BullMQ's own schema in the database. */
export const queueSchema = 'bullmq'

/** A pool whose search path is BullMQ's schema. A listening connection per queue and worker comes out of it. */
export const openQueuePool = (databaseUrl: string): Pool =>
  openPlainPool({ connectionString: databaseUrl, options: `-c search_path=${queueSchema}` })

/**
 * BullMQ notes every step of a job in `event`, for listeners that do not exist here, and trims late: without the
 * trigger a finished job would leave its id behind. And each note would wake the connections of all our workers, which
 * listen for other news. One statement string is one transaction, so the lock holds for all of it.
 */
const forgetEvents = `
  select pg_advisory_xact_lock(7263002);
  create or replace function ${queueSchema}.publish_event(p_queue text, p_event text, p_data jsonb) returns bigint
    language sql as 'select 0::bigint';
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
export const createJobQueue = (pool: Pool, jobs: readonly Pick<Job<never>, 'name'>[]): JobQueue =>
  createProducer(
    {
      open: async (name) => openQueue(name, pool),
      alive: async () => {
        try {
          await pool.query('select 1')
          return true
        } catch {
          return false
        }
      },
    },
    jobs,
  )

/** The side that runs jobs, `concurrency` of each kind at once. */
export const createJobHost = (
  pool: Pool,
  jobs: readonly Pick<Job<never>, 'name'>[],
  concurrency: number,
): JobHost =>
  createHost((name, run) => {
    const options = { connection: pool, ...workerOptions(concurrency) }
    const worker = new Worker(name, run, options, createPostgresBackend)
    worker.on('error', () => {})
    return worker
  }, jobs)
