/**
 * Ledger copy: all of a ledger as text, as of one moment, and back. A row is one JSON text whose members are its
 * columns; nothing but a ledger of the same migration reads it again. The queue is not in it: it is only a hint.
 */

/** `row` is JSON as the ledger wrote it, and goes back the same. */
export type LedgerRow = { readonly table: string; readonly row: string }

/** The newest entry of the audit chain, its hash as hex. */
export type AuditHead = { readonly seq: number; readonly hash: string }

export type LedgerSnapshot = {
  readonly migration: string
  readonly audit: AuditHead | null
  /** Every row, none before one it refers to; a few at a time, however large they are. */
  readonly rows: AsyncIterable<readonly LedgerRow[]>
}

export type LedgerCopy = {
  /** The newest migration that was applied; null in a database without any. */
  migration(): Promise<string | null>
  /** True when no table has a row. */
  isEmpty(): Promise<boolean>
  /** Calls `work` with everything as of one moment. The rows may be asked for once, while `work` runs. */
  view<Result>(work: (snapshot: LedgerSnapshot) => Promise<Result>): Promise<Result>
  /**
   * Puts rows into an empty ledger, all of them or none. Every case is then owed a fresh index in the store.
   * @throws `store.damaged` for a row that does not fit, `state.conflict` when the ledger is not empty.
   */
  load(rows: AsyncIterable<LedgerRow>): Promise<void>
  /** The hash of one entry of the audit chain as hex; null when there is none. */
  auditHash(seq: number): Promise<string | null>
}
