/** Packs let go: those in which nothing lives any more leave the ledger, then the store. */
import type { PackId } from '#domain/id.ts'
import { packObject } from '#domain/pack.ts'
import { worstOutcome } from '#domain/verdict.ts'
import type { AdmissionLedger, ArrivedPack, ItemDecision } from './admission-ledger.ts'
import type { ObjectStore } from './object-store.ts'

export type DropNeeds = {
  readonly admission: Pick<AdmissionLedger, 'dropPack'>
  readonly store: Pick<ObjectStore, 'remove'>
}

/** Drops which of them it may. An object that could not be removed now is unreferenced, and no harm. */
export const dropPacks = async ({ admission, store }: DropNeeds, packs: Iterable<PackId>): Promise<void> => {
  for (const id of packs) if (await admission.dropPack(id)) await store.remove(packObject(id)).catch(() => {})
}

/** The packs in which nothing may live any more, once these items of a pack were decided. */
export const maybeDead = (pack: ArrivedPack, decided: readonly ItemDecision[]): ReadonlySet<PackId> => {
  const rejected = new Set(
    decided.filter(({ codes }) => worstOutcome(codes) === 'rejected').map(({ item }) => item),
  )
  // What was kept from this pack lives in it: nothing to ask.
  if (decided.length > 0 && rejected.size === 0) return new Set()
  const touched = pack.items.filter(({ id }) => rejected.has(id)).flatMap(({ extents }) => extents)
  return new Set([pack.id, ...touched.map((extent) => extent.pack)])
}
