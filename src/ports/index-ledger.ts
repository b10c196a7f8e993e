/**
 * Index ledger: what of the ledger lies sealed in the object store, and what still has to go there. Every change
 * of a case that its senders or readers would miss is counted, in the transaction that makes it; an index is as
 * good as the count it was written at, so a change made meanwhile is owed another one.
 */
import type { CaseId, IndexId } from '#domain/id.ts'
import type { KeptRows } from '#domain/kept.ts'

/** A case as its last recorded index left it, and how often it has changed. */
export type IndexState = {
  /** Null when the case's key was destroyed. */
  readonly wrappedKey: string | null
  readonly changed: number
  readonly indexed: number
  /** Of the index that counts; 0 when there is none. */
  readonly sequence: number
  readonly object: IndexId | null
}

export type NewIndex = {
  readonly object: IndexId
  readonly sequence: number
  /** The sequence the case's index had when the rows were read. */
  readonly after: number
  /** The count of changes it holds. */
  readonly changed: number
  /** How long it took, milliseconds: a case that takes long is indexed less often. */
  readonly costMs: number
  readonly at: Date
}

/** The end of the audit chain that lies in no object yet. */
export type UnkeptAudit = {
  readonly first: number
  readonly last: number
  readonly rows: KeptRows
  /** A short piece whose entries are in `rows` too, and which the new one replaces. */
  readonly replaces: CaseId | null
}

export type IndexLedger = {
  /**
   * Calls `work` with the case and all its rows but sessions and grants, one consistent view, some rows at a time,
   * none before one it refers to. Null when there is no such case.
   */
  viewCase<Result>(
    id: CaseId,
    work: (state: IndexState, rows: AsyncIterable<KeptRows>) => Promise<Result>,
  ): Promise<Result | null>
  /** False when another index of the case was recorded since `after`: this one does not count. */
  recordIndex(id: CaseId, index: NewIndex): Promise<boolean>
  /**
   * Cases that changed since their index: at once when it was about who may send; else not those whose last index
   * is too young, a minute while records come in, else seconds, never less than fifty times as long as it took.
   */
  owedIndexes(at: Date, limit: number): Promise<readonly CaseId[]>
  /** Null when every entry is kept. At most `limit` new entries. */
  unkeptAudit(limit: number): Promise<UnkeptAudit | null>
  /** False when another piece with these entries was recorded meanwhile. `id` names its object and its key. */
  recordAudit(piece: {
    readonly id: CaseId
    readonly first: number
    readonly last: number
    readonly replaces: CaseId | null
    readonly at: Date
  }): Promise<boolean>
  /** True when there are entries no object has and the last piece is more than five minutes old. */
  owesAudit(at: Date): Promise<boolean>
}
