/**
 * Tokens: compact JWS, EdDSA, each kind with its own key, `typ` and audience (RFC 8725, RFC 9068).
 *
 * Contract: reading returns null for anything not plainly ours and in time: another `alg`, `typ`, `kid`, `aud`,
 * `iss`, any `crit`, `jku`, `jwk`, `x5u` or `x5c`, a missing or malformed claim, a clock more than 30 s apart.
 * A signature only keeps forgeries away from the ledger; the row always decides.
 */

import type { Scope } from '#domain/grant.ts'
import type { CaseId, GrantId, LinkId, ReaderId } from '#domain/id.ts'

export type LinkTokens = {
  /** `upload-link+jwt`; `jti` is the link's secret, of which the ledger keeps only a hash. */
  write(claims: { link: LinkId; secret: string; expiresAt: Date }): Promise<string>
  /** Also reads a link whose time is over (`expired`), so that a dead link can offer a new one. */
  read(token: string): Promise<{ link: LinkId; secret: string; expired: boolean } | null>
}

/** As `LinkTokens`, for the link a reader comes in by: `reader-link+jwt`. */
export type ReaderTokens = {
  write(claims: { reader: ReaderId; secret: string; expiresAt: Date }): Promise<string>
  read(token: string): Promise<{ reader: ReaderId; secret: string; expired: boolean } | null>
}

export type AccessTokens = {
  /** `at+jwt`; throws when `expiresAt` is more than ten minutes away. */
  write(claims: { grant: GrantId; case: CaseId; scopes: readonly Scope[]; expiresAt: Date }): Promise<string>
  read(token: string): Promise<{ grant: GrantId; case: CaseId; scopes: readonly Scope[] } | null>
}

/** Statements that must be verifiable by anyone who has the public keys, without this program. */
export type Statements = {
  /**
   * JWS over a text, which must be `canonicalJson` of what is stated: whoever states it has mostly written it already.
   * The same text and key give the same JWS (Ed25519 is deterministic).
   */
  sign(kind: 'receipt' | 'manifest', canonical: string): Promise<string>
}

/** The public halves of every key that still verifies something, as a JWK Set (RFC 7517). */
export type PublicKeys = { keys(): readonly Readonly<Record<string, unknown>>[] }
