/**
 * Link ledger: upload links, the sessions begun with them, and what their holders ask for. The row decides; a link's
 * secret is kept as a hash. Reading a link changes nothing: only `exchange` counts a use.
 */
import type { CaseState } from '#domain/case.ts'
import type { Refusal } from '#domain/fault.ts'
import type { CaseId, LinkId, SenderId, SessionId } from '#domain/id.ts'
import type { Language } from '#domain/language.ts'
import type { LinkCheck, UploadLink } from '#domain/link.ts'
import type { SenderRole } from '#domain/sender-role.ts'

export type NewLink = {
  readonly id: LinkId
  readonly case: CaseId
  readonly sender: SenderId
  readonly secretHash: Uint8Array
  readonly check: LinkCheck
  /** What proves the code or birth date; null where nothing is checked. */
  readonly codeHash: Uint8Array | null
  readonly language: Language
  /** What the link carries for its page, sealed under its own secret. */
  readonly sealedFacts: Uint8Array | null
  readonly expiresAt: Date
  readonly maxUses: number | null
  readonly at: Date
}

/** A link as its holder needs it: with what proves its second factor, and what it carries for its page. */
export type LinkRow = UploadLink & {
  readonly codeHash: Uint8Array | null
  /** Null in a link of before there was such a page. */
  readonly sealedFacts: Uint8Array | null
  readonly caseState: CaseState
  readonly role: SenderRole
  readonly finishedAt: Date | null
  /** Its sender waits for a new link they asked for. */
  readonly asked: boolean
}

/** A new link that somebody waits for; `link` is the one to renew. */
export type LinkAsk = {
  readonly link: LinkId
  readonly case: CaseId
  readonly sender: SenderId
  readonly askedAt: Date
}

/** A sender at work: everything a door needs to take bytes. */
export type SenderSession = {
  readonly id: SessionId
  readonly link: LinkId
  readonly sender: SenderId
  readonly case: CaseId
  readonly intakeKey: string
  /** Records may come in; else the sender may look, agree and withdraw (`mayVisit`), and nothing more. */
  readonly receives: boolean
  /** What this sender agreed to stands. */
  readonly consented: boolean
  /** When it is over at the latest, however busy it is. */
  readonly endsAt: Date
}

export type LinkLedger = {
  openLink(link: NewLink): Promise<void>
  /** The link with this id and secret; null when there is none, so a guess learns nothing. */
  findLink(id: LinkId, secretHash: Uint8Array): Promise<LinkRow | null>
  linkById(id: LinkId): Promise<UploadLink | null>
  linksOf(id: CaseId): Promise<readonly UploadLink[]>
  /** What an exchange at this moment would be refused; null when it would be let in. Changes nothing. */
  obstacle(id: LinkId, at: Date): Promise<Refusal | null>
  /**
   * Counts a use and begins a session, at once and together, by the rule of `mayExchange`. Refuses `link.*`, or
   * `case.closed` where a sender may not even visit, exactly as the row stands at that moment, however many exchange
   * at the same time.
   */
  exchange(
    id: LinkId,
    session: { id: SessionId; tokenHash: Uint8Array; at: Date },
  ): Promise<SenderSession | Refusal>
  /**
   * Counts a try of the link's code before the code is looked at, so that guesses made at once count one by one.
   * Returns the tries left after it; the last one locks the link. Null while it is locked: the code must not be
   * looked at. `exchange`, which only a right code reaches, forgets the tries.
   */
  countTry(id: LinkId, at: Date): Promise<number | null>
  /** The live session of this token; extends it. Refuses `session.ended`, `link.revoked` or `case.closed`. */
  session(tokenHash: Uint8Array, at: Date): Promise<SenderSession | Refusal>
  /**
   * Notes that the holder of a link wants a new one, on the link of their sender that can be renewed. True when this
   * noted it; false when one waits already, when the day's asks are spent (`mostAsksADay`), or when there is nothing to renew: no such link, a
   * revoked one, a case that takes no records.
   */
  askForLink(id: LinkId, at: Date): Promise<boolean>
  /** Who waits for a new link, in cases that take records, the longest wait first. */
  openAsks(limit: number): Promise<readonly LinkAsk[]>
  /** Counts so many questions of a link, all or none; false when they are more than it has left of `mostQuestions`. */
  countQuestions(id: LinkId, count: number): Promise<boolean>
  /** Revokes a link, ends its sessions and its asks; false when there is none or it is revoked already. */
  revokeLink(id: LinkId, at: Date): Promise<boolean>
  /**
   * Puts a new link in an old one's place for the same sender; running sessions go on, asks are answered. Refuses
   * `link.not-found`, `link.revoked`, `case.closed`.
   */
  renewLink(
    old: LinkId,
    next: Omit<NewLink, 'case' | 'sender'>,
  ): Promise<{ case: CaseId; sender: SenderId } | Refusal>
}
