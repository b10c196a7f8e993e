/**
 * Reconcile: asks again for everything the ledger says is owed and the queue may have lost. Losing the whole
 * queue loses nothing but a few seconds.
 */
import { admitPack, offerCase } from '#jobs/jobs.ts'
import type { AdmissionLedger } from '#ports/admission-ledger.ts'
import type { Clock } from '#ports/clock.ts'
import type { JobQueue } from '#ports/job-queue.ts'

export type ReconcileNeeds = {
  readonly admission: AdmissionLedger
  readonly queue: JobQueue
  readonly clock: Clock
}

/** Younger work is on its way by itself. */
const graceMs = 5_000

/** Work asked for again at one time; the rest follows at the next. */
const most = 500

/** How many jobs were asked for. */
export const reconcile =
  ({ admission, queue, clock }: ReconcileNeeds) =>
  async (): Promise<number> => {
    const before = new Date(clock.now().getTime() - graceMs)
    const packs = await admission.owedPacks(before, most)
    for (const pack of packs) await queue.add(admitPack, { pack })
    const cases = await admission.owedCases(before, most)
    for (const id of cases) await queue.add(offerCase, { case: id })
    return packs.length + cases.length
  }
