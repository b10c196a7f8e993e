/**
 * Letter ledger: what is to be said to whom, and what became of it. What stands in a letter is sealed, and gone with
 * its end; only a letter that is kept for the desk has words until they are read, dropped or too old.
 *
 * A letter is in no index of a case: of what happened before a ledger was rebuilt from the store nobody is told again.
 */
import type { CaseId, LetterId, LinkId, ReceiptAskId, SenderId } from '#domain/id.ts'
import type { Language } from '#domain/language.ts'
import type { LetterEnd, LetterKind, LetterState } from '#domain/letter.ts'

export type NewLetter = {
  readonly id: LetterId
  readonly case: CaseId
  readonly sender: SenderId
  /** The link it speaks of. */
  readonly link: LinkId | null
  readonly kind: LetterKind
  readonly language: Language
  readonly sealed: Uint8Array
  readonly at: Date
  /** Not sent before. */
  readonly dueAt: Date
  /** When what it answers was asked: one letter for each such asking. */
  readonly askedAt: Date | null
}

export type LetterRow = Omit<NewLetter, 'sealed' | 'at' | 'dueAt' | 'askedAt'> & {
  readonly state: LetterState
  readonly attempts: number
  readonly createdAt: Date
  readonly endedAt: Date | null
  /** First opened by the desk. */
  readonly readAt: Date | null
  /** True while there are words to read. */
  readonly hasWords: boolean
}

/** A letter whose turn it is. */
export type LetterTurn = LetterRow & { readonly sealed: Uint8Array }

/** A receipt somebody wants mailed. */
export type ReceiptAsk = { readonly id: ReceiptAskId; readonly case: CaseId; readonly sender: SenderId }

/** A sender who gave an address, has finished, and whose records a reader then opened for the first time. */
export type FirstReading = { readonly case: CaseId; readonly sender: SenderId; readonly at: Date }

/** A sender who waits for a new link, of which the desk has not been written to. */
export type UntoldAsk = {
  readonly case: CaseId
  readonly sender: SenderId
  readonly link: LinkId
  readonly askedAt: Date
}

/** What a letter says of its sender besides what is sealed in it. */
export type SenderNews = {
  /** Files of theirs of which any byte arrived. */
  readonly arrived: number
  readonly finishedAt: Date | null
  /** The newest receipt. */
  readonly receipt: { readonly statement: string; readonly at: Date } | null
}

export type LetterLedger = {
  /**
   * Writes letters that are owed, all or none; how many. One that there may only be one of, and is already, is left
   * out: `opened` of a sender, `reminder` of a link, `link-asked` of an asking.
   */
  oweLetters(letters: readonly NewLetter[]): Promise<number>
  /** Owed letters whose time has come, the oldest first. */
  owedLetters(at: Date, most: number): Promise<readonly LetterId[]>
  /**
   * Begins a try: counts it, and puts the next one off, before anything is sent; so a letter that ends its worker, or
   * the worker that dies with it, is tried later and not for ever. Null when it is not owed, or not yet.
   */
  takeTry(id: LetterId, at: Date): Promise<LetterTurn | null>
  /** `owed → to`; what was sealed is gone. False when it was not owed any more. */
  endLetter(id: LetterId, to: Exclude<LetterEnd, 'kept'>, at: Date): Promise<boolean>
  /** `owed → kept`, with the words the desk is to read in place of what they were made from. */
  keepLetter(id: LetterId, sealed: Uint8Array, at: Date): Promise<boolean>
  letterById(id: LetterId): Promise<LetterRow | null>
  /** Oldest first. */
  lettersOf(id: CaseId): Promise<readonly LetterRow[]>
  /** The words of a kept letter, noting when they were first opened; null when there are none. */
  readKept(id: LetterId, at: Date): Promise<LetterTurn | null>
  /** Takes a kept letter's words away; false when there were none. */
  dropKept(id: LetterId): Promise<boolean>
  /** Takes away the words of letters kept before `kept` or first read before `read`; how many. */
  wipeKept(before: { readonly kept: Date; readonly read: Date }): Promise<number>
  /** When the mail with this link left; null when none did. */
  linkSentAt(link: LinkId): Promise<Date | null>
  senderNews(sender: SenderId): Promise<SenderNews>
  /** Notes that a sender wants their receipt mailed; false, and nothing noted, when `most` were since `since`. */
  askReceipt(
    ask: { readonly id: ReceiptAskId; readonly sender: SenderId; readonly at: Date },
    limit: { readonly since: Date; readonly most: number },
  ): Promise<boolean>
  /** Unanswered ones, the oldest first. */
  receiptAsks(most: number): Promise<readonly ReceiptAsk[]>
  /** Senders who are owed an `opened`; none whose case has lost its key. */
  firstReadings(most: number): Promise<readonly FirstReading[]>
  /** Askings for a link that are owed a `link-asked`, the oldest first; none whose case has lost its key. */
  untoldAsks(most: number): Promise<readonly UntoldAsk[]>
  /** Answers an asking with a letter, or with none where nobody can be written to; false when it was answered. */
  answerAsk(id: ReceiptAskId, letter: NewLetter | null, at: Date): Promise<boolean>
}
