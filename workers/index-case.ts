/** Handlers of `case.index` and `audit.keep`. What they could not write stays owed, and the ledger asks again. */
import type { CaseId } from '#domain/id.ts'
import { indexCase, keepAudit } from '#jobs/jobs.ts'
import type { JobHandler } from '#ports/job-queue.ts'
import type { Journal } from '#ports/journal.ts'
import { handle } from './host.ts'

export type IndexCaseNeeds = {
  readonly index: (id: CaseId) => Promise<boolean>
  readonly journal: Journal
}

export const indexCaseHandler = ({ index, journal }: IndexCaseNeeds): JobHandler =>
  handle(indexCase, journal, {
    run: async (data) => {
      // A change made meanwhile asked in vain: there was this job already.
      if (await index(data.case)) await index(data.case)
    },
    exhausted: async (data, error) => {
      journal.note('warn', 'case.not-indexed', { case: data.case }, error)
    },
  })

export type KeepAuditNeeds = {
  readonly keep: () => Promise<number>
  readonly journal: Journal
}

export const keepAuditHandler = ({ keep, journal }: KeepAuditNeeds): JobHandler =>
  handle(keepAudit, journal, {
    run: async () => {
      await keep()
    },
    exhausted: async (_, error) => {
      journal.note('warn', 'audit.not-kept', {}, error)
    },
  })
