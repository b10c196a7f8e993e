/**
 * Look at link: where a link stands, for the page it leads to. It spends nothing, writes nothing and counts no try,
 * whoever looks. What names the patient, if only by initials, is opened with the link itself and never for a dead one.
 */
import { mayVisit } from '#domain/case.ts'
import { type Refusal, refuse } from '#domain/fault.ts'
import type { Language } from '#domain/language.ts'
import { type LinkCheck, type LinkStanding, standingOf } from '#domain/link.ts'
import type { SenderRole } from '#domain/sender-role.ts'
import { openLinkFacts } from '#formats/link-facts.ts'
import type { Clock } from '#ports/clock.ts'
import type { IntakeLedger } from '#ports/intake-ledger.ts'
import type { LinkLedger } from '#ports/link-ledger.ts'
import type { Secrets } from '#ports/secrets.ts'
import type { LinkTokens } from '#ports/tokens.ts'

export type LookAtLinkNeeds = {
  readonly links: Pick<LinkLedger, 'findLink' | 'obstacle'>
  readonly intake: Pick<IntakeLedger, 'countFiles'>
  readonly tokens: Pick<LinkTokens, 'read'>
  readonly secrets: Pick<Secrets, 'hash'>
  readonly clock: Clock
  /** Who asks for the records, and whom a sender may call. */
  readonly desk: { readonly institution: string; readonly contact: string }
}

export type LinkView = {
  readonly state: LinkStanding
  readonly institution: string
  readonly contact: string
  readonly role: SenderRole
  readonly language: Language
  readonly initials: string | null
  /** The end of the case's id, for the telephone. */
  readonly lastTwo: string | null
  readonly until: Date
  readonly check: LinkCheck
  readonly lockedUntil: Date | null
  readonly arrived: { readonly files: number; readonly of: number }
  readonly finishedAt: Date | null
  readonly asked: boolean
}

/** Refuses `link.invalid` for what is no link of ours. */
export const lookAtLink =
  ({ links, intake, tokens, secrets, clock, desk }: LookAtLinkNeeds) =>
  async (token: string): Promise<LinkView | Refusal> => {
    const claims = await tokens.read(token)
    if (claims === null) return refuse('link.invalid')
    const { secret } = claims
    const link = await links.findLink(claims.link, secrets.hash(secret))
    if (link === null) return refuse('link.invalid')
    const at = clock.now()
    const [obstacle, files] = await Promise.all([links.obstacle(link.id, at), intake.countFiles(link.sender)])
    const state = standingOf(link, obstacle, mayVisit(link.caseState), at)
    // Somebody else may hold a link that the desk took back: how the sending goes is no longer theirs to see.
    const tells = state !== 'replaced' && state !== 'revoked'
    const lives = state === 'open' || state === 'locked'
    const facts =
      lives && link.sealedFacts !== null ? openLinkFacts({ ...link, secret }, link.sealedFacts) : null
    return {
      ...desk,
      state,
      role: link.role,
      language: link.language,
      initials: facts?.initials ?? null,
      lastTwo: lives ? link.case.slice(-2).toUpperCase() : null,
      until: link.expiresAt,
      check: link.check,
      lockedUntil: state === 'locked' ? link.lockedUntil : null,
      arrived: tells ? { files: files.arrived, of: files.announced } : { files: 0, of: 0 },
      finishedAt: tells ? link.finishedAt : null,
      asked: link.asked,
    }
  }
