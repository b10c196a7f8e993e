/**
 * Where an upload link leads in a browser: a page that says something before its script has come, and without it. The
 * secret stands after the `#` and never reaches us with this request, so looking changes nothing, whoever looks: a
 * person, a mail scanner, a chat preview.
 */
import { escapeHtml } from '#domain/escape-html.ts'
import { languages } from '#domain/language.ts'
import { setBuiltHeaders } from '#http/headers.ts'
import type { CommonNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'
import type { PageParts } from '#ports/pages.ts'
import { formWords } from './form-words.ts'
import { notScanned, sendBytes } from './page.ts'
import { plainForm } from './plain-form.ts'
import { linksOf, meta, shellDigest, shellStyle } from './shell.ts'

const notBuilt = `<p>For whoever runs this gateway: the pages were not built. Run <code>./scripts/build</code> where its sources are, and start it again.</p>`

const shell = (parts: PageParts | null, institution: string, scans: boolean): Buffer =>
  Buffer.from(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="no-referrer">
${meta('institution', institution)}
${meta('scans', scans ? 'yes' : 'no')}
<title>Send records – ${escapeHtml(institution)}</title>
<style>${shellStyle}</style>
${parts === null ? '' : linksOf(parts)}
</head>
<body>
<main>
<div class="shell">
<h1>Send records</h1>
<p>${escapeHtml(institution)}</p>
${scans ? '' : notScanned}${languages
  .map((language) => {
    const words = formWords[language]
    const why = parts === null ? `<p>${words.notBuilt}</p>` : `<noscript><p>${words.without}</p></noscript>`
    return `<section lang="${language}">
<h2>${words.name}</h2>
<p>${words.here}</p>
${why}
<details><summary>${words.plain}</summary>
${plainForm(language, institution)}
</details>
</section>`
  })
  .join('\n')}
${parts === null ? notBuilt : ''}
</div>
</main>
</body>
</html>
`)

/** `GET /send`. */
export const sendPage = ({ institution, pages, scans = false }: CommonNeeds): Handler<'sendPage'> => {
  const page = shell(pages.partsOf('send'), institution, scans)
  return ({ res }) => {
    setBuiltHeaders(res, { styleDigest: shellDigest })
    // Nothing here is anybody's, and a form somebody filled must still be there when they come back to it.
    res.setHeader('Cache-Control', 'private, no-cache')
    sendBytes(res, page)
    return null
  }
}
