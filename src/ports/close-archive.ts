/** How an archive ends once nothing more comes out of it: with a verdict, an entry in the chain, and its packs let go. */
import type { CaseId, ItemId } from '#domain/id.ts'
import type { ItemState } from '#domain/item.ts'
import { type VerdictCode, worstOutcome } from '#domain/verdict.ts'
import { indexCase, offerCase } from '#jobs/jobs.ts'
import type { AdmissionLedger } from './admission-ledger.ts'
import type { ArchiveLedger } from './archive-ledger.ts'
import type { AuditLedger } from './audit-ledger.ts'
import type { CaseLedger } from './case-ledger.ts'
import type { Clock } from './clock.ts'
import { dropPacks } from './drop-packs.ts'
import type { JobQueue } from './job-queue.ts'
import type { ObjectStore } from './object-store.ts'

export type CloseArchiveNeeds = {
  readonly archives: ArchiveLedger
  readonly admission: Pick<AdmissionLedger, 'dropPack'>
  readonly cases: Pick<CaseLedger, 'isComplete'>
  readonly store: ObjectStore
  readonly queue: JobQueue
  readonly audit: Pick<AuditLedger, 'append'>
  readonly clock: Clock
}

/** What its reader said at the end, and what came out of it in all. */
export type EndOfArchive = {
  readonly codes: readonly VerdictCode[]
  readonly items: number
  readonly bytes: number
}

export type Unpacked = { readonly state: ItemState; readonly items: number; readonly bytes: number }

/** Where nothing at all came out, nothing "was taken", whatever the reader said. */
const finalCodes = ({ codes, items }: EndOfArchive): readonly VerdictCode[] => {
  const outcome = worstOutcome(codes)
  const waits = codes.includes('ARCHIVE_LIMIT') || codes.includes('CHECK_UNAVAILABLE')
  if (items === 0 && outcome !== 'rejected' && !waits) return ['ARCHIVE_UNREADABLE', ...codes]
  return outcome === 'accepted' || outcome === 'accepted_with_warnings' ? ['ARCHIVE_OPENED', ...codes] : codes
}

const actions = {
  unpacked: 'item.unpacked',
  rejected: 'item.rejected',
  quarantined: 'item.quarantined',
} as const

/** Null when it had ended before. */
export const closeArchive =
  ({ archives, admission, cases, store, queue, audit, clock }: CloseArchiveNeeds) =>
  async (
    { id, case: of }: { readonly id: ItemId; readonly case: CaseId },
    end: EndOfArchive,
  ): Promise<Unpacked | null> => {
    const at = clock.now()
    const codes = finalCodes(end)
    const closed = await archives.closeArchive(id, codes, at)
    if (closed === null) return null
    const { state, packs } = closed
    const { items, bytes } = end
    const facts = { items, bytes, ...(state === 'unpacked' ? {} : { codes: codes.join(' ') }) }
    await audit.append({ action: actions[state], actor: { kind: 'worker' }, case: of, object: id, facts }, at)
    await dropPacks({ admission, store }, packs)
    await queue.add(indexCase, { case: of }).catch(() => {})
    if (await cases.isComplete(of)) await queue.add(offerCase, { case: of }).catch(() => {})
    return { state, items, bytes }
  }
