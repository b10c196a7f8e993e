/** Jobs for the queue's suite, and a handler that notes what it was asked. */
import { randomUUID } from 'node:crypto'
import type { Job } from '#jobs/job.ts'
import type { JobHandler } from './job-queue.ts'

export type Errand = { readonly id: string }

/** A job tried `attempts` times, first after `backoffMs`. */
export const newJob = (name: string, attempts: number, backoffMs: number): Job<Errand> => ({
  name,
  attempts,
  backoffMs,
  parse: (raw) => raw as Errand,
  idOf: ({ id }) => `${name}.${id}`,
})

/** Tried three times. */
export const triedJob = newJob('test.tried', 3, 60)
/** Tried once. */
export const onceJob = newJob('test.once', 1, 60)
/** A new piece of work. */
export const newErrand = (): Errand => ({ id: randomUUID() })

/** What handlers were asked to do, in order; `work` is what a run does. */
export const newRecorder = (work: (raw: unknown, attempt: number) => Promise<void> = async () => {}) => {
  const runs: { raw: unknown; attempt: number; at: number }[] = []
  const exhausted: { raw: unknown; error: unknown }[] = []
  const handler: JobHandler = {
    run: async (raw, attempt) => {
      runs.push({ raw, attempt, at: performance.now() })
      await work(raw, attempt)
    },
    onExhausted: async (raw, error) => {
      exhausted.push({ raw, error })
    },
  }
  return { runs, exhausted, handler }
}
