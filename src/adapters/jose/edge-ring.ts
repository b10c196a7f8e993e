/**
 * The half of a key ring an upload edge has: `edge/` and `public.jwks.json`. With it one can lock, fingerprint,
 * read upload links and sign receipts. Nothing in it opens a record, and `vault/` is never looked at.
 */
import { createSecretKey, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import type { Clock } from '#ports/clock.ts'
import type { IntakeSeal } from '#ports/intake-seal.ts'
import type { LinkTokens, PublicKeys, Statements } from '#ports/tokens.ts'
import { followKeys } from './fresh-keys.ts'
import { intakeSeal } from './intake-seal.ts'
import { keyFault, readPrivateFile } from './key-file.ts'
import { linkReader } from './link-tokens.ts'
import { readPublicSet } from './public-set.ts'
import { publishedKeys, readSigners, type SigningState, signingKeys } from './signing-keys.ts'
import { statements } from './statements.ts'

type EdgeState = SigningState & { readonly fingerprint: KeyObject }

const readEdge = (folder: string): EdgeState => {
  const fingerprint = readPrivateFile(join(folder, 'edge', 'fingerprint.key'))
  if (fingerprint.length !== 32) throw keyFault('edge/fingerprint.key is not 32 bytes')
  const publicSet = readPublicSet(folder)
  const signers = readSigners(folder, 'edge', publicSet)
  if (!signers.has('receipt')) throw keyFault('edge has no receipt key that public.jwks.json knows')
  return { publicSet, signers, fingerprint: createSecretKey(fingerprint) }
}

export type EdgeRing = {
  readonly seal: IntakeSeal
  readonly linkReader: Pick<LinkTokens, 'read'>
  /** Signs receipts only. */
  readonly statements: Statements
  readonly publicKeys: PublicKeys
}

/**
 * Opens the edge's half of a ring. `issuer` is the public base URL, without a slash at its end.
 * @throws Fault `key.unavailable` for files that are missing, damaged, or open to others.
 */
export const openEdgeRing = (folder: string, clock: Clock, issuer: string): EdgeRing => {
  const fresh = followKeys(folder, clock, () => readEdge(folder))
  const keys = signingKeys(fresh)
  const fingerprintKey = (): KeyObject => fresh.current().fingerprint
  return {
    seal: intakeSeal({ keys, clock, fingerprintKey, generation: () => fresh.current() }),
    linkReader: linkReader(keys, clock, issuer),
    statements: statements(keys),
    publicKeys: publishedKeys(fresh, clock),
  }
}
