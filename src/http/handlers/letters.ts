/** What the desk asks about letters, and the sheet that leaves as a file. */
import { isRefusal } from '#domain/fault.ts'
import { attachment } from '#http/deliveries/attachment.ts'
import { setFileHeaders } from '#http/headers.ts'
import type { PortalNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'
import type { LetterRow } from '#ports/letter-ledger.ts'

const isoOrNull = (at: Date | null): string | null => at?.toISOString() ?? null

const headOf = ({ id, kind, state, language, sender, link, attempts, hasWords, ...times }: LetterRow) => ({
  letter: id,
  kind,
  state,
  language,
  sender,
  link,
  attempts,
  createdAt: times.createdAt.toISOString(),
  endedAt: isoOrNull(times.endedAt),
  readAt: isoOrNull(times.readAt),
  hasWords,
})

export const listLetters =
  (needs: PortalNeeds): Handler<'listLetters'> =>
  async ({ params }) => {
    const letters = await needs.listLetters(params.case)
    return isRefusal(letters) ? letters : { letters: letters.map(headOf) }
  }

export const readLetter =
  (needs: PortalNeeds): Handler<'readLetter'> =>
  async ({ params, bearer }) => {
    const letter = await needs.readLetter(params.letter, bearer)
    if (isRefusal(letter)) return letter
    const { to, subject, text, attachments } = letter
    return { ...headOf(letter), to, subject, text, attachments: attachments.map((one) => ({ ...one })) }
  }

export const dropLetter =
  (needs: PortalNeeds): Handler<'dropLetter'> =>
  ({ params, bearer }) =>
    needs.dropLetter(params.letter, bearer)

export const printLink =
  (needs: PortalNeeds): Handler<'printLink'> =>
  async ({ params, body: { url, code, withCode, languages }, bearer, res }) => {
    const wish = { url, code: code ?? null, withCode, languages }
    const sheet = await needs.printLink(params.link, wish, bearer)
    if (isRefusal(sheet)) return sheet
    setFileHeaders(res)
    res.setHeader('Content-Type', 'application/pdf')
    res.setHeader('Content-Disposition', attachment('link.pdf', 'link.pdf'))
    res.setHeader('Content-Length', sheet.length)
    res.end(sheet)
    return null
  }
