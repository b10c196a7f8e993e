/**
 * Reader ledger: who may read a case in person. The row decides; link, code and session are kept as hashes. Ending a
 * reader ends the session and every grant they minted, at once and together.
 */
import type { CaseState } from '#domain/case.ts'
import type { Refusal } from '#domain/fault.ts'
import type { CaseId, OperatorId, ReaderId } from '#domain/id.ts'
import type { InvitedReader } from '#domain/reader.ts'

/** What an invitation is proved by, and until when. */
export type Invitation = {
  readonly secretHash: Uint8Array
  readonly codeHash: Uint8Array
  readonly expiresAt: Date
  readonly at: Date
}

export type NewReader = Invitation & {
  readonly id: ReaderId
  readonly case: CaseId
  /** Sealed under the case key. */
  readonly details: Uint8Array
  readonly by: OperatorId
}

/** A reader with what proves the second factor, for entering alone. */
export type ReaderRow = InvitedReader & { readonly codeHash: Uint8Array; readonly caseState: CaseState }

/** A reader at work. */
export type ReadingSession = {
  readonly reader: ReaderId
  readonly case: CaseId
  /** When it is over at the latest, however busy it is. */
  readonly endsAt: Date
}

export type ReaderLedger = {
  invite(reader: NewReader): Promise<void>
  /** The reader with this id and secret; null when there is none, so a guess learns nothing. */
  findReader(id: ReaderId, secretHash: Uint8Array): Promise<ReaderRow | null>
  readerById(id: ReaderId): Promise<InvitedReader | null>
  /** With their sealed details, in the order they were invited. */
  readersOf(id: CaseId): Promise<readonly (InvitedReader & { readonly details: Uint8Array })[]>
  /**
   * Counts a try of the code before the code is looked at. Returns the tries left after it; the last one locks. Null
   * while it is locked: the code must not be looked at. `enter`, which only a right code reaches, forgets the tries.
   */
  countTry(id: ReaderId, at: Date): Promise<number | null>
  /**
   * Spends the link with this secret and begins a session; exactly one of many racers wins. Refuses `link.used-up`,
   * `link.expired`, `reader.ended`, `case.closed` as the row stands at that moment, and `link.invalid` where another
   * link has come in the place of this one.
   */
  enter(
    link: { readonly id: ReaderId; readonly secretHash: Uint8Array },
    session: { readonly tokenHash: Uint8Array; readonly at: Date },
  ): Promise<ReadingSession | Refusal>
  /** The live session of this token; extends it. Refuses `session.ended`, `reader.ended`, `case.closed`. */
  session(tokenHash: Uint8Array, at: Date): Promise<ReadingSession | Refusal>
  /** Another link in place of the first, for the same reader; a session and its grants end. False when ended. */
  inviteAgain(id: ReaderId, invitation: Invitation): Promise<boolean>
  /** The reader is done for now: session and grants end, and a new link is needed. False when there was none. */
  leave(id: ReaderId, at: Date): Promise<boolean>
  /** Ends the reader for good. False when there is none or they ended already. */
  end(id: ReaderId, at: Date): Promise<boolean>
}
