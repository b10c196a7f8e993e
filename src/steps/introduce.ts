/**
 * Introduce: a sender says who they are and agrees, or takes back what they agreed to. The edge seals their words to
 * the case and cannot open them again; what was agreed to is kept with a digest of the exact words that were shown.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { AuditAction } from '#domain/audit.ts'
import { type Consent, consentKindOf, isConsentVersion } from '#domain/consent.ts'
import { consentWords } from '#domain/consent-texts.ts'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { ConsentId } from '#domain/id.ts'
import { type Introduction, waysOf } from '#domain/introduction.ts'
import type { Language } from '#domain/language.ts'
import type { SenderRole } from '#domain/sender-role.ts'
import { type StandingStep, stepOf } from '#domain/standing.ts'
import { sealIntroduction } from '#formats/introduction.ts'
import { indexCase, offerCase } from '#jobs/jobs.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { Clock, Ids } from '#ports/clock.ts'
import type { IntakeSeal } from '#ports/intake-seal.ts'
import type { IntroductionLedger, Standing } from '#ports/introduction-ledger.ts'
import type { JobQueue } from '#ports/job-queue.ts'
import type { SenderSession } from '#ports/link-ledger.ts'

export type IntroduceNeeds = {
  readonly introductions: IntroductionLedger
  readonly seal: Pick<IntakeSeal, 'lock'>
  readonly audit: Pick<AuditLedger, 'append'>
  readonly queue: JobQueue
  readonly clock: Clock
  readonly ids: Ids
  /** The name of the desk, as the words of consent have it. */
  readonly institution: string
}

/** What somebody says of themselves. `consent` is the version of the words they saw. */
export type Said = Introduction & {
  readonly role: SenderRole
  readonly language: Language
  readonly consent: string
}

const note = (
  { audit }: Pick<IntroduceNeeds, 'audit'>,
  action: AuditAction,
  session: SenderSession,
  { version, kind, language }: Pick<Consent, 'version' | 'kind' | 'language'>,
  at: Date,
): Promise<void> =>
  audit.append(
    {
      action,
      actor: { kind: 'sender', id: session.sender },
      case: session.case,
      object: session.sender,
      facts: { version, kind, language },
    },
    at,
  )

/** Refuses `consent.unknown` for words that were never shown, `case.closed`. */
export const introduce =
  ({ introductions, seal, audit, queue, clock, ids, institution }: IntroduceNeeds) =>
  async (session: SenderSession, said: Said): Promise<Refusal | null> => {
    const { role, language, consent: version } = said
    if (!isConsentVersion(version)) return refuse('consent.unknown')
    const at = clock.now()
    const kind = consentKindOf(role)
    const words = consentWords(version, kind, language, institution)
    const key = randomBytes(32)
    const lockedKey = await seal.lock(session.case, session.intakeKey, key)
    const sealed = sealIntroduction(key, session.case, session.sender, said)
    key.fill(0)
    const row = { sender: session.sender, case: session.case, at, role, language, lockedKey, sealed }
    const textSha256 = createHash('sha256').update(words, 'utf8').digest()
    const kept = await introductions.introduce(
      { ...row, ways: waysOf(said) },
      { id: ids.next<ConsentId>(), version, kind, language, textSha256 },
    )
    if (isRefusal(kept)) return kept
    await note({ audit }, 'consent.given', session, { version, kind, language }, at)
    await queue.add(indexCase, { case: session.case }).catch(() => {})
    // What came before the case was withdrawn may be all there is: nobody else would ask whether it is complete.
    if (kept.reopened) await queue.add(offerCase, { case: session.case }).catch(() => {})
    return null
  }

/** Nobody reads of the case from the next request on. Again, it changes nothing. Refuses `consent.none`, `case.closed`. */
export const withdraw =
  ({
    introductions,
    audit,
    queue,
    clock,
  }: Pick<IntroduceNeeds, 'introductions' | 'audit' | 'queue' | 'clock'>) =>
  async (session: SenderSession): Promise<Refusal | null> => {
    const at = clock.now()
    const withdrawn = await introductions.withdraw(session.sender, at)
    if (withdrawn === null || isRefusal(withdrawn)) return withdrawn
    await note({ audit }, 'consent.withdrawn', session, withdrawn, at)
    await queue.add(indexCase, { case: session.case }).catch(() => {})
    return null
  }

/** Where the case stands for this sender. */
export const seeStanding =
  ({ introductions }: Pick<IntroduceNeeds, 'introductions'>) =>
  async (session: SenderSession): Promise<(Standing & { readonly step: StandingStep }) | Refusal> => {
    const standing = await introductions.standingOf(session.sender)
    if (standing === null) return refuse('session.ended')
    const { caseState, finishedAt, opened } = standing
    return { ...standing, step: stepOf(caseState, finishedAt !== null, opened.length > 0) }
  }
