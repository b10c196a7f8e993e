/**
 * Mail receipt: a sender who has finished wants the receipt by mail. The edge cannot read the address it goes to; it
 * notes that somebody asked, and whoever has the keys writes the letter.
 */
import { type Refusal, refuse } from '#domain/fault.ts'
import type { ReceiptAskId } from '#domain/id.ts'
import { receiptsPerDay } from '#domain/letter.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { Clock, Ids } from '#ports/clock.ts'
import type { IntroductionLedger } from '#ports/introduction-ledger.ts'
import type { LetterLedger } from '#ports/letter-ledger.ts'
import type { SenderSession } from '#ports/link-ledger.ts'

export type MailReceiptNeeds = {
  readonly introductions: Pick<IntroductionLedger, 'introductionOf'>
  readonly letters: Pick<LetterLedger, 'senderNews' | 'askReceipt'>
  readonly audit: AuditLedger
  readonly clock: Clock
  readonly ids: Ids
}

const dayMs = 86_400_000

/** Refuses `mail.none` without an address, `send.incomplete` before the first receipt, `mail.enough`. */
export const mailReceipt =
  ({ introductions, letters, audit, clock, ids }: MailReceiptNeeds) =>
  async ({ sender, case: of }: SenderSession): Promise<Refusal | null> => {
    const introduction = await introductions.introductionOf(sender)
    if (introduction === null || !introduction.ways.includes('mail')) return refuse('mail.none')
    if ((await letters.senderNews(sender)).receipt === null) return refuse('send.incomplete')
    const at = clock.now()
    const since = new Date(at.getTime() - dayMs)
    const ask = { id: ids.next<ReceiptAskId>(), sender, at }
    if (!(await letters.askReceipt(ask, { since, most: receiptsPerDay }))) return refuse('mail.enough')
    await audit.append(
      { action: 'receipt.asked', actor: { kind: 'sender', id: sender }, case: of, object: sender, facts: {} },
      at,
    )
    return null
  }
