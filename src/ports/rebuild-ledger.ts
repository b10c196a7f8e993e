/** Rebuild ledger: puts a ledger that was lost together again, and says which objects a ledger counts on. */
import type { AnyId, CaseId, IndexId, ItemId, PackId, PlanId, SenderId } from '#domain/id.ts'
import type { KeptRows, ObjectKind } from '#domain/kept.ts'

/** An object some row names. */
export type NeededObject = {
  readonly id: AnyId
  /** It has at least so many bytes; 0: nobody counts on it. A plan's, since an index of its case holds it too. */
  readonly bytes: number
}

export type RebuildLedger = {
  /** True when there is no case, no pack and no audit entry. Who may sign in does not matter. */
  isEmpty(): Promise<boolean>
  /**
   * Puts a case back as its index has it, whole or not at all; it is owed a fresh index at once.
   * @throws `store.damaged` for rows that are not such a case's.
   */
  restoreCase(
    id: CaseId,
    index: { readonly object: IndexId; readonly sequence: number },
    rows: AsyncIterable<KeptRows>,
  ): Promise<{ readonly items: number }>
  /** Puts entries of the audit chain back as they were; those that are there already stay. @throws `store.damaged` */
  restoreAudit(
    piece: { readonly id: CaseId; readonly first: number; readonly at: Date },
    rows: AsyncIterable<KeptRows>,
  ): Promise<{ readonly entries: number }>
  /** Which of these there are. */
  known<Id extends ItemId | PackId | PlanId | SenderId>(
    table: 'items' | 'packs' | 'plans' | 'senders',
    ids: readonly Id[],
  ): Promise<ReadonlySet<Id>>
  /**
   * Objects of a kind that rows name, in order of their ids, after `after`.
   */
  needed(kind: ObjectKind, after: AnyId | null, limit: number): Promise<readonly NeededObject[]>
  /** True when any row names the object. */
  isNamed(kind: ObjectKind, id: AnyId): Promise<boolean>
  /** An index or piece of the audit chain is not there: it, and what follows a piece, is owed to the store again. */
  oweAgain(kind: 'indexes' | 'audit', id: AnyId): Promise<void>
}
