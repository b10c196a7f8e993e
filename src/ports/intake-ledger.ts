/**
 * Intake ledger: what a sender announced, what of it has arrived, and that it is kept. It never learns a file's
 * name, and nothing here needs a private key.
 */
import type { Refusal } from '#domain/fault.ts'
import type { CaseId, ItemId, PackId, PlanId, SenderId } from '#domain/id.ts'
import type { ChunkRun, Extent, ItemKind, ItemState } from '#domain/item.ts'
import type { VerdictCode } from '#domain/verdict.ts'

export type PlannedFile = {
  readonly id: ItemId
  readonly fingerprint: Uint8Array
  readonly size: number
  readonly sealedName: Uint8Array
}

/** `archive`: the files came out of this item, and are not what a sender announced. */
export type NewPlan = {
  readonly id: PlanId
  readonly case: CaseId
  readonly sender: SenderId
  readonly archive: ItemId | null
  readonly lockedKey: string
  readonly at: Date
}

export type PlannedItem = {
  readonly id: ItemId
  readonly size: number
  readonly state: ItemState
  /** Runs of chunks that have not arrived, in order. */
  readonly missing: readonly ChunkRun[]
}

export type NewPack = {
  readonly id: PackId
  readonly case: CaseId
  readonly sender: SenderId
  readonly size: number
  readonly lockedKey: string
  /** First bytes of its items, sealed under its key; kept until it is admitted. */
  readonly heads: Uint8Array | null
  readonly extents: readonly (Extent & { readonly wrappedKey: Uint8Array })[]
  readonly at: Date
}

/** `repeated`: packs of which every run had arrived before; they were not recorded and their objects may go. */
export type RecordedPacks = { readonly repeated: readonly PackId[]; readonly completed: readonly ItemId[] }

export type ReceivedItem = {
  readonly id: ItemId
  readonly size: number
  readonly state: ItemState
  /** The archive it came out of; null for what the sender announced. */
  readonly from: ItemId | null
  readonly kind: ItemKind | null
  readonly codes: readonly VerdictCode[]
  /** Extents in order of their first chunk; empty while nothing arrived or when the item was let go. */
  readonly extents: readonly {
    readonly first: number
    readonly count: number
    readonly length: number
    readonly sha256: Uint8Array
  }[]
}

export type IntakeLedger = {
  /**
   * Records what a sender is going to send; a file announced before (same fingerprint) keeps its item and what
   * arrived of it. Answers in the order asked. Refuses `plan.too-many` beyond `most` items that a sender announced.
   */
  plan(plan: NewPlan, files: readonly PlannedFile[], most: number): Promise<readonly PlannedItem[] | Refusal>
  /**
   * Records packs of one sender that are durable in the store, all of them or nothing. An item whose last byte
   * they bring becomes `received`. Refuses `plan.unknown-item` for an item that is not this sender's, `plan.changed` for a run that
   * partly arrived before or does not fit the item, `case.closed` when the case stopped receiving meanwhile.
   */
  recordPacks(packs: readonly NewPack[]): Promise<RecordedPacks | Refusal>
  /** One item that this sender announced, and what of it is missing; null for any other. */
  findItem(sender: SenderId, item: ItemId): Promise<PlannedItem | null>
  /** `receiving → discarded` for files the sender leaves out; returns how many moved. */
  leaveOut(sender: SenderId, items: readonly ItemId[], at: Date): Promise<number>
  /** How many files this sender announced and how many arrived; what was left out or discarded is in neither. */
  countFiles(sender: SenderId): Promise<{ readonly arrived: number; readonly announced: number }>
  /** Everything this sender announced and what came out of it, without extents when `brief`. */
  itemsOf(sender: SenderId, brief: boolean): Promise<readonly ReceivedItem[]>
  /**
   * Senders who began, did not finish, and whose every file has arrived, in cases that take records, when neither a
   * session of theirs was used nor a byte came since `before`; the longest quiet first.
   */
  quietSenders(before: Date, limit: number): Promise<readonly { sender: SenderId; case: CaseId }[]>
  /** Marks the sender's work as done and keeps the receipt. Refuses `send.incomplete` with the count missing. */
  finish(sender: SenderId, receipt: string, at: Date): Promise<{ case: CaseId } | Refusal>
}
