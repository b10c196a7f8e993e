/**
 * Match patients: whether what was found on a sender's machine is of the case's patient, before a byte leaves it. The
 * link opens, for this one request, what the desk stated; one word an answer leaves, and few questions a link are
 * answered. And what the sender said when it seemed to be somebody else.
 */
import { type Refusal, refuse } from '#domain/fault.ts'
import { answerMatch, type MatchAnswer, matchAnswers } from '#domain/identity/match-answer.ts'
import { openLinkFacts } from '#formats/link-facts.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { Clock } from '#ports/clock.ts'
import type { LinkLedger, SenderSession } from '#ports/link-ledger.ts'
import type { Secrets } from '#ports/secrets.ts'
import type { LinkTokens } from '#ports/tokens.ts'

export type MatchPatientsNeeds = {
  readonly links: Pick<LinkLedger, 'findLink' | 'countQuestions'>
  readonly tokens: Pick<LinkTokens, 'read'>
  readonly secrets: Pick<Secrets, 'hash'>
  readonly audit: Pick<AuditLedger, 'append'>
  readonly clock: Clock
}

/** Whom files are about, as they say it. */
export type FoundPatient = {
  readonly name: string | null
  readonly birthDate: string | null
  readonly sex: string | null
}

/** What a sender may say of files that seemed to be of another patient. */
export type MatchWord = 'same-person' | 'left-out' | 'several-patients'

const note = async (
  { audit, clock }: Pick<MatchPatientsNeeds, 'audit' | 'clock'>,
  action: 'match.asked' | 'match.answered',
  session: SenderSession,
  facts: Readonly<Record<string, number | string>>,
): Promise<void> => {
  await audit.append(
    {
      action,
      actor: { kind: 'sender', id: session.sender },
      case: session.case,
      object: session.link,
      facts,
    },
    clock.now(),
  )
}

/**
 * Answers in the order asked. Refuses `link.invalid` for a link that is not this sender's or was revoked, and
 * `rate.limited` for more questions than the link has left.
 */
export const matchPatients =
  (needs: MatchPatientsNeeds) =>
  async (
    session: SenderSession,
    token: string,
    found: readonly FoundPatient[],
  ): Promise<readonly MatchAnswer[] | Refusal> => {
    const { links, tokens, secrets } = needs
    const claims = await tokens.read(token)
    if (claims === null) return refuse('link.invalid')
    const { secret } = claims
    const link = await links.findLink(claims.link, secrets.hash(secret))
    if (link === null || link.sender !== session.sender || link.state === 'revoked')
      return refuse('link.invalid')
    if (!(await links.countQuestions(link.id, found.length))) return refuse('rate.limited')
    const facts = link.sealedFacts === null ? null : openLinkFacts({ ...link, secret }, link.sealedFacts)
    const patient = facts?.patient
    const stated = { patientName: patient?.name, birthDate: patient?.birthDate, sex: patient?.sex }
    const answers = found.map(({ name, birthDate, sex }) =>
      answerMatch(stated, {
        patientName: name ?? undefined,
        birthDate: birthDate ?? undefined,
        sex: sex ?? undefined,
      }),
    )
    const counts = matchAnswers.map((one) => [one, answers.filter((answer) => answer === one).length])
    await note(needs, 'match.asked', session, Object.fromEntries(counts) as Record<MatchAnswer, number>)
    return answers
  }

/** Notes what the sender said of files that seemed to be of another patient; `files` is how many. */
export const noteMatchAnswer =
  (needs: Pick<MatchPatientsNeeds, 'audit' | 'clock'>) =>
  (session: SenderSession, answer: MatchWord, files: number): Promise<void> =>
    note(needs, 'match.answered', session, { answer, files })
