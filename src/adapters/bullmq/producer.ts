/**
 * The side that adds jobs, whatever BullMQ keeps them in: one BullMQ queue per declared job. Finished jobs leave at
 * once (`true`: keeping a count costs a delete per job and has been seen to deadlock on PostgreSQL); their history
 * is the ledger's.
 */
import type { JobsOptions } from 'bullmq'
import { Fault } from '#domain/fault.ts'
import type { Job } from '#jobs/job.ts'
import type { JobQueue } from '#ports/job-queue.ts'

/** What is used of a BullMQ queue. */
export type Adder = {
  add(name: string, data: unknown, options: JobsOptions): Promise<unknown>
  close(): Promise<void>
}

export type AdderSource = {
  /** Opens the queue of a declared job. When it fails it is asked again at the next `add`. */
  readonly open: (name: string) => Promise<Adder>
  /** True when the server behind the queues answers. */
  readonly alive: () => Promise<boolean>
}

/** A job queue over BullMQ's. What BullMQ throws is `ledger.unavailable`: the caller may come again. */
export const createProducer = (
  { open, alive }: AdderSource,
  jobs: readonly Pick<Job<never>, 'name'>[],
): JobQueue => {
  const queues = new Map<string, Promise<Adder>>()
  const queueOf = (name: string): Promise<Adder> => {
    const queue = queues.get(name) ?? open(name)
    queues.set(name, queue)
    queue.catch(() => queues.delete(name))
    return queue
  }
  return {
    add: async (job, data) => {
      if (!jobs.some(({ name }) => name === job.name)) throw new Error(`job ${job.name} is not declared`)
      try {
        const queue = await queueOf(job.name)
        await queue.add(job.name, data, {
          jobId: job.idOf(data),
          attempts: job.attempts,
          backoff: { type: 'exponential', delay: job.backoffMs },
          removeOnComplete: true,
          removeOnFail: true,
          stackTraceLimit: 0,
        })
      } catch (error) {
        throw new Fault('ledger.unavailable', { cause: error })
      }
    },
    alive,
    close: async () => {
      await Promise.allSettled([...queues.values()].map(async (queue) => (await queue).close()))
    },
  }
}
