/**
 * The half of a key ring that portal and workers have: `vault/` and `public.jwks.json`. It makes and opens case
 * keys, writes links and access tokens, and signs manifests.
 */

import type { CaseVault } from '#ports/case-vault.ts'
import type { Clock } from '#ports/clock.ts'
import type { IntakeSeal } from '#ports/intake-seal.ts'
import type { AccessTokens, LinkTokens, PublicKeys, ReaderTokens, Statements } from '#ports/tokens.ts'
import { accessTokens } from './access-tokens.ts'
import { caseVault, type MasterKeys } from './case-vault.ts'
import { type FreshKeys, followKeys } from './fresh-keys.ts'
import { intakeLock } from './intake-seal.ts'
import { keyFault } from './key-file.ts'
import { linkTokens, readerTokens } from './link-tokens.ts'
import { listMasterKeys, type MasterKey } from './master-key.ts'
import { readPublicSet } from './public-set.ts'
import { halfOf, purposes } from './signing-key.ts'
import { publishedKeys, readSigners, type SigningState, signingKeys } from './signing-keys.ts'
import { statements } from './statements.ts'

type VaultState = SigningState & {
  readonly masters: ReadonlyMap<string, MasterKey>
  readonly newest: MasterKey
}

const readVault = (folder: string): VaultState => {
  const list = listMasterKeys(folder)
  const newest = list.at(-1)
  if (newest === undefined) throw keyFault('vault has no master key')
  const publicSet = readPublicSet(folder)
  const signers = readSigners(folder, 'vault', publicSet)
  for (const purpose of purposes)
    if (halfOf[purpose] === 'vault' && !signers.has(purpose))
      throw keyFault(`vault has no ${purpose} key that public.jwks.json knows`)
  return { publicSet, signers, newest, masters: new Map(list.map((master) => [master.id, master])) }
}

const masterKeys = (fresh: FreshKeys<VaultState>): MasterKeys => ({
  newest: () => fresh.current().newest,
  find: (id) => (fresh.current().masters.get(id) ?? fresh.latest().masters.get(id))?.key ?? null,
})

export type VaultRing = {
  readonly vault: CaseVault
  /** Locks with public keys alone: what comes out of an archive is sealed as it is at the edge. */
  readonly seal: Pick<IntakeSeal, 'lock'>
  readonly linkTokens: LinkTokens
  readonly readerTokens: ReaderTokens
  readonly accessTokens: AccessTokens
  /** Signs manifests only. */
  readonly statements: Statements
  readonly publicKeys: PublicKeys
}

/**
 * Opens the vault's half of a ring. `issuer` is the public base URL, without a slash at its end.
 * @throws Fault `key.unavailable` for files that are missing, damaged, or open to others.
 */
export const openVaultRing = (folder: string, clock: Clock, issuer: string): VaultRing => {
  const fresh = followKeys(folder, clock, () => readVault(folder))
  const keys = signingKeys(fresh)
  return {
    vault: caseVault(masterKeys(fresh), keys),
    seal: intakeLock({ keys, clock, generation: () => fresh.current() }),
    linkTokens: linkTokens(keys, clock, issuer),
    readerTokens: readerTokens(keys, clock, issuer),
    accessTokens: accessTokens(keys, clock, issuer),
    statements: statements(keys),
    publicKeys: publishedKeys(fresh, clock),
  }
}
