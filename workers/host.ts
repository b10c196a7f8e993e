/** Host: every declared job with its handler. A missing one does not compile; a bad payload never retries. */

import type { Job } from '#jobs/job.ts'
import type { jobs } from '#jobs/jobs.ts'
import type { JobHandler } from '#ports/job-queue.ts'
import type { Journal } from '#ports/journal.ts'
import type { Metrics } from '#ports/metrics.ts'
import type { Tracing } from '#ports/tracing.ts'

type Names = (typeof jobs)[number]

/** One handler for each job of the list. */
export type Handlers = {
  readonly [J in Names as J['name']]: JobHandler
}

/** What a handler of one job's data does; `exhausted` when the last attempt failed. */
export type Work<Data> = {
  run(data: Data, attempt: number): Promise<void>
  exhausted(data: Data, error: unknown): Promise<void>
}

/** Reads the payload before the work. A payload that is not the job's ends it with a line in the journal. */
export const handle = <Data>(job: Job<Data>, journal: Journal, work: Work<Data>): JobHandler => {
  const read = (raw: unknown): { data: Data } | null => {
    try {
      return { data: job.parse(raw) }
    } catch (error) {
      journal.note('error', 'job.unreadable', { job: job.name }, error)
      return null
    }
  }
  return {
    run: async (raw, attempt) => {
      const payload = read(raw)
      if (payload !== null) await work.run(payload.data, attempt)
    },
    onExhausted: async (raw, error) => {
      const payload = read(raw)
      if (payload !== null) await work.exhausted(payload.data, error)
    },
  }
}

/** The same handler, with its runs counted, timed and traced. */
export const watched = (
  name: string,
  handler: JobHandler,
  { metrics, tracing }: { readonly metrics: Metrics; readonly tracing: Tracing },
): JobHandler => ({
  ...handler,
  run: async (raw, attempt) => {
    const span = tracing.begin('job', { job: name })
    const began = performance.now()
    let failed = true
    try {
      await span.within(() => handler.run(raw, attempt))
      failed = false
    } finally {
      metrics.job(name, (performance.now() - began) / 1_000, failed)
      span.end({ job: name }, failed)
    }
  },
})
