/** Read senders: whom the desk asked for records of a case, who they say they are, and what they agreed to. */
import type { Consent } from '#domain/consent.ts'
import { type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, SenderId } from '#domain/id.ts'
import type { Introduction } from '#domain/introduction.ts'
import type { Language } from '#domain/language.ts'
import type { SenderRole } from '#domain/sender-role.ts'
import { openIntroduction } from '#formats/introduction.ts'
import type { CaseLedger } from '#ports/case-ledger.ts'
import type { CaseKey, CaseVault } from '#ports/case-vault.ts'
import type { IntroductionLedger, IntroductionRow } from '#ports/introduction-ledger.ts'
import { openSender } from '#ports/open-sealed.ts'

export type ReadSendersNeeds = {
  readonly cases: Pick<CaseLedger, 'findCase'>
  readonly introductions: Pick<IntroductionLedger, 'sendersOf'>
  readonly vault: CaseVault
}

export type SenderView = {
  readonly id: SenderId
  readonly role: SenderRole
  /** As the desk called them when it made the link; null once the case's key is gone, like their own words. */
  readonly name: string | null
  readonly introduced:
    | ({ readonly at: Date; readonly role: SenderRole; readonly language: Language } & {
        readonly [Word in keyof Introduction]: Introduction[Word] | null
      })
    | null
  readonly consent: Consent | null
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
}

const nobody = { name: null, mail: null, phone: null }

const introducedOf = async (
  key: CaseKey | null,
  { case: of, sender, at, role, language, lockedKey, sealed }: IntroductionRow,
): Promise<SenderView['introduced']> => {
  const words = key === null ? nobody : openIntroduction(await key.unlock(lockedKey), of, sender, sealed)
  return { at, role, language, ...words }
}

/** Every sender of a case in the order they were invited; refuses `case.not-found`. */
export const readSenders =
  ({ cases, introductions, vault }: ReadSendersNeeds) =>
  async (id: CaseId): Promise<readonly SenderView[] | Refusal> => {
    const row = await cases.findCase(id)
    if (row === null) return refuse('case.not-found')
    const key = row.keys === null ? null : await vault.open(id, row.keys.wrappedKey)
    const senders = await introductions.sendersOf(id)
    return Promise.all(
      senders.map(async ({ introduction, details, ...sender }) => ({
        id: sender.id,
        role: sender.role,
        name: key === null ? null : openSender(key, id, sender.id, details).name,
        introduced: introduction === null ? null : await introducedOf(key, introduction),
        consent: sender.consent,
        startedAt: sender.startedAt,
        finishedAt: sender.finishedAt,
      })),
    )
  }
