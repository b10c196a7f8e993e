/**
 * Audit ledger: an append-only chain. Entry n's hash is SHA-256 over entry n-1's hash and the canonical text of
 * entry n, so a changed, missing or reordered entry breaks every later one.
 */
import type { AuditEntry, AuditEvent } from '#domain/audit.ts'
import type { CaseId } from '#domain/id.ts'

export type AuditLedger = {
  append(event: AuditEvent, at: Date): Promise<void>
  /** Oldest first. */
  entriesOf(id: CaseId): Promise<readonly AuditEntry[]>
  /** Walks the whole chain. Null when it holds; else the sequence number of the first entry that does not. */
  verify(): Promise<number | null>
}
