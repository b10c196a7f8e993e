/** Admission ledger: what a worker needs to look into a pack, and how its verdicts are kept. */
import type { CaseId, ItemId, PackId, PlanId, SenderId } from '#domain/id.ts'
import type { Extent, ItemKind } from '#domain/item.ts'
import type { PackState } from '#domain/pack.ts'
import type { ServedCopy } from '#domain/patch.ts'
import type { InstanceFacts } from '#domain/study.ts'
import type { VerdictCode } from '#domain/verdict.ts'

export type ArrivedItem = {
  readonly id: ItemId
  readonly plan: PlanId
  /** How many archives it lies in, one inside the other; counted to `mostArchiveDepth`. */
  readonly depth: number
  readonly size: number
  readonly sealedName: Uint8Array
  /** In order of their first chunk; keys wrapped by their packs' keys. */
  readonly extents: readonly (Extent & { readonly wrappedKey: Uint8Array })[]
}

export type ArrivedPack = {
  readonly id: PackId
  readonly case: CaseId
  readonly state: PackState
  /** How often it was taken up before this time without an end. */
  readonly attempts: number
  readonly sender: SenderId
  /** Null when the case was erased. */
  readonly wrappedKey: string | null
  /** What the case was opened with, sealed under its key. */
  readonly details: Buffer | null
  /** First bytes of the items that begin in it, sealed under its key; null where nobody kept them. */
  readonly heads: Buffer | null
  /** Items whose last byte this pack brought and which have no verdict. */
  readonly items: readonly ArrivedItem[]
  /** Locked keys of every pack and plan the items touch. */
  readonly packKeys: ReadonlyMap<PackId, string>
  readonly planKeys: ReadonlyMap<PlanId, string>
}

export type ItemDecision = {
  readonly item: ItemId
  readonly kind: ItemKind
  readonly codes: readonly VerdictCode[]
  readonly sha256: Uint8Array
  readonly crc32: number
  /** Only of a file that is changed on its way out; `sha256` and `crc32` are of the bytes that came. */
  readonly served?: ServedCopy
  readonly sealedFacts: Uint8Array
  /** What a disc's directory lists, which outlives the file itself. */
  readonly sealedList?: Uint8Array
  readonly instance: InstanceFacts | null
  readonly pages: number | null
  /** Its words, packed and sealed under the case key; none where it has none. Kept unless it is rejected. */
  readonly sealedText?: Uint8Array
  /** Extent keys wrapped by the case key, in the order of the item's extents. */
  readonly keys: readonly Uint8Array[]
}

/** Items of the case that are the same bytes, or the same SOP instance, as one to be decided. */
export type Twins = {
  readonly digests: ReadonlySet<string>
  /** SOP Instance UID → SHA-256 (hex) of the item that has it. */
  readonly instances: ReadonlyMap<string, string>
  /** One readable item of each study the case has, with its facts. */
  readonly shown: readonly { readonly item: ItemId; readonly sealedFacts: Uint8Array }[]
}

export type AdmissionLedger = {
  /**
   * The pack, with this try counted before anything is read of it: a pack that ends its worker is counted too,
   * and cannot come back for ever.
   */
  takePack(id: PackId): Promise<ArrivedPack | null>
  /** Takes the count back: the try failed for a reason that was not the pack's. */
  giveBack(id: PackId): Promise<void>
  /**
   * Gives verdicts and moves pack and items, in one transaction that no other admission of the case can
   * interleave. `settle` is told of twins already in the case and returns the final decisions; it must be pure.
   * An item decided meanwhile is left as it is. Heads are forgotten, keys of rejected items are destroyed. Returns what was decided.
   * An archive that may pass goes on to `unpacking`.
   */
  admit(
    pack: ArrivedPack,
    decisions: readonly ItemDecision[],
    settle: (twins: Twins) => readonly ItemDecision[],
    at: Date,
  ): Promise<readonly ItemDecision[]>
  /** The pack could not be processed: it and its undecided items wait in quarantine for a person. */
  quarantinePack(id: PackId, at: Date): Promise<readonly ItemId[]>
  /**
   * A pack that was admitted or quarantined is dropped when nothing lives in it: every item with bytes in it was
   * rejected, discarded or erased. True when this call moved it; its object may then go.
   */
  dropPack(id: PackId): Promise<boolean>
  /**
   * Packs stored before `before` that nobody admitted: work the queue may have lost. One stored more than an hour
   * after it was stored by a clock that has since been set back, and is owed as well.
   */
  owedPacks(before: Date, limit: number): Promise<readonly PackId[]>
  /** Cases that stopped collecting records by the senders' own word but were not offered yet. */
  owedCases(before: Date, limit: number): Promise<readonly CaseId[]>
}
