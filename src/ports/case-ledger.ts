/**
 * Case ledger: cases and senders, and who was let in. Every method is one transaction; times are given, never
 * taken from the database. Texts that could name a person come and go sealed.
 *
 * All ledger ports: a refusal is a value and changes nothing; a ledger that cannot answer throws
 * `ledger.unavailable`; a state moves only from the states its machine allows, by compare-and-set.
 */
import type { Case, CaseState } from '#domain/case.ts'
import type { CaseId, SenderId } from '#domain/id.ts'
import type { SenderRole } from '#domain/sender-role.ts'

export type CaseKeys = { readonly wrappedKey: string; readonly intakeKey: string }

export type CaseRow = Case & { readonly keys: CaseKeys | null; readonly details: Uint8Array | null }

/** How many items of a case are in each state, and how many bytes they hold. */
export type CaseCounts = Readonly<Record<string, { readonly items: number; readonly bytes: number }>>

export type CaseLedger = {
  openCase(row: { id: CaseId; keys: CaseKeys; details: Uint8Array; at: Date }): Promise<void>
  findCase(id: CaseId): Promise<CaseRow | null>
  /** Newest first. */
  listCases(limit: number): Promise<readonly CaseRow[]>
  countItems(id: CaseId): Promise<CaseCounts>
  /** False when the case was not in a state from which `to` may be reached. */
  moveCase(id: CaseId, to: CaseState, at: Date): Promise<boolean>
  /**
   * `collecting → ready`, if the case is complete; what somebody is deciding about it meanwhile is waited for. True
   * when this call moved it.
   */
  makeReady(id: CaseId, at: Date): Promise<boolean>
  addSender(row: {
    id: SenderId
    case: CaseId
    role: SenderRole
    details: Uint8Array
    at: Date
  }): Promise<void>
  /** True when a sender has finished, every one who began has, and no item waits for bytes or a verdict. */
  isComplete(id: CaseId): Promise<boolean>
}
