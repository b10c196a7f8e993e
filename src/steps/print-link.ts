/**
 * Print link: the sheet that hands out a link on paper. The link comes from whoever was shown it, as its secret is kept
 * nowhere: it must be this link's and work, and a code must be its code, or a patient is sent home with a sheet that
 * leads nowhere.
 */
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { LinkId, OperatorId } from '#domain/id.ts'
import { initialsOf } from '#domain/identity/initials.ts'
import type { Language } from '#domain/language.ts'
import { composeSheet } from '#formats/letters/compose-letter.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { CaseLedger } from '#ports/case-ledger.ts'
import type { CaseVault } from '#ports/case-vault.ts'
import type { Clock } from '#ports/clock.ts'
import type { LinkLedger, LinkRow } from '#ports/link-ledger.ts'
import { openDetails } from '#ports/open-sealed.ts'
import type { PrintSheet } from '#ports/print-sheet.ts'
import type { Secrets } from '#ports/secrets.ts'
import type { LinkTokens } from '#ports/tokens.ts'

export type PrintLinkNeeds = {
  readonly links: Pick<LinkLedger, 'findLink'>
  readonly cases: Pick<CaseLedger, 'findCase'>
  readonly vault: CaseVault
  readonly tokens: Pick<LinkTokens, 'read'>
  readonly secrets: Pick<Secrets, 'hash' | 'matches'>
  readonly print: PrintSheet
  readonly audit: AuditLedger
  readonly clock: Clock
  readonly desk: { readonly institution: string; readonly contact: string }
  /** Where every link of ours begins. */
  readonly publicUrl: string
}

export type SheetWish = {
  readonly url: string
  readonly code: string | null
  /** Whether the code stands on the same sheet. */
  readonly withCode: boolean
  /** In this order; each once. */
  readonly languages: readonly Language[]
}

/** The row of the link that this URL is of; refuses `link.invalid` for any other. */
const linkOf = async (
  { links, tokens, secrets, publicUrl }: PrintLinkNeeds,
  id: LinkId,
  url: string,
): Promise<LinkRow | Refusal> => {
  const start = `${publicUrl}/send#`
  const claims = url.startsWith(start) ? await tokens.read(url.slice(start.length)) : null
  if (claims === null || claims.link !== id) return refuse('link.invalid')
  return (await links.findLink(id, secrets.hash(claims.secret))) ?? refuse('link.invalid')
}

/** The sheet as PDF. Refuses `link.invalid`, `link.expired`, `link.revoked`, `link.code-wrong`, `case.closed`. */
export const printLink =
  (needs: PrintLinkNeeds) =>
  async (id: LinkId, wish: SheetWish, by: OperatorId): Promise<Uint8Array | Refusal> => {
    const { cases, vault, secrets, print, audit, clock, desk } = needs
    const link = await linkOf(needs, id, wish.url)
    if (isRefusal(link)) return link
    if (link.state !== 'open') return refuse('link.revoked')
    if (link.expiresAt <= clock.now()) return refuse('link.expired')
    if (wish.code !== null && (link.codeHash === null || !(await secrets.matches(wish.code, link.codeHash))))
      return refuse('link.code-wrong')
    const row = await cases.findCase(link.case)
    if (row === null || row.keys === null || row.details === null) return refuse('case.closed')
    const key = await vault.open(row.id, row.keys.wrappedKey)
    const subject = {
      ...desk,
      initials: initialsOf(openDetails(key, row.id, row.details).patient.name),
      lastTwo: row.id.slice(-2),
    }
    const shown = wish.withCode ? wish.code : null
    const facts = { until: link.expiresAt, code: shown }
    const parts = [...new Set(wish.languages)].map((language) => composeSheet(facts, subject, language))
    const sheet = await print({ ...desk, url: wish.url, parts })
    await audit.append(
      {
        action: 'link.printed',
        actor: { kind: 'operator', id: by },
        case: row.id,
        object: id,
        facts: { code: shown === null ? 0 : 1 },
      },
      clock.now(),
    )
    return sheet
  }
