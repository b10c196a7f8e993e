/**
 * The side that runs jobs, whatever BullMQ keeps them in: one worker per declared job. A job of a process that died
 * is silent; after `lockMs` another takes it over.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Job } from '#jobs/job.ts'
import type { JobHandler, JobHost } from '#ports/job-queue.ts'

/** How long a job may be silent before another worker takes it over, milliseconds. */
const lockMs = 8_000

/** What a worker of ours is told, beside where its jobs are. */
export const workerOptions = (concurrency: number) => ({
  concurrency,
  lockDuration: lockMs,
  stalledInterval: lockMs / 2,
  maxStalledCount: 5,
  drainDelay: 5,
})

/** What is used of BullMQ's job. */
type Taken = { readonly data: unknown; readonly attemptsMade: number; readonly opts: { attempts?: number } }

/** What is used of a BullMQ worker. */
export type Runner = { waitUntilReady(): Promise<unknown>; close(): Promise<void> }

export type OpenRunner = (name: string, run: (job: Taken) => Promise<void>) => Runner

const runOnce = async (handler: JobHandler, raw: unknown, attempt: number, last: boolean): Promise<void> => {
  try {
    await handler.run(raw, attempt)
  } catch (error) {
    if (last) await handler.onExhausted(raw, error)
    throw error
  }
}

const runTaken =
  (handler: JobHandler) =>
  async (job: Taken): Promise<void> => {
    const attempt = job.attemptsMade + 1
    const last = attempt >= (job.opts.attempts ?? 1)
    await runOnce(handler, job.data, attempt, last).catch(() => {
      // BullMQ keeps an error's message with the job, where nothing that was said may stand.
      throw new Error('failed')
    })
  }

/** A job host over BullMQ's workers; `open` starts one. */
export const createHost = (open: OpenRunner, jobs: readonly Pick<Job<never>, 'name'>[]): JobHost => {
  const runners: Runner[] = []
  return {
    start: async (handlers) => {
      for (const { name } of jobs) if (!handlers.has(name)) throw new Error(`job ${name} has no handler`)
      for (const [name, handler] of handlers) runners.push(open(name, runTaken(handler)))
      await Promise.all(runners.map((runner) => runner.waitUntilReady()))
    },
    stop: async (ms) => {
      const closing = Promise.all(runners.map((runner) => runner.close()))
      // A second `close`, forced or not, only waits for the first; so the patience is ours.
      const patience = new AbortController()
      await Promise.race([closing, sleep(ms, null, { signal: patience.signal }).catch(() => null)])
      patience.abort()
    },
  }
}
