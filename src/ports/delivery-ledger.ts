/**
 * Delivery ledger: grants, and what a reader of a case may be given. Only readable items ever leave it,
 * and one that may go out changed only (`leavesPatchedOnly`) does not leave without its served copy.
 */
import type { CaseState } from '#domain/case.ts'
import type { Grant, Scope } from '#domain/grant.ts'
import type { CaseId, GrantId, ItemId, OperatorId, ReaderId } from '#domain/id.ts'
import type { Extent, Item, ItemKind } from '#domain/item.ts'
import type { ServedCopy } from '#domain/patch.ts'
import type { InstanceFacts } from '#domain/study.ts'
import type { VerdictCode } from '#domain/verdict.ts'

export type ReadableItem = {
  readonly id: ItemId
  readonly kind: ItemKind
  readonly size: number
  readonly sha256: Uint8Array
  readonly crc32: number
  readonly codes: readonly VerdictCode[]
  /** What leaves in its place, when it is changed on its way out; `sha256` and `crc32` are of the bytes that came. */
  readonly served: ServedCopy | null
  readonly sealedFacts: Uint8Array
  readonly instance: InstanceFacts | null
  /** In order of their first chunk; keys wrapped by the case key. */
  readonly extents: readonly (Extent & { readonly wrappedKey: Uint8Array })[]
}

export type CaseContent = {
  readonly case: CaseId
  readonly revision: number
  readonly changedAt: Date
  readonly wrappedKey: string
  readonly items: readonly ReadableItem[]
}

/** A document readers may open, with its words as they are kept; null for one without words, such as a scan. */
export type DocumentText = { readonly item: ItemId; readonly sealedText: Uint8Array | null }

/** What a case holds to read: sums of its DICOM instances, and each of its documents. */
export type ListedCase = {
  readonly instances: number
  /** Of everything readable. */
  readonly bytes: number
  readonly documents: readonly Pick<ReadableItem, 'id' | 'kind' | 'size' | 'sealedFacts'>[]
}

export type DeliveryLedger = {
  /** False, and nothing is written, when the reader is not reading any more. */
  openGrant(grant: {
    id: GrantId
    case: CaseId
    scopes: readonly Scope[]
    expiresAt: Date
    /** Who opened it: the desk, or a reader for themselves. */
    by: { readonly operator: OperatorId } | { readonly reader: ReaderId }
    at: Date
    /** Of the address that carries it too. */
    capabilityHash?: Uint8Array
  }): Promise<boolean>
  /** The grant and the state of its case, asked on every call. */
  findGrant(id: GrantId): Promise<(Grant & { readonly caseState: CaseState }) | null>
  /** The grant that an address carries, whatever its state; null when none does. */
  findCapability(hash: Uint8Array): Promise<Grant | null>
  /** False when there is none or it is revoked already. */
  revokeGrant(id: GrantId, at: Date): Promise<boolean>
  grantsOf(id: CaseId): Promise<readonly Grant[]>
  /** The case's revision, which changes whenever its content does; null when nothing may be read. */
  revision(id: CaseId): Promise<number | null>
  /** Everything readable of a case, one consistent view; null when the case or its key is gone. */
  content(id: CaseId): Promise<CaseContent | null>
  /** Without extents, for a page; documents in order of their ids. Null when the case or its key is gone. */
  listed(id: CaseId): Promise<ListedCase | null>
  /** One readable item; null when there is none in this case. */
  item(id: CaseId, item: ItemId): Promise<(CaseContent & { readonly items: readonly [ReadableItem] }) | null>
  /**
   * Documents that may be read (PDFs, and whatever else has words), in order of their ids, after `after`; null when
   * the case or its key is gone.
   */
  documents(
    id: CaseId,
    after: ItemId | null,
    limit: number,
  ): Promise<{ readonly wrappedKey: string; readonly documents: readonly DocumentText[] } | null>
  /** Every item of a case with its verdict, for the desk. */
  itemsOf(id: CaseId): Promise<readonly (Item & { readonly sealedFacts: Uint8Array | null })[]>
}
