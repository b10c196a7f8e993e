/**
 * Backup folder: one ledger as of one moment, and the objects it refers to, sealed as they lie in the store. It
 * has no key. What stands in it counts from `publish` on; until then the backup before it is whole and counts.
 */
import type { PackId } from '#domain/id.ts'
import type { AuditHead } from './ledger-copy.ts'
import type { ObjectStore } from './object-store.ts'

/** The ledger's text in the folder. */
export type LedgerText = { readonly file: string; readonly bytes: number; readonly sha256: string }

/** What `BACKUP.json` says. */
export type BackupNote = {
  /** The moment the ledger was looked at, ISO 8601. */
  readonly at: string
  readonly migration: string
  readonly ledger: LedgerText
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>
  readonly audit: AuditHead | null
  readonly objects: { readonly count: number; readonly bytes: number }
  /** Packs of the ledger whose objects were not in the store. */
  readonly missing: readonly PackId[]
}

export type BackupFolder = {
  /** What counts; null in a folder without a backup. @throws `store.damaged` when it is not ours. */
  note(): Promise<BackupNote | null>
  /** Writes a ledger's lines durably, beside the one that counts. */
  writeLedger(lines: AsyncIterable<string>): Promise<LedgerText>
  /** True when the text is the one that was written. */
  isWhole(ledger: LedgerText): Promise<boolean>
  /** Its lines. */
  readLedger(ledger: LedgerText): AsyncIterable<string>
  /** From now on this counts; texts of ledgers before it go. */
  publish(note: BackupNote): Promise<void>
  readonly objects: ObjectStore
  close(): Promise<void>
}
