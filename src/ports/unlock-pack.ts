/** Unlocking a stored pack: every key that its items need, what was kept of their first bytes, and whose they are. */
import { Fault } from '#domain/fault.ts'
import type { ItemId, PackId, PlanId } from '#domain/id.ts'
import { openHeads } from '#formats/pack/heads.ts'
import type { ArrivedPack } from './admission-ledger.ts'
import type { CaseKey, CaseVault } from './case-vault.ts'
import { type PackIdentities, packIdentities } from './pack-identities.ts'
import type { KeyUnlocker } from './unlock-keys.ts'

export type UnlockedPack = {
  readonly key: CaseKey
  readonly packs: ReadonlyMap<PackId, Uint8Array>
  readonly plans: ReadonlyMap<PlanId, Uint8Array>
  /** First bytes of items, as far as they were kept beside the pack. */
  readonly heads: ReadonlyMap<ItemId, Buffer>
  readonly identities: PackIdentities
}

/** Heads are a copy, made to spare the store: where they do not open, the pack itself is asked. */
const readHeads = (pack: PackId, key: Uint8Array, sealed: Buffer): ReadonlyMap<ItemId, Buffer> => {
  try {
    return openHeads(pack, key, sealed)
  } catch (error) {
    if (error instanceof Fault && error.code === 'store.damaged') return new Map()
    throw error
  }
}

/** @throws `key.unavailable`, `store.damaged`, and what `CaseVault.open` throws */
export const unlockPack = async (
  keys: KeyUnlocker,
  vault: CaseVault,
  pack: ArrivedPack,
  wrappedKey: string,
): Promise<UnlockedPack> => {
  const key = await vault.open(pack.case, wrappedKey)
  const packs = await keys.unlock(key, pack.packKeys)
  const own = packs.get(pack.id)
  return {
    key,
    packs,
    plans: await keys.unlockAgain(key, pack.planKeys),
    heads: own === undefined || pack.heads === null ? new Map() : readHeads(pack.id, own, pack.heads),
    identities: packIdentities(key, pack),
  }
}

/** A key of it by its id. @throws `key.unavailable` */
export const haveKey = <Id>(keys: ReadonlyMap<Id, Uint8Array>, id: Id): Uint8Array => {
  const key = keys.get(id)
  if (key === undefined) throw new Fault('key.unavailable')
  return key
}
