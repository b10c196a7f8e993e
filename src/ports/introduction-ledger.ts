/**
 * Introduction ledger: who is sending, and what they agreed to. Of a person's own words it holds what the upload edge
 * sealed and cannot open. Every giving of consent is a row of its own that never changes, but for its withdrawal.
 *
 * A sender's withdrawal takes the whole case out of reading. It comes back (`collecting`) with the consent that
 * leaves no sender of the case with a withdrawal and nothing given since; a case that was withdrawn in another way
 * does not come back by this.
 */
import type { CaseState } from '#domain/case.ts'
import type { Consent } from '#domain/consent.ts'
import type { Refusal } from '#domain/fault.ts'
import type { CaseId, ConsentId, SenderId } from '#domain/id.ts'
import type { Way } from '#domain/introduction.ts'
import type { Language } from '#domain/language.ts'
import type { SenderRole } from '#domain/sender-role.ts'

/** The current introduction of a sender. `sealed` opens with the key that `lockedKey` locks. */
export type IntroductionRow = {
  readonly sender: SenderId
  readonly case: CaseId
  readonly at: Date
  readonly role: SenderRole
  readonly language: Language
  readonly ways: readonly Way[]
  readonly lockedKey: string
  readonly sealed: Uint8Array
}

/** `textSha256`: of the UTF-8 bytes of the exact words that were shown. */
export type NewConsent = Pick<Consent, 'version' | 'kind' | 'language'> & {
  readonly id: ConsentId
  readonly textSha256: Uint8Array
}

/** A sender of a case, for the desk. `consent`: the one that stands, else the last that was given. */
export type SenderRow = {
  readonly id: SenderId
  /** As the desk invited them. */
  readonly role: SenderRole
  readonly details: Uint8Array
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
  readonly introduction: IntroductionRow | null
  readonly consent: Consent | null
}

/** What one sender is told of their case. `opened`: when each reader first read, oldest first. */
export type Standing = Pick<SenderRow, 'introduction' | 'consent' | 'finishedAt'> & {
  readonly caseState: CaseState
  readonly opened: readonly Date[]
}

export type IntroductionLedger = {
  /**
   * Keeps introduction and consent, both or neither; an introduction that is older than the one there is does not
   * replace it. `reopened`: the case came back with it. Refuses `case.closed`.
   */
  introduce(
    introduction: IntroductionRow,
    consent: NewConsent,
  ): Promise<{ readonly reopened: boolean } | Refusal>
  /**
   * Withdraws what this sender agreed to, and the case with it. Null when it was withdrawn before: nothing happens.
   * Refuses `consent.none` when nothing was ever given, `case.closed`.
   */
  withdraw(sender: SenderId, at: Date): Promise<Consent | null | Refusal>
  /** Null for who has not said who they are. */
  introductionOf(sender: SenderId): Promise<IntroductionRow | null>
  /** Null for no such sender. */
  standingOf(sender: SenderId): Promise<Standing | null>
  /** In the order they were invited. */
  sendersOf(id: CaseId): Promise<readonly SenderRow[]>
}
