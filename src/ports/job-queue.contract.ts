/** What every adapter of `job-queue.ts` must do. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Job } from '#jobs/job.ts'
import type { JobHandler, JobHost, JobQueue } from './job-queue.ts'
import { type Errand, newErrand, newJob, newRecorder, onceJob, triedJob } from './test-jobs.contract.ts'

const testJobs = [triedJob, onceJob] as const

export type QueueUnderTest = {
  readonly queue: JobQueue
  /** Another host of the same queue; not started. */
  readonly newHost: (concurrency: number) => JobHost
  /** Forgets every job and lets go of everything; every host has been stopped. */
  readonly close: () => Promise<void>
}

export type OpenQueue = (jobs: readonly Job<Errand>[]) => Promise<QueueUnderTest>

const fail = async (): Promise<never> => {
  throw new Error('not this time')
}

/** Long enough for a run that should not happen to show. */
const quietMs = 250

/** Runs the suite on a queue from `open`, which holds no job at the start of every test. */
export const jobQueueContract = (name: string, open: OpenQueue): void => {
  describe(`job queue: ${name}`, () => {
    let opened: QueueUnderTest
    let queue: JobQueue
    let hosts: JobHost[] = []
    beforeEach(async () => {
      opened = await open(testJobs)
      queue = opened.queue
    })
    afterEach(async () => {
      await Promise.all(hosts.map((host) => host.stop(5_000)))
      hosts = []
      await queue.close()
      await opened.close()
    })

    const start = async (
      tried: JobHandler,
      once: JobHandler = newRecorder().handler,
      concurrency = 2,
    ): Promise<JobHost> => {
      const host = opened.newHost(concurrency)
      hosts.push(host)
      const handlers = new Map([
        [triedJob.name, tried],
        [onceJob.name, once],
      ])
      await host.start(handlers)
      return host
    }

    it('answers', async () => {
      expect(await queue.alive()).toBe(true)
    })

    it('runs a job with its data, whether the host was there before or after', async () => {
      const { runs, handler, exhausted } = newRecorder()
      const errands = [newErrand(), newErrand()] as const
      await queue.add(triedJob, errands[0])
      await start(handler)
      await queue.add(triedJob, errands[1])
      await expect.poll(() => runs.length).toBe(2)
      expect(runs.map((run) => [run.raw, run.attempt])).toEqual(errands.map((errand) => [errand, 1]))
      expect(exhausted).toEqual([])
    })

    it('gives each kind of job to its own handler', async () => {
      const [tried, once] = [newRecorder(), newRecorder()]
      await start(tried.handler, once.handler)
      const errand = newErrand()
      await queue.add(triedJob, errand)
      await queue.add(onceJob, errand)
      await expect.poll(() => [tried.runs.length, once.runs.length]).toEqual([1, 1])
    })

    it('takes a job that still waits once, however often it is added', async () => {
      const { runs, handler } = newRecorder()
      const [errand, other] = [newErrand(), newErrand()]
      await Promise.all(Array.from({ length: 10 }, () => queue.add(triedJob, errand)))
      await queue.add(triedJob, errand)
      await queue.add(triedJob, other)
      await start(handler)
      await expect.poll(() => runs.length).toBe(2)
      await sleep(quietMs)
      expect(runs.map((run) => run.raw)).toEqual([errand, other])
    })

    it('takes it again once it has ended, well or badly', async () => {
      const tried = newRecorder()
      const once = newRecorder(fail)
      await start(tried.handler, once.handler)
      const errand = newErrand()
      for (let round = 1; round <= 3; round++) {
        await expect
          .poll(async () => {
            // A job is there until its end is written; only then is the same one another.
            if (tried.runs.length < round) await queue.add(triedJob, errand)
            if (once.exhausted.length < round) await queue.add(onceJob, errand)
            return [tried.runs.length, once.exhausted.length]
          })
          .toEqual([round, round])
      }
    })

    it('tries again after its pause, which doubles, until it goes well', async () => {
      const { runs, exhausted, handler } = newRecorder(async (_, attempt) => {
        if (attempt < 3) await fail()
      })
      await start(handler)
      const errand = newErrand()
      await queue.add(triedJob, errand)
      await expect.poll(() => runs.length, { timeout: 3_000 }).toBe(3)
      await sleep(quietMs)
      expect(runs.map((run) => [run.raw, run.attempt])).toEqual([1, 2, 3].map((attempt) => [errand, attempt]))
      const [first, second, third] = runs.map((run) => run.at) as [number, number, number]
      // Both clocks count whole milliseconds.
      expect(second - first).toBeGreaterThanOrEqual(triedJob.backoffMs - 2)
      expect(third - second).toBeGreaterThanOrEqual(2 * triedJob.backoffMs - 2)
      expect(exhausted).toEqual([])
    })

    it('says so once after the last try, with the error itself', async () => {
      const error = new Error('the last one')
      const { runs, exhausted, handler } = newRecorder(async (_, attempt) => {
        throw attempt === 3 ? error : new Error('not this time')
      })
      await start(handler)
      const errand = newErrand()
      await queue.add(triedJob, errand)
      await expect.poll(() => exhausted.length, { timeout: 3_000 }).toBe(1)
      await sleep(quietMs)
      expect(runs).toHaveLength(3)
      expect(exhausted).toEqual([{ raw: errand, error }])
      expect(exhausted[0]?.error).toBe(error)
    })

    it('goes on with others while one fails, also when nobody could be told', async () => {
      const errands = Array.from({ length: 6 }, newErrand)
      const { runs, handler } = newRecorder(async (raw) => {
        if ((raw as Errand).id === errands[0]?.id) await fail()
      })
      await start(newRecorder().handler, { ...handler, onExhausted: fail })
      for (const errand of errands) await queue.add(onceJob, errand)
      await expect.poll(() => new Set(runs.map((run) => (run.raw as Errand).id)).size).toBe(6)
      await sleep(quietMs)
      expect(runs).toHaveLength(6)
    })

    it('runs no more at once than asked', async () => {
      let now = 0
      let most = 0
      const { runs, handler } = newRecorder(async () => {
        most = Math.max(most, ++now)
        await sleep(20)
        now -= 1
      })
      for (let n = 0; n < 12; n++) await queue.add(triedJob, newErrand())
      await start(handler, undefined, 3)
      await expect.poll(() => runs.length, { timeout: 3_000 }).toBe(12)
      expect(most).toBe(3)
    })

    it('gives each job to one of several hosts', async () => {
      const { runs, handler } = newRecorder(() => sleep(5))
      await Promise.all([start(handler), start(handler), start(handler)])
      const errands = Array.from({ length: 30 }, newErrand)
      await Promise.all(errands.map((errand) => queue.add(triedJob, errand)))
      await expect.poll(() => runs.length, { timeout: 3_000 }).toBe(30)
      await sleep(quietMs)
      expect(runs.map((run) => (run.raw as Errand).id).toSorted()).toEqual(
        errands.map((errand) => errand.id).toSorted(),
      )
    })

    it('does not start without a handler for each job, and takes none then', async () => {
      const { runs, handler } = newRecorder()
      await queue.add(triedJob, newErrand())
      const host = opened.newHost(1)
      hosts.push(host)
      await expect(host.start(new Map([[triedJob.name, handler]]))).rejects.toThrow(onceJob.name)
      await sleep(quietMs)
      expect(runs).toEqual([])
    })

    it('refuses a job that was not declared', async () => {
      await expect(queue.add(newJob('test.other', 1, 1), newErrand())).rejects.toBeInstanceOf(Error)
    })

    it('lets a running job end and takes no more; the next host does the rest', async () => {
      let ended = 0
      const slow = newRecorder(async () => {
        await sleep(400)
        ended += 1
      })
      const host = await start(slow.handler, undefined, 1)
      for (let n = 0; n < 3; n++) await queue.add(triedJob, newErrand())
      await expect.poll(() => slow.runs.length).toBe(1)
      await host.stop(5_000)
      expect([slow.runs.length, ended]).toEqual([1, 1])
      await sleep(quietMs)
      expect(slow.runs).toHaveLength(1)
      const next = newRecorder()
      await start(next.handler)
      await expect.poll(() => next.runs.length).toBe(2)
    })

    it('does not wait for a running job longer than told', async () => {
      const gate = Promise.withResolvers<void>()
      const stuck = newRecorder(() => gate.promise)
      const host = await start(stuck.handler)
      await queue.add(triedJob, newErrand())
      await expect.poll(() => stuck.runs.length).toBe(1)
      const stopped = host.stop(200).then(() => 'stopped')
      const first = await Promise.race([stopped, sleep(3_000, 'still waiting')])
      gate.resolve()
      await stopped
      expect(first).toBe('stopped')
      await sleep(quietMs)
    })

    it('stops when it has nothing to do, also when it never started, and twice', async () => {
      const host = await start(newRecorder().handler)
      const began = performance.now()
      await host.stop(5_000)
      await host.stop(5_000)
      await opened.newHost(1).stop(5_000)
      expect(performance.now() - began).toBeLessThan(2_000)
    })
  })
}
