/** Upload link: what one sender was given to send records to one case. The row decides; the token only names it. */
import type { CaseId, LinkId, SenderId } from './id.ts'
import { machine } from './state-machine.ts'

export type LinkState = 'open' | 'replaced' | 'revoked'

/** `replaced`: the desk renewed it; the sender and everything already sent stay. */
export const linkMachine = machine<LinkState>('link', {
  open: ['replaced', 'revoked'],
  replaced: ['revoked'],
  revoked: [],
})

/** Wrong answers to the second factor before the link pauses, and for how long. */
export const lockout = { tries: 5, minutes: 15 } as const

/** A link lives at most this long; the desk renews rather than hands out a link for ever. */
export const longestLinkDays = 30

/** A sender's session: ends after this much quiet, or this long after it began, whatever happens. */
export const senderSession = { idleMinutes: 30, absoluteHours: 24 } as const

/** When a session that began then is over at the latest. */
export const sessionEnd = (begunAt: Date): Date =>
  new Date(begunAt.getTime() + senderSession.absoluteHours * 3_600_000)

/**
 * What a sender's request is for. `visit`: to look, to agree, to withdraw, which goes on while the case takes no
 * records. `bring`: to send bytes, for which consent may have to stand. `talk`: all else.
 */
export type SenderPurpose = 'visit' | 'talk' | 'bring'

export const senderRoles = ['provider', 'patient', 'family'] as const

export type SenderRole = (typeof senderRoles)[number]

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
  readonly needsCode: boolean
  readonly lockedUntil: Date | null
}
