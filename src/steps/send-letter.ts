/**
 * Send letter: opens what a letter is made from, puts it into words and hands it to the post; without one the words
 * stay with the desk, sealed. What is no longer so (a link that was ended, a case that lost its key) is not sent.
 *
 * A try is counted before it is made and the end noted after: a worker that dies between the two sends the letter
 * again, later and with the same Message-ID. That is the only way in which one comes twice.
 */
import type { AuditAction } from '#domain/audit.ts'
import { Fault } from '#domain/fault.ts'
import type { LetterId } from '#domain/id.ts'
import { initialsOf } from '#domain/identity/initials.ts'
import { type LetterEnd, letterTries } from '#domain/letter.ts'
import { receiptNumber } from '#domain/receipt-number.ts'
import { letterSeal } from '#domain/seal-name.ts'
import { composeLetter, type LetterMatters } from '#formats/letters/compose-letter.ts'
import { listReceipt, readReceipt } from '#formats/letters/receipt-list.ts'
import { readLetterFacts, type SealedFacts, writeKeptLetter } from '#formats/letters/sealed-letter.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { CaseLedger } from '#ports/case-ledger.ts'
import type { CaseVault } from '#ports/case-vault.ts'
import type { Clock } from '#ports/clock.ts'
import type { LetterLedger, LetterTurn } from '#ports/letter-ledger.ts'
import type { LinkLedger } from '#ports/link-ledger.ts'
import { openDetails } from '#ports/open-sealed.ts'
import type { LetterAttachment, Post } from '#ports/post.ts'

export type SendLetterNeeds = {
  readonly letters: Pick<LetterLedger, 'takeTry' | 'endLetter' | 'keepLetter' | 'linkSentAt' | 'senderNews'>
  readonly links: Pick<LinkLedger, 'linkById'>
  readonly cases: Pick<CaseLedger, 'findCase'>
  readonly vault: CaseVault
  /** Null where no mail is sent. */
  readonly post: Post | null
  readonly audit: AuditLedger
  readonly clock: Clock
  readonly desk: { readonly institution: string; readonly contact: string }
}

type Matter = {
  readonly matter: LetterMatters
  readonly attachments: readonly LetterAttachment[]
}

const just = (matter: LetterMatters): Matter => ({ matter, attachments: [] })

/** True while what a letter says of its link is so. */
const linkStands = async ({ links, clock }: SendLetterNeeds, { link }: LetterTurn): Promise<boolean> => {
  const row = link === null ? null : await links.linkById(link)
  return row !== null && row.state === 'open' && row.expiresAt > clock.now()
}

const receiptMatter = async (
  { letters }: SendLetterNeeds,
  { sender }: LetterTurn,
): Promise<Matter | null> => {
  const { receipt } = await letters.senderNews(sender)
  if (receipt === null) return null
  const files = readReceipt(receipt.statement)
  return {
    matter: {
      kind: 'receipt',
      at: receipt.at,
      files: files.length,
      number: await receiptNumber(receipt.statement),
    },
    attachments: [
      { name: 'receipt.jws', type: 'application/jose', content: receipt.statement },
      { name: 'files.txt', type: 'text/plain', content: listReceipt(files) },
    ],
  }
}

/** What the letter says now; null when there is nothing to say any more. */
const matterOf = async (
  needs: SendLetterNeeds,
  turn: LetterTurn,
  { url, until, check, at }: SealedFacts,
): Promise<Matter | null> => {
  const { kind, link } = turn
  switch (kind) {
    case 'link':
    case 'renewed-link': {
      if (url === null || until === null || check === null) throw new Fault('store.damaged')
      return (await linkStands(needs, turn)) ? just({ kind, url, until, check }) : null
    }
    case 'reminder': {
      const sentAt = link === null ? null : await needs.letters.linkSentAt(link)
      const { arrived, finishedAt } = await needs.letters.senderNews(turn.sender)
      if (until === null || sentAt === null || arrived > 0 || finishedAt !== null) return null
      return (await linkStands(needs, turn)) ? just({ kind, at: sentAt, until }) : null
    }
    case 'receipt':
      return receiptMatter(needs, turn)
    case 'opened':
    case 'link-asked':
      if (at === null) throw new Fault('store.damaged')
      return just({ kind, at })
  }
}

const audited: Partial<Record<LetterEnd, AuditAction>> = {
  sent: 'letter.sent',
  refused: 'letter.refused',
  failed: 'letter.failed',
}

/** Ends a letter; in the audit of its case when it left, or when it should have and did not. */
const end = async (
  { letters, audit, clock }: SendLetterNeeds,
  { id, case: of, kind }: LetterTurn,
  to: Exclude<LetterEnd, 'kept'>,
): Promise<LetterEnd | null> => {
  const at = clock.now()
  if (!(await letters.endLetter(id, to, at))) return null
  const action = audited[to]
  if (action !== undefined)
    await audit.append({ action, actor: { kind: 'worker' }, case: of, object: id, facts: { kind } }, at)
  return to
}

const deliver = async (needs: SendLetterNeeds, turn: LetterTurn): Promise<LetterEnd | null> => {
  const { id, case: of } = turn
  const row = await needs.cases.findCase(of)
  if (row === null || row.keys === null || row.details === null) return end(needs, turn, 'withdrawn')
  const key = await needs.vault.open(of, row.keys.wrappedKey)
  const facts = readLetterFacts(key.unseal(turn.sealed, letterSeal(of, id, 'facts')))
  const found = await matterOf(needs, turn, facts)
  if (found === null) return end(needs, turn, 'withdrawn')
  const initials = initialsOf(openDetails(key, of, row.details).patient.name)
  const { subject, text } = composeLetter(
    found.matter,
    { ...needs.desk, initials, lastTwo: of.slice(-2) },
    turn.language,
  )
  if (needs.post === null) {
    const letter = { to: facts.to, subject, text, attachments: found.attachments }
    const words = key.seal(writeKeptLetter(letter), letterSeal(of, id, 'words'))
    return (await needs.letters.keepLetter(id, words, needs.clock.now())) ? 'kept' : null
  }
  const letter = { id, to: facts.to, subject, text, attachments: found.attachments }
  return end(needs, turn, await needs.post.send(letter))
}

/**
 * Sends one letter if its time has come; how it ended, or null when it was not its turn. @throws what stood in the
 * way, unless it was the last try: then it is `failed`.
 */
export const sendLetter =
  (needs: SendLetterNeeds) =>
  async (id: LetterId): Promise<LetterEnd | null> => {
    const turn = await needs.letters.takeTry(id, needs.clock.now())
    if (turn === null) return null
    // The try before was the last one, and whoever made it did not live to say so.
    if (turn.attempts > letterTries) return end(needs, turn, 'failed')
    try {
      return await deliver(needs, turn)
    } catch (error) {
      if (turn.attempts < letterTries) throw error
      return end(needs, turn, 'failed')
    }
  }
