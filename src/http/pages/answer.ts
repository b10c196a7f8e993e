/**
 * What a person sees after the form without JavaScript: what arrived with its receipt, or why not and a way on. In the
 * language of their form; until that is known, in what their browser asks for.
 */
import type { Request, Response } from 'express'
import { escapeHtml } from '#domain/escape-html.ts'
import { isRefusal, type Refusal } from '#domain/fault.ts'
import { type Language, languages, readLanguage } from '#domain/language.ts'
import type { CommonNeeds } from '#http/needs.ts'
import { tale } from '#http/tale.ts'
import type { UnplannedFile } from '#steps/receive.ts'
import { answerWords, refusalSentence } from './answer-words.ts'
import { pageOf, setFrameHeaders } from './page.ts'

/** Rows of the list of files; a disc has thousands. */
const mostRows = 200

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** Bytes in a unit that leaves few digits. */
export const sizeText = (bytes: number, language: Language): string => {
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return new Intl.NumberFormat(`${language}-IN`, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: step < 2 ? 0 : 1,
    // The digits of screens and letters, whatever the language.
    numberingSystem: 'latn',
  }).format(bytes / 1_000 ** step)
}

const again = (language: Language): string => `<p><a href="/send">${answerWords[language].again}</a></p>`

const refusalPage = (language: Language, refusal: Refusal, request: string, scans: boolean): Buffer => {
  const { notArrived, back, reference } = answerWords[language]
  const body = `<h1>${notArrived}</h1>
<p class="lead" role="alert">${escapeHtml(refusalSentence(language, refusal.refused, refusal.facts))}</p>
<p>${back}</p>
${again(language)}
<p>${reference} <code>${escapeHtml(request)}</code></p>`
  return pageOf(notArrived, body, scans, language)
}

/** From here on this request is answered with pages, refusals of every kind among them. */
export const answerInPages = ({ scans = false }: CommonNeeds, req: Request, res: Response): void => {
  const told = tale(res)
  told.language = readLanguage(req.acceptsLanguages(...languages) || '') ?? 'en'
  told.asPage = (refusal) => {
    setFrameHeaders(res)
    return refusalPage(told.language, refusal, told.request, scans)
  }
}

export type Sent = {
  readonly files: readonly UnplannedFile[]
  /** A refusal: the files are safe, and there is no receipt. */
  readonly finished: { readonly receipt: string } | Refusal
}

const receiptOf = (language: Language, finished: Sent['finished']): string => {
  const words = answerWords[language]
  if (!isRefusal(finished))
    return `<p>${words.receiptHint}</p>
<pre class="whole" tabindex="0" lang="en" aria-label="${words.receipt}" id="receipt">${escapeHtml(finished.receipt)}</pre>`
  const { missing } = finished.facts
  const why =
    finished.refused === 'send.incomplete' && typeof missing === 'number'
      ? words.unfinished(missing)
      : words.noReceipt
  return `<p role="alert">${why}</p>`
}

/** The page for files that have arrived. Their names are shown once, to whoever just sent them. */
export const sentPage = (language: Language, { files, finished }: Sent, scans: boolean): Buffer => {
  const words = answerWords[language]
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  const rows = files
    .slice(0, mostRows)
    .map(({ name, size }) => `<tr><td>${escapeHtml(name)}</td><td>${sizeText(size, language)}</td></tr>`)
  const more = files.length > mostRows ? `<p>${words.more(files.length - mostRows)}</p>` : ''
  const body = `<h1>${words.arrived}</h1>
<p class="lead">${words.counted(files.length, sizeText(bytes, language))}</p>
<table><thead><tr><th scope="col">${words.file}</th><th scope="col">${words.size}</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table>
${more}
<h2>${words.receipt}</h2>
${receiptOf(language, finished)}
<h2>${words.next}</h2>
<p>${words.checked}</p>
${again(language)}`
  return pageOf(words.arrived, body, scans, language)
}
