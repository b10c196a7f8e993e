/** What a case keeps sealed under its key, opened: the facts and keys of its items, and what the desk wrote. */
import type { CaseId, ItemId, SenderId } from '#domain/id.ts'
import type { CaseDetails } from '#domain/patient.ts'
import { detailsSeal, factsSeal, senderSeal } from '#domain/seal-name.ts'
import type { SealedFacts } from '#domain/study.ts'
import type { CaseKey } from './case-vault.ts'

const unseal = (key: CaseKey, sealed: Uint8Array, name: string): unknown => {
  const { buffer, byteOffset, byteLength } = key.unseal(sealed, name)
  return JSON.parse(Buffer.from(buffer, byteOffset, byteLength).toString('utf8'))
}

/** Extents with the key of each: 32 bytes, in memory for as long as one request or job. @throws `store.damaged` */
export const openExtents = <Kept extends { readonly wrappedKey: Uint8Array }>(
  key: CaseKey,
  extents: readonly Kept[],
): (Kept & { readonly key: Uint8Array })[] =>
  extents.map((extent) => ({ ...extent, key: key.unwrap(extent.wrappedKey) }))

/** What inspection found in an item. @throws `store.damaged` */
export const openFacts = (key: CaseKey, of: CaseId, item: ItemId, sealed: Uint8Array): SealedFacts =>
  unseal(key, sealed, factsSeal(of, item)) as SealedFacts

/** What the case was opened with. @throws `store.damaged` */
export const openDetails = (key: CaseKey, of: CaseId, sealed: Uint8Array): CaseDetails =>
  unseal(key, sealed, detailsSeal(of)) as CaseDetails

/** What the desk called a sender when it made the link. @throws `store.damaged` */
export const openSender = (
  key: CaseKey,
  of: CaseId,
  sender: SenderId,
  sealed: Uint8Array,
): { readonly name: string } => unseal(key, sealed, senderSeal(of, sender)) as { readonly name: string }
