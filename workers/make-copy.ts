/** Handler of `copy.make`. What could not be made stays owed; the ledger counts tries and ends them. */
import { Fault } from '#domain/fault.ts'
import type { CopyId } from '#domain/id.ts'
import { makeCopy } from '#jobs/jobs.ts'
import type { JobHandler } from '#ports/job-queue.ts'
import type { Journal } from '#ports/journal.ts'
import type { CopyMade } from '#steps/make-copy.ts'
import { handle } from './host.ts'

export type MakeCopyNeeds = {
  readonly make: (copy: CopyId) => Promise<CopyMade | null>
  readonly journal: Journal
}

export const makeCopyHandler = ({ make, journal }: MakeCopyNeeds): JobHandler =>
  handle(makeCopy, journal, {
    run: async ({ copy }) => {
      const began = performance.now()
      const made = await make(copy)
      if (made === null) return
      const { state, items, bytes } = made
      const ms = Math.round(performance.now() - began)
      journal.note(state === 'ready' ? 'info' : 'warn', `copy.${state}`, { copy, items, bytes, ms })
    },
    exhausted: async ({ copy }, error) => {
      const fault = error instanceof Fault ? error.code : 'internal'
      journal.note('warn', 'copy.not-made', { copy, fault }, error)
    },
  })
