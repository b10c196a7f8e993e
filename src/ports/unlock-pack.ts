/** Unlocking a stored pack: every key that its items need, and whose they are. */
import { Fault } from '#domain/fault.ts'
import type { PackId, PlanId } from '#domain/id.ts'
import type { ArrivedPack } from './admission-ledger.ts'
import type { CaseKey, CaseVault } from './case-vault.ts'
import { type PackIdentities, packIdentities } from './pack-identities.ts'
import type { KeyUnlocker } from './unlock-keys.ts'

export type UnlockedPack = {
  readonly key: CaseKey
  readonly packs: ReadonlyMap<PackId, Uint8Array>
  readonly plans: ReadonlyMap<PlanId, Uint8Array>
  readonly identities: PackIdentities
}

/** @throws `store.damaged` for a case's own details, and what `CaseVault.open` and `CaseKey.unlock` throw */
export const unlockPack = async (
  keys: KeyUnlocker,
  vault: CaseVault,
  pack: ArrivedPack,
  wrappedKey: string,
): Promise<UnlockedPack> => {
  const key = await vault.open(pack.case, wrappedKey)
  return {
    key,
    packs: await keys.unlock(key, pack.packKeys),
    plans: await keys.unlockAgain(key, pack.planKeys),
    identities: packIdentities(key, pack),
  }
}

/** A key of it by its id. @throws `key.unavailable` */
export const haveKey = <Id>(keys: ReadonlyMap<Id, Uint8Array>, id: Id): Uint8Array => {
  const key = keys.get(id)
  if (key === undefined) throw new Fault('key.unavailable')
  return key
}
