/**
 * Archive ledger: which archives wait to be taken apart, what has come out of them, and how each ended. What came
 * out is known by its fingerprint, so a file of an archive is one item however often the archive is opened.
 */
import type { Refusal } from '#domain/fault.ts'
import type { CaseId, ItemId, PackId, SenderId } from '#domain/id.ts'
import type { Extent } from '#domain/item.ts'
import type { VerdictCode } from '#domain/verdict.ts'
import type { NewPack, NewPlan, PlannedFile, RecordedPacks } from './intake-ledger.ts'

export type OpenArchive = {
  readonly id: ItemId
  readonly case: CaseId
  readonly sender: SenderId
  readonly size: number
  /** Tries before this one that ended without a file taken. */
  readonly attempts: number
  readonly wrappedKey: string
  readonly intakeKey: string
  /** In order of their first chunk; keys wrapped by the case key. */
  readonly extents: readonly (Extent & { readonly wrappedKey: Uint8Array })[]
  /** Fingerprints (hex) of the files that are items already, and their bytes together. */
  readonly taken: ReadonlySet<string>
  readonly takenBytes: number
}

/** Files out of archives, and their bytes. */
export type UnpackedTotal = { readonly files: number; readonly bytes: number }

/** `packs`: those in which the archive had bytes that nobody can open any more. */
export type ClosedArchive = {
  readonly state: 'unpacked' | 'quarantined' | 'rejected'
  readonly packs: readonly PackId[]
}

export type ArchiveLedger = {
  /**
   * An item in `unpacking`, with this try counted before anything is read of it. Null when it is in another state,
   * or its case takes no records.
   */
  takeArchive(id: ItemId): Promise<OpenArchive | null>
  /** Takes the count back: the try failed for a reason that was not the archive's. */
  giveBackArchive(id: ItemId): Promise<void>
  /**
   * Records files of an archive and all their bytes, durable in the store, in one transaction: no file is ever half
   * there. Its tries are forgotten. Refuses `case.closed`; `state.conflict` when the archive is not `unpacking` any
   * more or somebody else took one of these files; `plan.too-many` beyond `most` files, or bytes, out of all archives
   * of one sender together, those inside others too; and as `IntakeLedger.recordPacks` does.
   */
  recordEntries(
    plan: NewPlan & { readonly archive: ItemId },
    files: readonly PlannedFile[],
    packs: readonly NewPack[],
    most: UnpackedTotal,
  ): Promise<RecordedPacks | Refusal>
  /**
   * `unpacking → unpacked | quarantined | rejected`, whichever is the outcome of `codes`; warnings of its admission
   * stay beside them. Unless it waits for a person its keys are destroyed. Null when it was not `unpacking`.
   */
  closeArchive(id: ItemId, codes: readonly VerdictCode[], at: Date): Promise<ClosedArchive | null>
  /** Archives that wait since before `before` in cases that take records; by a clock set back, more than an hour after. */
  owedArchives(before: Date, limit: number): Promise<readonly ItemId[]>
}
