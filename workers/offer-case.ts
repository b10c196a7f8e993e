/** Handler of `case.offer`. */
import type { CaseId } from '#domain/id.ts'
import { offerCase } from '#jobs/jobs.ts'
import type { JobHandler } from '#ports/job-queue.ts'
import type { Journal } from '#ports/journal.ts'
import { handle } from './host.ts'

export type OfferCaseNeeds = {
  readonly offer: (id: CaseId) => Promise<boolean>
  readonly journal: Journal
}

export const offerCaseHandler = ({ offer, journal }: OfferCaseNeeds): JobHandler =>
  handle(offerCase, journal, {
    run: async (data) => {
      if (await offer(data.case)) journal.note('info', 'case.ready', { case: data.case })
    },
    exhausted: async (data, error) => {
      journal.note('error', 'case.not-offered', { case: data.case }, error)
    },
  })
