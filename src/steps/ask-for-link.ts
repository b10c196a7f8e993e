/**
 * Ask for link: the holder of a link, dead or living, wants a new one from the desk. Whoever holds the link hears the
 * same whatever becomes of it; the desk sees one ask at a time.
 */
import { type Refusal, refuse } from '#domain/fault.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { Clock } from '#ports/clock.ts'
import type { LinkLedger } from '#ports/link-ledger.ts'
import type { Secrets } from '#ports/secrets.ts'
import type { LinkTokens } from '#ports/tokens.ts'

export type AskForLinkNeeds = {
  readonly links: Pick<LinkLedger, 'findLink' | 'askForLink'>
  readonly tokens: Pick<LinkTokens, 'read'>
  readonly secrets: Pick<Secrets, 'hash'>
  readonly audit: Pick<AuditLedger, 'append'>
  readonly clock: Clock
}

/** Refuses `link.invalid` for what is no link of ours, and nothing else. */
export const askForLink =
  ({ links, tokens, secrets, audit, clock }: AskForLinkNeeds) =>
  async (token: string): Promise<Refusal | null> => {
    const claims = await tokens.read(token)
    const link = claims === null ? null : await links.findLink(claims.link, secrets.hash(claims.secret))
    if (link === null) return refuse('link.invalid')
    const at = clock.now()
    if (await links.askForLink(link.id, at))
      await audit.append(
        {
          action: 'link.asked',
          actor: { kind: 'sender', id: link.sender },
          case: link.case,
          object: link.id,
          facts: {},
        },
        at,
      )
    return null
  }
