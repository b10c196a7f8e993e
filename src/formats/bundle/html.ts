/**
 * HTML (and XML) that cannot be broken out of: a template in which every text is escaped, and only what another such
 * template made goes in as it is.
 */
import { escapeHtml } from '#domain/escape-html.ts'

const made = Symbol('html')

/** Markup made by `html`; plain text never has this type. */
export type Html = { readonly [made]: string }

/** C0 and C1 controls but tab and newline, and two that are no characters: they have no place in a page, nor in XML. */
// oxlint-disable-next-line no-control-regex -- controls are what it looks for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g

const escape = (text: string): string => escapeHtml(text.toWellFormed().replace(controls, '\ufffd'))

const write = (value: Html | readonly Html[] | string | number): string => {
  if (typeof value === 'string' || typeof value === 'number') return escape(String(value))
  return made in value ? value[made] : value.map((part) => part[made]).join('')
}

/** Tag of a template: `` html`<p>${text}</p>` ``. Safe in element content and in quoted attributes. */
export const html = (
  parts: TemplateStringsArray,
  ...values: readonly (Html | readonly Html[] | string | number)[]
): Html => ({ [made]: String.raw({ raw: parts }, ...values.map(write)) })

/** The markup as text. */
export const htmlText = (markup: Html): string => markup[made]
