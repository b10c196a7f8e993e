/**
 * Copy ledger: which de-identified copies of a case were asked for, and what they are made of. Of each file a copy has
 * its new head, sealed, and which bytes of the item follow it; so no picture is kept twice, and a copy is noise once
 * its case has lost its key.
 *
 * Copies are in no index of a case: after a ledger was rebuilt from the store they are asked for and made again.
 */
import type { CopyOptions, CopyState, CopySums, LeftOut } from '#domain/copy.ts'
import type { Refusal } from '#domain/fault.ts'
import type { CaseId, CopyId, ItemId } from '#domain/id.ts'

export type NewCopy = {
  readonly id: CopyId
  readonly case: CaseId
  readonly options: CopyOptions
  /** Its key and what else makes it what it is, sealed. */
  readonly sealed: Uint8Array
  readonly at: Date
}

export type CopyRow = Omit<NewCopy, 'sealed' | 'at'> & {
  readonly state: CopyState
  readonly attempts: number
  /** The revision of the case that it is of; null until it is ready. */
  readonly revision: number | null
  readonly askedAt: Date
  readonly endedAt: Date | null
  /** Null until it is ready. */
  readonly sums: CopySums | null
}

/** A copy whose turn it is; `attempts` counts this try. */
export type CopyTurn = {
  readonly id: CopyId
  readonly case: CaseId
  readonly options: CopyOptions
  readonly sealed: Uint8Array
  readonly attempts: number
}

/** One file of a copy. */
export type CopyItem = {
  /** Its id in the copy; that of the item it comes from would tell whose it is. */
  readonly id: ItemId
  readonly item: ItemId
  /** Of the whole file as it goes out. */
  readonly size: number
  readonly sha256: Uint8Array
  readonly crc32: number
  /** Bytes of the new head, and the first byte of the item that follows it. */
  readonly headLength: number
  readonly from: number
  readonly sealedFacts: Uint8Array
}

export type NewCopyItem = CopyItem & { readonly sealedHead: Uint8Array }

/** A copy that is ready, with all of its files, as of one moment. */
export type CopyContent = CopyRow & {
  readonly sealed: Uint8Array
  readonly items: readonly CopyItem[]
}

/** Which copy, and in which of its tries. */
export type CopyTry = Pick<CopyTurn, 'id' | 'attempts'>

export type CopyLedger = {
  /**
   * Writes a copy that is `asked`. Refuses `copy.enough` when `most.waiting` of its case wait or are being made, or
   * `most.asked` were asked for since `most.since`; nothing is written then.
   */
  askCopy(
    copy: NewCopy,
    most: { readonly waiting: number; readonly asked: number; readonly since: Date },
  ): Promise<Refusal | null>
  /** Copies to be made, and those whose maker has not been heard of since it had to be; the oldest first. */
  owedCopies(at: Date, most: number): Promise<readonly CopyId[]>
  /**
   * `asked | making → making`: counts the try, forgets what an earlier one made, and puts the next one off. Null when
   * it is in another state, or its time has not come.
   */
  takeCopy(id: CopyId, at: Date): Promise<CopyTurn | null>
  /** Adds files, all or none, and puts the next try off; false when this is not the try that makes it any more. */
  addItems(of: CopyTry, items: readonly NewCopyItem[], at: Date): Promise<boolean>
  /** `making → ready`; false as above. `revision`: that of the case it was made from. */
  finishCopy(
    of: CopyTry,
    made: { readonly revision: number; readonly mayShowText: number; readonly leftOut: readonly LeftOut[] },
    at: Date,
  ): Promise<boolean>
  /** `making → asked`, not to be begun before `dueAt`, and the try does not count: the reason was not the copy's. */
  giveBackCopy(of: CopyTry, dueAt: Date): Promise<void>
  /** `making → failed`; what was made is forgotten. False as above. */
  failCopy(of: CopyTry, at: Date): Promise<boolean>
  /** Oldest first. */
  copiesOf(id: CaseId): Promise<readonly CopyRow[]>
  copyById(of: CaseId, id: CopyId): Promise<CopyRow | null>
  /** Null when there is none in this case, or it is not ready. */
  content(of: CaseId, id: CopyId): Promise<CopyContent | null>
  /** The sealed heads of these files, in the order asked for. */
  heads(id: CopyId, items: readonly ItemId[]): Promise<readonly Uint8Array[]>
}
