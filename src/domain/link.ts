/** Upload link: what one sender was given to send records to one case. The row decides; the token only names it. */
import { type Refusal, refuse } from './fault.ts'
import type { CaseId, LinkId, SenderId } from './id.ts'
import type { Language } from './language.ts'
import { sessionClock } from './session.ts'
import { machine } from './state-machine.ts'

export type LinkState = 'open' | 'replaced' | 'revoked'

/** `replaced`: the desk renewed it; the sender and everything already sent stay. */
export const linkMachine = machine<LinkState>('link', {
  open: ['replaced', 'revoked'],
  replaced: ['revoked'],
  revoked: [],
})

/** A link lives at most this long; the desk renews rather than hands out a link for ever. */
export const longestLinkDays = 30

/** A sender's session: ends after this much quiet, or this long after it began, whatever happens. */
export const senderSession = { idleMinutes: 30, absoluteHours: 24 } as const

/** When a session is over at the latest, and when one begun and last used then is. */
export const { end: sessionEnd, over: sessionOver } = sessionClock(senderSession)

/**
 * What a sender's request is for. `visit`: to look, to agree, to withdraw, which goes on while the case takes no
 * records. `bring`: to send bytes, for which consent may have to stand. `talk`: all else.
 */
export type SenderPurpose = 'visit' | 'talk' | 'bring'

/** What a link asks besides itself: nothing, a code that travels another way, or the patient's birth date. */
export const linkChecks = ['none', 'code', 'birth-date'] as const

export type LinkCheck = (typeof linkChecks)[number]

export type UploadLink = {
  readonly id: LinkId
  readonly case: CaseId
  readonly sender: SenderId
  readonly state: LinkState
  readonly expiresAt: Date
  /** Null: any number of exchanges until it expires. */
  readonly maxUses: number | null
  readonly uses: number
  readonly check: LinkCheck
  /** What we speak to its sender in, until they choose. */
  readonly language: Language
  readonly lockedUntil: Date | null
}

/** Who was at work within so many minutes goes on, for so many hours beyond the link's time. */
export const atWork = { minutes: 30, beyondHours: 24 } as const

/** What the sender did last: null where they did nothing yet. */
export type LastWork = {
  /** Bytes of this sender acknowledged, or one of their sessions used. */
  readonly workedAt: Date | null
  /** When the last session of this very link is over, or was. */
  readonly overAt: Date | null
}

type Terms = Pick<UploadLink, 'state' | 'expiresAt' | 'maxUses' | 'uses'>

/**
 * Whether a link may become a session now, and whether that counts as a use. A link does not die while bytes move:
 *
 * - its time is over less than 24 hours: it still may, when its sender was at work within the last 30 minutes;
 * - its last session ended within the last 30 minutes: the next one goes on with that work and is no further use. While
 *   a session lives, another exchange is somebody else's and counts, so `maxUses` holds whoever races.
 *
 * A link that was replaced or revoked is over at once. Refuses `link.revoked`, `link.expired`, `link.used-up`.
 */
export const mayExchange = (
  { state, expiresAt, maxUses, uses }: Terms,
  { workedAt, overAt }: LastWork,
  at: Date,
): { readonly counts: boolean } | Refusal => {
  const since = (moment: Date): number => at.getTime() - moment.getTime()
  const window = atWork.minutes * 60_000
  if (state !== 'open') return refuse('link.revoked')
  const isWorking = workedAt !== null && since(workedAt) <= window
  const late = since(expiresAt)
  if (late >= 0 && !(isWorking && late < atWork.beyondHours * 3_600_000)) return refuse('link.expired')
  const goesOn = overAt !== null && since(overAt) > 0 && since(overAt) <= window
  if (maxUses !== null && uses >= maxUses && !goesOn) return refuse('link.used-up')
  return { counts: !goesOn }
}

/** Where a link stands, for the page it leads to. */
export const linkStandings = [
  'open',
  'locked',
  'expired',
  'used-up',
  'replaced',
  'revoked',
  'closed',
] as const

export type LinkStanding = (typeof linkStandings)[number]

/** A link's standing from what an exchange would be refused; null: it would be let in. */
export const standingOf = (
  { state, lockedUntil }: Pick<UploadLink, 'state' | 'lockedUntil'>,
  obstacle: Refusal | null,
  visitable: boolean,
  at: Date,
): LinkStanding => {
  if (state === 'revoked') return 'revoked'
  if (!visitable || obstacle?.refused === 'case.closed') return 'closed'
  if (state === 'replaced') return 'replaced'
  if (obstacle?.refused === 'link.expired') return 'expired'
  if (obstacle !== null) return 'used-up'
  return lockedUntil !== null && lockedUntil > at ? 'locked' : 'open'
}

/** Asks for a new link that one link may send in 24 hours; one waits at a time. */
export const mostAsksADay = 3

/** People found on a sender's machine that one link may ask about in all. */
export const mostQuestions = 60
