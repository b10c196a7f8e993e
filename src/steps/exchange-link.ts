/**
 * Exchange link: what a sender was given becomes a session. Only this counts as a use; looking at the link's
 * page never does. A dead link asks for no code and counts no try; the fifth wrong code is for the desk to know.
 */

import { lockout } from '#domain/code-tries.ts'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { SessionId } from '#domain/id.ts'
import { boundBirthDate } from '#formats/link-facts.ts'
import { indexCase } from '#jobs/jobs.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { Clock, Ids } from '#ports/clock.ts'
import type { JobQueue } from '#ports/job-queue.ts'
import type { LinkLedger, LinkRow, SenderSession } from '#ports/link-ledger.ts'
import type { Secrets } from '#ports/secrets.ts'
import type { LinkTokens } from '#ports/tokens.ts'

export type ExchangeLinkNeeds = {
  readonly links: LinkLedger
  readonly tokens: Pick<LinkTokens, 'read'>
  readonly secrets: Secrets
  readonly audit: AuditLedger
  readonly queue: JobQueue
  readonly clock: Clock
  readonly ids: Ids
}

export type Exchanged = {
  readonly session: SenderSession
  /** The bearer of the session; shown once. */
  readonly token: string
}

type Say = (
  action: 'link.exchanged' | 'link.refused' | 'link.locked',
  facts: Record<string, string | number>,
) => Promise<unknown>

/** Refuses a wrong or missing code. The try is counted before the answer is known to be right. */
const checkCode = async (
  { links, secrets, clock }: ExchangeLinkNeeds,
  link: LinkRow,
  typed: string | undefined,
  secret: string,
  say: Say,
): Promise<Refusal | null> => {
  if (link.codeHash === null) return null
  if (typed === undefined) return refuse('link.code-needed')
  const left = await links.countTry(link.id, clock.now())
  if (left === null) return refuse('link.locked')
  const code = link.check === 'birth-date' ? boundBirthDate(secret, typed) : typed
  if (await secrets.matches(code, link.codeHash)) return null
  if (left > 0) return refuse('link.code-wrong', { left })
  await say('link.locked', { minutes: lockout.minutes })
  return refuse('link.locked')
}

export const exchangeLink =
  (needs: ExchangeLinkNeeds) =>
  async (token: string, code: string | undefined): Promise<Exchanged | Refusal> => {
    const { links, tokens, secrets, audit, queue, clock, ids } = needs
    const claims = await tokens.read(token)
    if (claims === null) return refuse('link.invalid')
    const link = await links.findLink(claims.link, secrets.hash(claims.secret))
    if (link === null) return refuse('link.invalid')
    const say: Say = (action, facts) =>
      audit.append(
        { action, actor: { kind: 'sender', id: link.sender }, case: link.case, object: link.id, facts },
        clock.now(),
      )
    const at = clock.now()
    const bearer = secrets.token()
    const session = { id: ids.next<SessionId>(), tokenHash: secrets.hash(bearer), at }
    const begun =
      (await links.obstacle(link.id, at)) ??
      (await checkCode(needs, link, code, claims.secret, say)) ??
      (await links.exchange(link.id, session))
    if (isRefusal(begun)) {
      await say('link.refused', { code: begun.refused })
      return begun
    }
    await say('link.exchanged', {})
    // A counted use must not come back with a ledger that was rebuilt; any other waits for the next index.
    if (link.maxUses !== null) await queue.add(indexCase, { case: link.case }).catch(() => {})
    return { session: begun, token: bearer }
  }
