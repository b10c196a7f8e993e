/** Open link: an upload link for a named outsider, its renewal and its end. The secret is shown once. */

import type { AuditAction } from '#domain/audit.ts'
import { type CaseState, mayReceive, mayVisit } from '#domain/case.ts'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, LetterId, LinkId, OperatorId, SenderId } from '#domain/id.ts'
import type { Language } from '#domain/language.ts'
import { type LinkCheck, longestLinkDays } from '#domain/link.ts'
import { linkFactsOf } from '#domain/link-facts.ts'
import type { StatedPatient } from '#domain/patient.ts'
import { letterSeal, senderSeal } from '#domain/seal-name.ts'
import type { SenderRole } from '#domain/sender-role.ts'
import { writeLetterFacts } from '#formats/letters/sealed-letter.ts'
import { boundBirthDate, sealLinkFacts } from '#formats/link-facts.ts'
import { indexCase, sendLetter } from '#jobs/jobs.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { CaseLedger } from '#ports/case-ledger.ts'
import type { CaseKey, CaseVault } from '#ports/case-vault.ts'
import type { Clock, Ids } from '#ports/clock.ts'
import type { JobQueue } from '#ports/job-queue.ts'
import type { LetterLedger, NewLetter } from '#ports/letter-ledger.ts'
import type { LinkLedger } from '#ports/link-ledger.ts'
import { openDetails } from '#ports/open-sealed.ts'
import type { Secrets } from '#ports/secrets.ts'
import type { LinkTokens } from '#ports/tokens.ts'

export type OpenLinkNeeds = {
  readonly cases: CaseLedger
  readonly links: LinkLedger
  readonly letters: Pick<LetterLedger, 'oweLetters'>
  readonly vault: CaseVault
  readonly tokens: LinkTokens
  readonly secrets: Secrets
  readonly audit: AuditLedger
  readonly queue: JobQueue
  readonly clock: Clock
  readonly ids: Ids
  /** Where every link begins. */
  readonly publicUrl: string
  /** Days after which a sender is reminded; 0 never reminds. */
  readonly reminderDays: number
}

export type LinkTerms = {
  readonly days: number
  readonly maxUses: number | null
  /** What the link asks besides itself. */
  readonly check: LinkCheck
  readonly language: Language
  /** Where the link is mailed to; null when the desk hands it on. */
  readonly mail: string | null
}

/** Terms of a new link in an old one's place, which keeps what is not said. */
export type RenewTerms = Omit<LinkTerms, 'check' | 'language'> & {
  readonly check?: LinkCheck | undefined
  readonly language?: Language | undefined
}

export type OpenedLink = {
  readonly link: LinkId
  /** The link itself, with its secret. */
  readonly url: string
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

/** A case in a state that `may`, opened. Refuses `case.not-found`, `case.closed`. */
const openCase = async (
  { cases, vault }: OpenLinkNeeds,
  of: CaseId,
  may: (state: CaseState) => boolean,
): Promise<{ readonly key: CaseKey; readonly patient: StatedPatient } | Refusal> => {
  const row = await cases.findCase(of)
  if (row === null) return refuse('case.not-found')
  if (row.keys === null || !may(row.state)) return refuse('case.closed')
  const key = await vault.open(of, row.keys.wrappedKey)
  return { key, patient: row.details === null ? {} : openDetails(key, of, row.details).patient }
}

/** What a link is checked with: what the sender is told, and what is kept of it. Refuses `link.no-birth-date`. */
const prepareCheck = async (
  { secrets }: OpenLinkNeeds,
  check: LinkCheck,
  secret: string,
  { birthDate }: StatedPatient,
): Promise<{ readonly code: string | null; readonly hash: Uint8Array | null } | Refusal> => {
  if (check === 'none') return { code: null, hash: null }
  if (check === 'code') {
    const code = secrets.code()
    return { code, hash: await secrets.stretch(code) }
  }
  if (birthDate === undefined) return refuse('link.no-birth-date')
  return { code: null, hash: await secrets.stretch(boundBirthDate(secret, birthDate)) }
}

const prepare = async (needs: OpenLinkNeeds, of: CaseId, patient: StatedPatient, terms: LinkTerms) => {
  const { tokens, secrets, clock, ids } = needs
  const at = clock.now()
  const id = ids.next<LinkId>()
  const secret = secrets.token()
  const checked = await prepareCheck(needs, terms.check, secret, patient)
  if (isRefusal(checked)) return checked
  const days = Math.min(terms.days, longestLinkDays)
  const expiresAt = new Date(at.getTime() + days * dayMs)
  const row = {
    id,
    secretHash: secrets.hash(secret),
    check: terms.check,
    codeHash: checked.hash,
    language: terms.language,
    sealedFacts: sealLinkFacts({ id, case: of, secret }, linkFactsOf(patient)),
    expiresAt,
    maxUses: terms.maxUses,
    at,
  }
  const token = await tokens.write({ link: id, secret, expiresAt })
  const url = `${needs.publicUrl}/send#${token}`
  return { row, opened: { link: id, url, code: checked.code, expiresAt } satisfies OpenedLink }
}

type Prepared = Exclude<Awaited<ReturnType<typeof prepare>>, Refusal>

/**
 * Mails a link, and prepares the reminder that leaves unless something arrives: later its address is known to nobody.
 * The ledger owes them; a lost job is asked for again.
 */
const mailLink = async (
  { letters, queue, ids, reminderDays }: OpenLinkNeeds,
  kind: 'link' | 'renewed-link',
  mail: string | null,
  key: CaseKey,
  { row, opened }: Prepared,
  sending: { readonly case: CaseId; readonly sender: SenderId },
): Promise<void> => {
  if (mail === null) return
  const { check, language, expiresAt: until, at } = row
  const letterOf = (
    of: NewLetter['kind'],
    dueAt: Date,
    facts: Parameters<typeof writeLetterFacts>[0],
  ): NewLetter => {
    const id = ids.next<LetterId>()
    const sealed = key.seal(writeLetterFacts(facts), letterSeal(sending.case, id, 'facts'))
    return { ...sending, id, link: opened.link, kind: of, language, sealed, at, dueAt, askedAt: null }
  }
  const first = letterOf(kind, at, { to: mail, url: opened.url, until, check })
  const remindAt = new Date(at.getTime() + reminderDays * dayMs)
  const reminds = reminderDays > 0 && remindAt < until
  await letters.oweLetters(reminds ? [first, letterOf('reminder', remindAt, { to: mail, until })] : [first])
  await queue.add(sendLetter, { letter: first.id }).catch(() => {})
}

/** A link for a new sender of a case. Refuses `case.not-found`, `case.closed`, `link.no-birth-date`. */
export const openLink =
  (needs: OpenLinkNeeds) =>
  async (
    of: CaseId,
    sender: { readonly role: SenderRole; readonly name: string },
    terms: LinkTerms,
    by: OperatorId,
  ): Promise<OpenedLink | Refusal> => {
    const opened = await openCase(needs, of, mayReceive)
    if (isRefusal(opened)) return opened
    const { key, patient } = opened
    const link = await prepare(needs, of, patient, terms)
    if (isRefusal(link)) return link
    const id = needs.ids.next<SenderId>()
    const details = key.seal(Buffer.from(JSON.stringify({ name: sender.name })), senderSeal(of, id))
    await needs.cases.addSender({ id, case: of, role: sender.role, details, at: link.row.at })
    await needs.links.openLink({ ...link.row, case: of, sender: id })
    await mailLink(needs, 'link', terms.mail, key, link, { case: of, sender: id })
    await note(needs, 'link.opened', by, of, link.opened.link)
    return link.opened
  }

/**
 * A new link in an old one's place: same sender, nothing already sent is lost, whoever asked for it is answered.
 * Refuses `link.*`, `case.closed`.
 */
export const renewLink =
  (needs: OpenLinkNeeds) =>
  async (old: LinkId, terms: RenewTerms, by: OperatorId): Promise<OpenedLink | Refusal> => {
    const known = await needs.links.linkById(old)
    if (known === null) return refuse('link.not-found')
    // Whoever withdrew their consent gives it again over the same link, which may have run out meanwhile.
    const opened = await openCase(needs, known.case, mayVisit)
    if (isRefusal(opened)) return opened
    const link = await prepare(needs, known.case, opened.patient, {
      ...terms,
      check: terms.check ?? known.check,
      language: terms.language ?? known.language,
    })
    if (isRefusal(link)) return link
    const renewed = await needs.links.renewLink(old, link.row)
    if (isRefusal(renewed)) return renewed
    await mailLink(needs, 'renewed-link', terms.mail, opened.key, link, renewed)
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
