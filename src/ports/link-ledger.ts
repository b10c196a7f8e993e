/**
 * Link ledger: upload links and the sessions begun with them. The row decides; a link's secret is kept as a
 * hash. Reading a link changes nothing: only `exchange` counts a use.
 */
import type { CaseState } from '#domain/case.ts'
import type { Refusal } from '#domain/fault.ts'
import type { CaseId, LinkId, SenderId, SessionId } from '#domain/id.ts'
import type { UploadLink } from '#domain/link.ts'

export type NewLink = {
  readonly id: LinkId
  readonly case: CaseId
  readonly sender: SenderId
  readonly secretHash: Uint8Array
  readonly codeHash: Uint8Array | null
  readonly expiresAt: Date
  readonly maxUses: number | null
  readonly at: Date
}

/** A link with what proves its second factor, for the exchange alone. */
export type LinkRow = UploadLink & { readonly codeHash: Uint8Array | null; readonly caseState: CaseState }

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
  /**
   * Counts a use and begins a session, at once and together. Refuses `link.*`, or `case.closed` where a sender may
   * not even visit, exactly as the row stands at that moment, however many exchange at the same time.
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
  /** Revokes a link and ends its sessions; false when there is none or it is revoked already. */
  revokeLink(id: LinkId, at: Date): Promise<boolean>
  /** Puts a new link in an old one's place for the same sender; running sessions go on. Refuses `link.revoked`. */
  renewLink(
    old: LinkId,
    next: Omit<NewLink, 'case' | 'sender'>,
  ): Promise<{ case: CaseId; sender: SenderId } | Refusal>
}
