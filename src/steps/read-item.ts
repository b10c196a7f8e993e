/** Read item: one readable file of a case as it goes out, any range of it. */
import { type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, ItemId } from '#domain/id.ts'
import type { ItemKind } from '#domain/item.ts'
import { servedItem } from '#formats/pack/served-item.ts'
import type { CaseVault } from '#ports/case-vault.ts'
import type { DeliveryLedger } from '#ports/delivery-ledger.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { openExtents, openFacts } from '#ports/open-sealed.ts'
import { readPacks } from '#ports/read-packs.ts'

export type ReadItemNeeds = {
  readonly delivery: DeliveryLedger
  readonly vault: CaseVault
  readonly store: ObjectStore
}

export type ItemContent = {
  readonly length: number
  /** Strong, quoted: the digest of what goes out. */
  readonly etag: string
  readonly modified: Date
  readonly kind: ItemKind
  /** Of a picture, as its inspection found it. */
  readonly mediaType: string | null
  readonly sha256: Uint8Array
  readonly name: string | null
  /** Bytes `start … end-1` in batches. The buffers are the caller's, who may free them. */
  open(start: number, end: number): AsyncIterable<readonly Uint8Array[]>
}

/** Refuses `item.not-found` for what is not there, not of this case or not readable: nobody learns which. */
export const readItem =
  ({ delivery, vault, store }: ReadItemNeeds) =>
  async (of: CaseId, id: ItemId): Promise<ItemContent | Refusal> => {
    const content = await delivery.item(of, id)
    if (content === null) return refuse('item.not-found')
    const [item] = content.items
    const key = await vault.open(of, content.wrappedKey)
    const facts = openFacts(key, of, id, item.sealedFacts)
    const extents = openExtents(key, item.extents)
    const file = servedItem(item.size, extents, item.served?.patches ?? [], readPacks(store))
    const { sha256 } = item.served ?? item
    return {
      length: item.size,
      etag: `"${Buffer.from(sha256).toString('hex')}"`,
      modified: content.changedAt,
      kind: item.kind,
      mediaType: facts.mediaType ?? null,
      sha256,
      name: facts.name ?? null,
      open: (start, end) => file.open(start, end),
    }
  }
