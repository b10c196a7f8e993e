/**
 * Case vault: makes and opens case keys with the key ring's master key. Only the portal and workers have it.
 * Contract: an unknown, destroyed or damaged key throws `key.unavailable`; nothing here ever returns a master key.
 */
import type { CaseId } from '#domain/id.ts'

export type NewCaseKey = {
  /** The case key wrapped by the master key; names the master key it needs. */
  readonly wrappedKey: string
  /** Signed public half of the case's intake key pair, for `IntakeSeal.lock`. */
  readonly intakeKey: string
}

export type CaseVault = {
  /** A fresh case key. */
  create(id: CaseId): Promise<NewCaseKey>
  /** Opens a case key; the result may be kept for as long as one request or job. */
  open(id: CaseId, wrappedKey: string): Promise<CaseKey>
}

export type CaseKey = {
  /** Opens what `IntakeSeal.lock` closed: 32 bytes. */
  unlock(locked: string): Promise<Uint8Array>
  /** AES-KW (RFC 3394) under a key derived for wrapping: 32 bytes become 40. */
  wrap(key: Uint8Array): Uint8Array
  /** Reverses `wrap`. */
  unwrap(wrapped: Uint8Array): Uint8Array
  /** Seals a small text with its associated data. */
  seal(plain: Uint8Array, associated: string): Uint8Array
  /** Reverses `seal`; other associated data or a changed byte throws `store.damaged`. */
  unseal(sealed: Uint8Array, associated: string): Uint8Array
}
