/**
 * Reader: one named specialist who may read one case. They come in by a link that works once, with a code that travels
 * another way; what follows is a session, and tokens of ten minutes at most that the session mints.
 */
import type { CaseId, ReaderId } from './id.ts'
import { machine } from './state-machine.ts'

export type ReaderState = 'invited' | 'reading' | 'ended'

/** `reading → invited`: the desk gives a new link; the session of the old one is over. */
export const readerMachine = machine<ReaderState>('reader', {
  invited: ['reading', 'ended'],
  reading: ['invited', 'ended'],
  ended: [],
})

/** A reader's link lives at most this long. */
export const longestReaderDays = 30

/** A reader's session: ends after this much quiet, or this long after it began, whatever happens. */
export const readerSession = { idleMinutes: 60, absoluteHours: 12 } as const

/** When a session that began then is over at the latest. */
export const readingEnd = (begunAt: Date): Date =>
  new Date(begunAt.getTime() + readerSession.absoluteHours * 3_600_000)

/** True when a session is still alive. */
export const isReading = (begunAt: Date, seenAt: Date, at: Date): boolean =>
  at.getTime() - seenAt.getTime() <= readerSession.idleMinutes * 60_000 && at <= readingEnd(begunAt)

export type InvitedReader = {
  readonly id: ReaderId
  readonly case: CaseId
  readonly state: ReaderState
  /** Of the link. */
  readonly expiresAt: Date
  readonly lockedUntil: Date | null
  readonly invitedAt: Date
  /** When the link was spent; null until then. */
  readonly enteredAt: Date | null
}
