/** Open link: an upload link for a named outsider, its renewal and its end. The secret is shown once. */

import type { AuditAction } from '#domain/audit.ts'
import { mayReceive } from '#domain/case.ts'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, LinkId, OperatorId, SenderId } from '#domain/id.ts'
import { longestLinkDays, type SenderRole } from '#domain/link.ts'
import { senderSeal } from '#domain/seal-name.ts'
import { indexCase } from '#jobs/jobs.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { CaseLedger } from '#ports/case-ledger.ts'
import type { CaseVault } from '#ports/case-vault.ts'
import type { Clock, Ids } from '#ports/clock.ts'
import type { JobQueue } from '#ports/job-queue.ts'
import type { LinkLedger } from '#ports/link-ledger.ts'
import type { Secrets } from '#ports/secrets.ts'
import type { LinkTokens } from '#ports/tokens.ts'

export type OpenLinkNeeds = {
  readonly cases: CaseLedger
  readonly links: LinkLedger
  readonly vault: CaseVault
  readonly tokens: LinkTokens
  readonly secrets: Secrets
  readonly audit: AuditLedger
  readonly queue: JobQueue
  readonly clock: Clock
  readonly ids: Ids
}

export type LinkTerms = {
  readonly days: number
  readonly maxUses: number | null
  /** Ask for a code that travels by another way than the link. */
  readonly withCode: boolean
}

export type OpenedLink = {
  readonly link: LinkId
  readonly token: string
  /** To be told to the sender by another way; null when the link asks for none. */
  readonly code: string | null
  readonly expiresAt: Date
}

const dayMs = 86_400_000

const note = async (
  { audit, queue, clock }: OpenLinkNeeds,
  action: AuditAction,
  by: OperatorId,
  of: CaseId,
  link: LinkId,
): Promise<void> => {
  await audit.append(
    { action, actor: { kind: 'operator', id: by }, case: of, object: link, facts: {} },
    clock.now(),
  )
  await queue.add(indexCase, { case: of }).catch(() => {})
}

const prepare = async ({ tokens, secrets, clock, ids }: OpenLinkNeeds, terms: LinkTerms) => {
  const at = clock.now()
  const id = ids.next<LinkId>()
  const secret = secrets.token()
  const code = terms.withCode ? secrets.code() : null
  const days = Math.min(terms.days, longestLinkDays)
  const expiresAt = new Date(at.getTime() + days * dayMs)
  const row = {
    id,
    secretHash: secrets.hash(secret),
    codeHash: code === null ? null : await secrets.stretch(code),
    expiresAt,
    maxUses: terms.maxUses,
    at,
  }
  const token = await tokens.write({ link: id, secret, expiresAt })
  return { row, opened: { link: id, token, code, expiresAt } satisfies OpenedLink }
}

/** A link for a new sender of a case. Refuses `case.not-found`, `case.closed`. */
export const openLink =
  (needs: OpenLinkNeeds) =>
  async (
    of: CaseId,
    sender: { readonly role: SenderRole; readonly name: string },
    terms: LinkTerms,
    by: OperatorId,
  ): Promise<OpenedLink | Refusal> => {
    const row = await needs.cases.findCase(of)
    if (row === null) return refuse('case.not-found')
    if (row.keys === null || !mayReceive(row.state)) return refuse('case.closed')
    const key = await needs.vault.open(of, row.keys.wrappedKey)
    const id = needs.ids.next<SenderId>()
    const details = key.seal(Buffer.from(JSON.stringify({ name: sender.name })), senderSeal(of, id))
    const link = await prepare(needs, terms)
    await needs.cases.addSender({ id, case: of, role: sender.role, details, at: link.row.at })
    await needs.links.openLink({ ...link.row, case: of, sender: id })
    await note(needs, 'link.opened', by, of, link.opened.link)
    return link.opened
  }

/** A new link in an old one's place: same sender, nothing already sent is lost. Refuses `link.*`, `case.closed`. */
export const renewLink =
  (needs: OpenLinkNeeds) =>
  async (old: LinkId, terms: LinkTerms, by: OperatorId): Promise<OpenedLink | Refusal> => {
    const link = await prepare(needs, terms)
    const renewed = await needs.links.renewLink(old, link.row)
    if (isRefusal(renewed)) return renewed
    await note(needs, 'link.renewed', by, renewed.case, link.opened.link)
    return link.opened
  }

/** Ends a link and its sessions: the next request is refused. Refuses `link.not-found`. */
export const revokeLink =
  (needs: OpenLinkNeeds) =>
  async (id: LinkId, by: OperatorId): Promise<Refusal | null> => {
    const link = await needs.links.linkById(id)
    if (link === null) return refuse('link.not-found')
    const revoked = await needs.links.revokeLink(id, needs.clock.now())
    if (revoked) await note(needs, 'link.revoked', by, link.case, id)
    return null
  }
