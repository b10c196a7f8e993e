/**
 * Intake seal: everything the upload edge may do with keys. It holds no private key that opens records: it can
 * lock, and cannot look. Each case has an intake key pair of its own whose private half follows from the case
 * key, so destroying the case key also ends everything that was ever sent.
 */
import type { CaseId, SenderId } from '#domain/id.ts'

export type IntakeSeal = {
  /**
   * Locks a 32-byte key to a case's intake public key: compact JWE, `ECDH-ES+A256KW` on X25519, `A256GCM`.
   * `intakeKey` is the signed key from the case's row; one that was not signed by this key ring for this case
   * throws `key.unavailable`, so whoever can write to the ledger cannot have records sealed to themselves.
   */
  lock(id: CaseId, intakeKey: string, key: Uint8Array): Promise<string>
  /** Keyed 32-byte digest by which a file announced again is known, without its name being readable. */
  fingerprint(sender: SenderId, text: string): Uint8Array
}
