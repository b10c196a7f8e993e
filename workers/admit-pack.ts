/** Handler of `pack.admit`. */
import { Fault } from '#domain/fault.ts'
import type { PackId } from '#domain/id.ts'
import { admitPack } from '#jobs/jobs.ts'
import type { JobHandler } from '#ports/job-queue.ts'
import type { Journal } from '#ports/journal.ts'
import type { Admitted } from '#steps/admit.ts'
import { retryOf } from './fault-to-retry.ts'
import { handle } from './host.ts'

export type AdmitPackNeeds = {
  readonly admit: (pack: PackId) => Promise<Admitted | null>
  readonly quarantine: (pack: PackId) => Promise<void>
  readonly journal: Journal
}

export const admitPackHandler = ({ admit, quarantine, journal }: AdmitPackNeeds): JobHandler =>
  handle(admitPack, journal, {
    run: async ({ pack }, attempt) => {
      const began = performance.now()
      try {
        const done = await admit(pack)
        const ms = Math.round(performance.now() - began)
        if (done !== null)
          journal.note('info', 'pack.admitted', { pack, items: done.items, bytes: done.bytes, ms })
      } catch (error) {
        const fault = error instanceof Fault ? error.code : 'internal'
        journal.note('warn', 'pack.not-admitted', { pack, attempt, fault }, error)
        throw error
      }
    },
    exhausted: async ({ pack }, error) => {
      if (retryOf(error) === 'again') return
      journal.note('error', 'pack.quarantined', { pack })
      await quarantine(pack)
    },
  })
