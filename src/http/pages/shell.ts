/** What the server sends of a page that was put together: readable at once, and gone when the script draws. */
import { createHash } from 'node:crypto'
import type { Response } from 'express'
import { escapeHtml } from '#domain/escape-html.ts'
import { type Language, languageNames, languages } from '#domain/language.ts'
import { setBuiltHeaders } from '#http/headers.ts'
import type { PageParts } from '#ports/pages.ts'
import { notScanned, sendBytes } from './page.ts'

/** Everything below `.shell`, which goes when the script draws: no rule of this may reach what comes after. */
const shellStyle = `
html:has(.shell){color-scheme:light dark;background:light-dark(#fbfaf7,#14191d)}
.shell{--ink:#16202a;--quiet:#46525e;--line:#767f87;--mark:#0b5c6b;--paper:#fff;max-width:44rem;margin:0 auto;padding:clamp(1rem,4vw,3rem) clamp(.5rem,3vw,2rem);color:var(--ink);font:17px/1.5 system-ui,"Noto Sans","Noto Sans Devanagari","Nirmala UI",sans-serif}
@media(prefers-color-scheme:dark){.shell{--ink:#eceae4;--quiet:#b5bec6;--line:#8a949c;--mark:#7fd0dd;--paper:#1f272d}}
.shell *{box-sizing:border-box}
.shell :lang(hi),.shell :lang(mr){line-height:1.65}
.shell h1{font-size:clamp(1.6rem,5vw,2.2rem);line-height:1.2;margin:0 0 .5rem}
.shell h2{font-size:1.1rem;margin:0 0 .25rem;color:var(--mark)}
.shell p{margin:.5rem 0}
.shell aside,.shell section,.shell fieldset{border:0 solid var(--line);border-top-width:1px;padding:1rem 0;margin:1rem 0 0;min-width:0}
.shell aside{border:2px solid var(--mark);padding:.25rem .9rem}
.shell summary{padding:.75rem 0;min-height:48px;cursor:pointer;color:var(--mark);text-decoration:underline}
.shell label,.shell legend{display:block;font-weight:600;margin-top:1.25rem;padding:0}
.shell fieldset legend{float:inline-start;width:100%;margin-top:0}
.shell fieldset legend+*{clear:both}
.shell .choice{display:flex;gap:.75rem;align-items:center;min-height:48px;margin:.25rem 0;font-weight:400;clear:both}
.shell .choice input{flex:none;width:1.6rem;height:1.6rem;margin:0}
.shell .hint{color:var(--quiet);margin:0 0 .25rem}
.shell input:not([type=radio],[type=checkbox]){display:block;width:100%;min-height:48px;padding:.5rem .6rem;font:inherit;color:inherit;background:var(--paper);border:2px solid var(--line);border-radius:4px}
.shell button{display:block;margin-top:1.5rem;min-height:48px;padding:.6rem 1.4rem;font:inherit;font-weight:600;color:#fff;background:#0b5c6b;border:0;border-radius:4px}
.shell :focus-visible{outline:3px solid #ffd34d;outline-offset:2px;box-shadow:0 0 0 2px #000}
`

/** Of `shellStyle`, for the policy. */
const shellDigest = createHash('sha256').update(shellStyle).digest('base64')

/** What the page loads at once; workers come when they are needed. */
const linksOf = ({ script, styles, modules, icon, licences }: PageParts): string =>
  [
    ...(icon === null ? [] : [`<link rel="icon" href="/assets/${icon}">`]),
    ...(licences === null ? [] : [`<link rel="license" href="/assets/${licences}">`]),
    ...modules.map((name) => `<link rel="modulepreload" href="/assets/${name}">`),
    ...styles.map((name) => `<link rel="stylesheet" href="/assets/${name}">`),
    `<script type="module" src="/assets/${script}"></script>`,
  ].join('\n')

/** A fact for the script of the page. */
const meta = (name: string, content: string): string =>
  `<meta name="second-read:${name}" content="${escapeHtml(content)}">`

export type Shell = {
  /** What was built; null when nothing was. */
  readonly parts: PageParts | null
  readonly title: string
  readonly institution: string
  readonly scans: boolean
  /** Further facts for the script, by name. */
  readonly facts?: Readonly<Record<string, string>>
  /** Markup of ours, in this language, below its own name. */
  readonly section: (language: Language) => string
  /** Markup of ours behind every language's. */
  readonly end?: string
}

/** A whole page: what it is, in every language, until its script draws, and without one. */
export const shellOf = ({ parts, title, institution, scans, facts = {}, section, end = '' }: Shell): Buffer =>
  Buffer.from(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="no-referrer">
${Object.entries({ institution, ...facts, scans: scans ? 'yes' : 'no' })
  .map(([name, content]) => meta(name, content))
  .join('\n')}
<title>${title} – ${escapeHtml(institution)}</title>
<style>${shellStyle}</style>
${parts === null ? '' : linksOf(parts)}
</head>
<body>
<main>
<div class="shell">
<h1>${title}</h1>
<p>${escapeHtml(institution)}</p>
${scans ? '' : notScanned}${languages
  .map(
    (language) =>
      `<section lang="${language}">\n<h2>${languageNames[language]}</h2>\n${section(language)}\n</section>`,
  )
  .join('\n')}
${end}</div>
</main>
</body>
</html>
`)

/** Sends it. `decodes`: its script compiles WebAssembly. */
export const sendShell = (res: Response, page: Buffer, decodes = false): void => {
  setBuiltHeaders(res, { styleDigest: shellDigest, ...(decodes ? { decodes } : {}) })
  // Nothing here is anybody's, and a form somebody filled must still be there when they come back to it.
  res.setHeader('Cache-Control', 'private, no-cache')
  sendBytes(res, page)
}
