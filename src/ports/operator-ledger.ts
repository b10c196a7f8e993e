/** Operator ledger: one-time sign-in codes and sessions of people who run the gateway. Hashes only. */
import type { OperatorId } from '#domain/id.ts'

export type OperatorLedger = {
  /** True when nobody is signed in and no code is waiting. */
  needsCode(at: Date): Promise<boolean>
  addCode(codeHash: Uint8Array, expiresAt: Date, at: Date): Promise<void>
  /** Spends the code and begins a session; null when it is wrong, spent or over. Exactly one of many racers wins. */
  signIn(
    codeHash: Uint8Array,
    session: { id: OperatorId; tokenHash: Uint8Array; expiresAt: Date; at: Date },
  ): Promise<OperatorId | null>
  session(tokenHash: Uint8Array, at: Date): Promise<OperatorId | null>
}
