/** Handler of `case.push`. What the world may put right stays owed, and the ledger asks again. */
import { Fault } from '#domain/fault.ts'
import { pushCase } from '#jobs/jobs.ts'
import type { JobHandler } from '#ports/job-queue.ts'
import type { Journal } from '#ports/journal.ts'
import type { failPush, runPush } from '#steps/push-case.ts'
import { retryOf } from './fault-to-retry.ts'
import { handle } from './host.ts'

export type PushCaseHandlerNeeds = {
  readonly push: ReturnType<typeof runPush>
  readonly fail: ReturnType<typeof failPush>
  readonly journal: Journal
}

export const pushCaseHandler = ({ push: run, fail, journal }: PushCaseHandlerNeeds): JobHandler =>
  handle(pushCase, journal, {
    run: async ({ push }, attempt) => {
      const began = performance.now()
      try {
        const done = await run(push)
        if (done === null) return
        const { sent, code } = done
        const ms = Math.round(performance.now() - began)
        if (code === null) journal.note('info', 'case.pushed', { push, items: sent, ms })
        else journal.note('warn', 'case.not-pushed', { push, items: sent, fault: code, ms })
      } catch (error) {
        const fault = error instanceof Fault ? error.code : 'internal'
        journal.note('warn', 'push.waits', { push, attempt, fault }, error)
        throw error
      }
    },
    exhausted: async ({ push }, error) => {
      if (retryOf(error) === 'again') return
      journal.note('error', 'case.not-pushed', { push }, error)
      await fail(push, error instanceof Fault ? error.code : 'internal')
    },
  })
