/** Read item: one readable file of a case, any range of it. */
import { type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, ItemId } from '#domain/id.ts'
import type { ItemKind } from '#domain/item.ts'
import { packObject } from '#domain/pack.ts'
import { factsSeal } from '#domain/seal-name.ts'
import type { SealedFacts } from '#domain/study.ts'
import { type OpenExtent, openItemRange, readBytes } from '#formats/pack/item-bytes.ts'
import type { CaseVault } from '#ports/case-vault.ts'
import type { DeliveryLedger } from '#ports/delivery-ledger.ts'
import type { ObjectStore } from '#ports/object-store.ts'

export type ReadItemNeeds = {
  readonly delivery: DeliveryLedger
  readonly vault: CaseVault
  readonly store: ObjectStore
}

export type ItemContent = {
  readonly length: number
  /** Strong, quoted: the file's own digest. */
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
    const sealed = Buffer.from(key.unseal(item.sealedFacts, factsSeal(of, id)))
    const facts = JSON.parse(sealed.toString('utf8')) as SealedFacts
    const extents: OpenExtent[] = item.extents.map((extent) => ({
      ...extent,
      key: key.unwrap(extent.wrappedKey),
    }))
    return {
      length: item.size,
      etag: `"${Buffer.from(item.sha256).toString('hex')}"`,
      modified: content.changedAt,
      kind: item.kind,
      mediaType: facts.mediaType ?? null,
      sha256: item.sha256,
      name: facts.name ?? null,
      open: (start, end) =>
        openItemRange(
          extents,
          (pack, offset, length, into) => store.read(packObject(pack), offset, length, into),
          start,
          end,
          Buffer.allocUnsafeSlow(Math.min(readBytes, Math.max(1, item.size * 2))),
        ),
    }
  }
