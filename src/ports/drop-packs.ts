/** Packs let go: those in which nothing lives any more leave the ledger, then the store. */
import type { PackId } from '#domain/id.ts'
import { packObject } from '#domain/pack.ts'
import type { AdmissionLedger } from './admission-ledger.ts'
import type { ObjectStore } from './object-store.ts'

export type DropNeeds = {
  readonly admission: Pick<AdmissionLedger, 'dropPack'>
  readonly store: Pick<ObjectStore, 'remove'>
}

/** Drops which of them it may. An object that could not be removed now is unreferenced, and no harm. */
export const dropPacks = async ({ admission, store }: DropNeeds, packs: Iterable<PackId>): Promise<void> => {
  for (const id of packs) if (await admission.dropPack(id)) await store.remove(packObject(id)).catch(() => {})
}
