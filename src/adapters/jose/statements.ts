/**
 * Statements: receipts and manifests as compact JWS over canonical JSON (RFC 8785), `receipt+jws` and
 * `manifest+jws`. Anyone with the public set can verify one, years later, with any JOSE library.
 */
import type { Statements } from '#ports/tokens.ts'
import { signText } from './signed-text.ts'
import type { SigningKeys } from './signing-keys.ts'

/** Signs; a kind whose key this half of the ring does not have rejects with `key.unavailable`. */
export const statements = (keys: SigningKeys): Statements => ({
  sign: async (kind, canonical) => signText(keys, { typ: `${kind}+jws`, purpose: kind }, canonical),
})
