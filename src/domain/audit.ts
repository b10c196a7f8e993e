/** Audit events: what happened to which object, by whom, in an order that a missing or changed entry breaks. */
import type { AnyId, CaseId } from './id.ts'

export type AuditAction =
  | 'operator.signed-in'
  | 'case.opened'
  | 'case.ready'
  | 'case.erased'
  | 'link.opened'
  | 'link.exchanged'
  | 'link.refused'
  | 'link.renewed'
  | 'link.revoked'
  | 'link.locked'
  | 'link.asked'
  | 'match.asked'
  | 'match.answered'
  | 'link.printed'
  | 'receipt.asked'
  | 'letter.sent'
  | 'letter.refused'
  | 'letter.failed'
  | 'letter.read'
  | 'letter.dropped'
  | 'send.finished'
  | 'consent.given'
  | 'consent.withdrawn'
  | 'item.quarantined'
  | 'item.rejected'
  | 'item.unpacked'
  | 'item.release-proposed'
  | 'item.released'
  | 'item.discarded'
  | 'item.check-asked'
  | 'pack.quarantined'
  | 'grant.opened'
  | 'grant.revoked'
  | 'reader.invited'
  | 'reader.entered'
  | 'reader.refused'
  | 'reader.left'
  | 'reader.ended'
  | 'case.viewed'
  | 'bundle.read'
  | 'item.read'
  | 'instances.searched'
  | 'instances.read'
  | 'metadata.read'
  | 'frames.read'
  | 'bulk.read'
  | 'picture.read'
  | 'manifest.read'
  | 'notes.read'
  | 'push.asked'
  | 'case.pushed'
  | 'case.searched'
  | 'ledger.rebuilt'

export type Actor =
  | { readonly kind: 'operator' | 'sender' | 'grant' | 'reader'; readonly id: AnyId }
  | { readonly kind: 'worker' | 'anyone' }

/** `facts` holds codes and counts only: no name, file name or token has a place in it. */
export type AuditEvent = {
  readonly action: AuditAction
  readonly actor: Actor
  readonly case: CaseId | null
  readonly object: AnyId | null
  readonly facts: Readonly<Record<string, number | string>>
}

/** An event as it stands in the chain: `hash` covers everything before it. */
export type AuditEntry = AuditEvent & {
  readonly seq: number
  readonly at: Date
  readonly hash: Uint8Array
}
