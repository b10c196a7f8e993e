/**
 * Composition root beside the mains: which adapter stands behind which port follows from the configuration here
 * and nowhere else. Server, worker, set-up and command-line tools open the same store, queue and ledgers. A
 * vendor that is not configured is not even loaded.
 */
import { createJobHost, createJobQueue, migrateQueue, openQueuePool } from '#adapters/bullmq/queue.ts'
import { createClamd } from '#adapters/clamd/scanner.ts'
import { openDiskStore } from '#adapters/disk/object-store.ts'
import { openDatabase, openPool } from '#adapters/postgres/database.ts'
import { createLedgers } from '#adapters/postgres/ledgers.ts'
import { createStowPacs } from '#adapters/stow/pacs.ts'
import type { Config } from '#config/read-config.ts'
import { mayMailPlain } from '#config/unsafe.ts'
import { jobs } from '#jobs/jobs.ts'
import type { JobHost, JobQueue } from '#ports/job-queue.ts'
import { type Metrics, noMetrics } from '#ports/metrics.ts'
import type { OpenedObjectStore } from '#ports/object-store.ts'
import type { Pacs } from '#ports/pacs.ts'
import type { Post } from '#ports/post.ts'
import type { PrintSheet } from '#ports/print-sheet.ts'
import type { Scanner } from '#ports/scanner.ts'

/** Objects in a bucket, or in a folder when none is named. Requests to a bucket are counted by `metrics`. */
export const openStore = async (
  { s3, objectsFolder }: Config,
  metrics: Pick<Metrics, 'store'> = noMetrics,
): Promise<OpenedObjectStore> => {
  if (s3 === null) return openDiskStore(objectsFolder)
  const { openS3Store } = await import('#adapters/s3/object-store.ts')
  return openS3Store({ ...s3, onRequest: (operation, ms, ok) => metrics.store(operation, ms / 1_000, !ok) })
}

/** The malware scanner; null where there is none, by decision or not. */
export const openScanner = ({ malwareScan }: Config): Scanner | null =>
  typeof malwareScan === 'object' ? createClamd(malwareScan.clamd) : null

/** The post; null where letters are kept for the desk. */
export const openPost = async ({ smtp, plainInternal }: Config): Promise<Post | null> => {
  if (smtp === null) return null
  const { createSmtpPost } = await import('#adapters/smtp/post.ts')
  return createSmtpPost({ ...smtp, plain: mayMailPlain(smtp.url, plainInternal) })
}

/** The printer of sheets. Fonts and shaping are loaded with the first one. */
export const openPrinter = (): PrintSheet => async (sheet) =>
  (await import('#adapters/sheet/print-sheet.ts')).printSheet(sheet)

/** The archives that cases may be sent to; none when none is named. */
export const openPacs = ({ pushTargets }: Config): Pacs => createStowPacs(pushTargets)

export type OpenQueue = {
  readonly queue: JobQueue
  /** The side that runs jobs, `concurrency` of each kind at once. */
  host(concurrency: number): JobHost
  /** Makes or updates what the queue needs before its first use. */
  migrate(): Promise<void>
  close(): Promise<void>
}

/** The queue on Redis, or on PostgreSQL when no Redis is named. Adding begins with the first use of `queue`. */
export const openQueue = async ({ redis, databaseUrl }: Config): Promise<OpenQueue> => {
  if (redis !== null) {
    const { createRedisJobHost, createRedisJobQueue, openRedisQueue } = await import(
      '#adapters/redis/queue.ts'
    )
    const link = openRedisQueue(redis.url, redis.prefix)
    const queue = createRedisJobQueue(link, jobs)
    return {
      queue,
      host: (concurrency) => createRedisJobHost(link, jobs, concurrency),
      migrate: async () => {},
      close: async () => {
        await queue.close()
        await link.close()
      },
    }
  }
  const pool = openQueuePool(databaseUrl)
  let queue: JobQueue | null = null
  return {
    get queue() {
      // Its tables are there only after `migrate`.
      queue ??= createJobQueue(pool, jobs)
      return queue
    },
    host: (concurrency) => createJobHost(pool, jobs, concurrency),
    migrate: () => migrateQueue(pool),
    close: async () => {
      await queue?.close()
      await pool.end()
    },
  }
}

/** Every ledger over one pool of at most `connections`. */
export const openLedgers = ({ databaseUrl }: Config, connections = 12) => {
  const db = openDatabase(openPool({ connectionString: databaseUrl, max: connections }))
  return { db, ...createLedgers(db), close: () => db.destroy() }
}
