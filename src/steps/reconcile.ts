/**
 * Reconcile: asks again for everything the ledger says is owed and the queue may have lost. Losing the whole
 * queue loses nothing but a few seconds.
 */
import { keptDays, readHours } from '#domain/letter.ts'
import { admitPack, indexCase, keepAudit, offerCase, pushCase, sendLetter, unpackItem } from '#jobs/jobs.ts'
import type { AdmissionLedger } from '#ports/admission-ledger.ts'
import type { ArchiveLedger } from '#ports/archive-ledger.ts'
import type { Clock } from '#ports/clock.ts'
import type { IndexLedger } from '#ports/index-ledger.ts'
import type { JobQueue } from '#ports/job-queue.ts'
import type { LetterLedger } from '#ports/letter-ledger.ts'
import type { PushLedger } from '#ports/push-ledger.ts'

export type ReconcileNeeds = {
  readonly admission: AdmissionLedger
  readonly archives: Pick<ArchiveLedger, 'owedArchives'>
  readonly letters: Pick<LetterLedger, 'owedLetters' | 'wipeKept'>
  readonly indexes: Pick<IndexLedger, 'owedIndexes' | 'owesAudit'>
  readonly pushes: Pick<PushLedger, 'owedPushes'>
  readonly queue: JobQueue
  readonly clock: Clock
}

/** Younger work is on its way by itself. */
const graceMs = 5_000

const hourMs = 3_600_000

/** Work asked for again at one time; the rest follows at the next. */
const most = 500

/** How many jobs were asked for. */
export const reconcile =
  ({ admission, archives, letters, indexes, pushes, queue, clock }: ReconcileNeeds) =>
  async (): Promise<number> => {
    const now = clock.now()
    const before = new Date(now.getTime() - graceMs)
    const packs = await admission.owedPacks(before, most)
    for (const pack of packs) await queue.add(admitPack, { pack })
    const packed = await archives.owedArchives(before, most)
    for (const item of packed) await queue.add(unpackItem, { item })
    // No grace: a letter says itself when its time has come.
    const post = await letters.owedLetters(now, most)
    for (const letter of post) await queue.add(sendLetter, { letter })
    await letters.wipeKept({
      kept: new Date(now.getTime() - keptDays * 24 * hourMs),
      read: new Date(now.getTime() - readHours * hourMs),
    })
    const cases = await admission.owedCases(before, most)
    for (const id of cases) await queue.add(offerCase, { case: id })
    const owed = await indexes.owedIndexes(now, most)
    for (const id of owed) await queue.add(indexCase, { case: id })
    const pushed = await pushes.owedPushes(before, most)
    for (const push of pushed) await queue.add(pushCase, { push })
    const audit = (await indexes.owesAudit(now)) ? 1 : 0
    if (audit > 0) await queue.add(keepAudit, {})
    return packs.length + packed.length + post.length + cases.length + owed.length + pushed.length + audit
  }
