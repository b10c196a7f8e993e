/**
 * Reader: one named specialist who may read one case. They come in by a link that works once, with a code that travels
 * another way; what follows is a session, and tokens of ten minutes at most that the session mints.
 */
import type { CaseId, ReaderId } from './id.ts'
import { sessionClock } from './session.ts'
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

/** When a session is over at the latest, and when one begun and last used then is. */
export const { end: readingEnd, over: readingOver } = sessionClock(readerSession)

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
