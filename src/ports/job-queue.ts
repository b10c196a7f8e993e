/**
 * Job queue: a hint that there is work. The ledger is the authority: a lost queue loses nothing, a job that
 * comes twice does nothing the second time.
 *
 * Contract: `add` with the id of a job that still waits is one job. A handler that throws is tried again by the
 * job's own rule; after the last try `onExhausted` runs. A finished job leaves no trace. Data is ids only.
 */
import type { Job } from '#jobs/job.ts'

export type JobQueue = {
  add<Data>(job: Job<Data>, data: Data): Promise<void>
  /** True when the queue answers. */
  alive(): Promise<boolean>
  close(): Promise<void>
}

export type JobHandler = {
  run(raw: unknown, attempt: number): Promise<void>
  /** The job failed its last attempt: say so in the ledger. */
  onExhausted(raw: unknown, error: unknown): Promise<void>
}

export type JobHost = {
  /** Starts taking jobs; `handlers` has every declared job. Resolves when connected. */
  start(handlers: ReadonlyMap<string, JobHandler>): Promise<void>
  /** Lets running jobs end (up to `ms`), takes no more. */
  stop(ms: number): Promise<void>
}
