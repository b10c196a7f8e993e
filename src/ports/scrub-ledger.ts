/**
 * Scrub ledger: everything that ought to be in the store, page by page, so that a check of all of it needs no
 * more memory than a check of a little. It reads only; each page is one moment, two pages are two.
 */
import type { CaseId, ItemId, PackId } from '#domain/id.ts'
import type { Extent, ItemState } from '#domain/item.ts'
import type { ServedCopy } from '#domain/patch.ts'

/** Its key is wrapped by the case key once its item has a digest, by its pack's key before; null: destroyed. */
export type KeptExtent = Extent & { readonly wrappedKey: Uint8Array | null }

export type KeptItem = {
  readonly id: ItemId
  readonly case: CaseId
  readonly state: ItemState
  readonly size: number
  /** Null until a verdict was given. */
  readonly sha256: Uint8Array | null
  readonly crc32: number | null
  /** Null where it goes out as it came. */
  readonly served: ServedCopy | null
  readonly sealedFacts: Uint8Array | null
  /** Null when it was destroyed. */
  readonly caseKey: string | null
  /** In order of their first chunk: all of them, or the first few when `more`. */
  readonly extents: readonly KeptExtent[]
  readonly more: boolean
}

export type KeptPack = {
  readonly id: PackId
  readonly case: CaseId
  readonly size: number
  readonly lockedKey: string
  readonly caseKey: string | null
}

/** `after` is the last id of the page before, null for the first page; `of` leaves everything else out. */
export type Page<Id> = { readonly after: Id | null; readonly limit: number; readonly of: CaseId | null }

export type ScrubLedger = {
  /**
   * Items whose bytes somebody was promised: readable, in quarantine, waiting for a verdict, and those that have
   * arrived in part. By id. Items of erased cases are not among them.
   */
  items(page: Page<ItemId>): Promise<readonly KeptItem[]>
  /** The same of one item as it is now; null when nothing is promised of it any more. */
  item(id: ItemId): Promise<KeptItem | null>
  /** Extents of an item from chunk `from` on, by their first chunk. */
  extents(id: ItemId, from: number, limit: number): Promise<readonly KeptExtent[]>
  /** Packs whose objects must be there, by id. */
  packs(page: Page<PackId>): Promise<readonly KeptPack[]>
  /** Of these packs, those whose objects must be there. */
  living(ids: readonly PackId[]): Promise<ReadonlyMap<PackId, KeptPack>>
}
