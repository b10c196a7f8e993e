/**
 * The signing side of one half of the ring, as the tokens see it: a key to sign with, a key to verify by its
 * `kid`, and the set to publish.
 */
import type { KeyObject } from 'node:crypto'
import type { Clock } from '#ports/clock.ts'
import type { PublicKeys } from '#ports/tokens.ts'
import type { FreshKeys } from './fresh-keys.ts'
import { type PublicKey, type PublicSet, stillVerifies } from './public-set.ts'
import { listSigningKeys, type Purpose, privateHalf } from './signing-key.ts'

export type Signer = { readonly kid: string; readonly key: KeyObject }

export type SigningKeys = {
  /** The newest key of a purpose; null when this half of the ring has none. */
  signer(purpose: Purpose): Signer | null
  /** The public key of this `kid`, whatever its purpose and age; null when it is not of this ring. */
  find(kid: string): PublicKey | null
}

export type SigningState = {
  readonly publicSet: PublicSet
  readonly signers: ReadonlyMap<Purpose, Signer>
}

/**
 * The newest private key of each purpose that others can already verify: a rotation that has not reached the
 * public set has not happened.
 */
export const readSigners = (
  folder: string,
  half: 'edge' | 'vault',
  publicSet: PublicSet,
): ReadonlyMap<Purpose, Signer> => {
  const signers = new Map<Purpose, Signer>()
  for (const key of listSigningKeys(folder, half)) {
    const secret = publicSet.get(key.kid)?.retiredAt === null ? privateHalf(key) : null
    if (secret !== null) signers.set(key.purpose, { kid: key.kid, key: secret })
  }
  return signers
}

/** Signing keys that follow the ring on disk. */
export const signingKeys = (fresh: FreshKeys<SigningState>): SigningKeys => ({
  signer: (purpose) => fresh.current().signers.get(purpose) ?? null,
  find: (kid) => fresh.current().publicSet.get(kid) ?? fresh.latest().publicSet.get(kid) ?? null,
})

/** Every key that still verifies something now. */
export const publishedKeys = (fresh: FreshKeys<SigningState>, clock: Clock): PublicKeys => ({
  keys: () => {
    const now = clock.now()
    const keys = [...fresh.current().publicSet.values()]
    return keys.filter((key) => stillVerifies(key, now)).map(({ jwk }) => jwk)
  },
})
