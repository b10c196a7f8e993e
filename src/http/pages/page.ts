/** The frame of pages without a script: one file, nothing from elsewhere, readable from 320 px on. */
import { createHash } from 'node:crypto'
import type { Response } from 'express'
import { escapeHtml } from '#domain/escape-html.ts'
import type { Language } from '#domain/language.ts'
import { setPageHeaders } from '#http/headers.ts'

const style = `
:root{color-scheme:light dark;--ink:#16202a;--paper:#fbfaf7;--quiet:#46525e;--line:#c9cfd4;--box:#f0eee8;--mark:#0b5c6b}
@media(prefers-color-scheme:dark){:root{--ink:#eceae4;--paper:#14191d;--quiet:#b5bec6;--line:#3b464f;--box:#1f272d;--mark:#7fd0dd}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.5 system-ui,"Noto Sans","Noto Sans Devanagari","Nirmala UI",sans-serif}
:lang(hi),:lang(mr){line-height:1.65}
main{max-width:44rem;margin:0 auto;padding:clamp(1.25rem,5vw,4rem) clamp(1rem,4vw,2rem)}
h1{font-size:clamp(1.6rem,5vw,2.2rem);line-height:1.2;margin:0 0 .5rem;letter-spacing:-.01em}
h2{font-size:1.1rem;margin:2rem 0 .5rem}
p{margin:.5rem 0}
.lead{font-size:1.15rem;color:var(--quiet);margin-bottom:1.5rem}
section[lang]{border-top:1px solid var(--line);padding:1rem 0 .5rem}
section[lang] h2{margin:0 0 .25rem;color:var(--mark)}
a{color:var(--mark);display:inline-block;padding:.5rem 0}
a:focus-visible,pre:focus-visible{outline:3px solid #ffd34d;outline-offset:2px;box-shadow:0 0 0 2px #000}
pre{background:var(--box);border:1px solid var(--line);border-radius:6px;padding:.9rem 1rem;overflow-x:auto;font:15px/1.5 ui-monospace,"DejaVu Sans Mono",monospace}
ol{padding-left:1.3rem}
pre.whole{white-space:pre-wrap;overflow-wrap:anywhere;max-height:16rem;overflow-y:auto;font-size:13px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:start;vertical-align:top;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line)}
td:first-child{overflow-wrap:anywhere}
td:last-child,th:last-child{text-align:end;white-space:nowrap;padding-inline-end:0}
aside{border:2px solid var(--mark);border-radius:6px;padding:.25rem .9rem;margin-bottom:1.5rem}
`

const digest = createHash('sha256').update(style).digest('base64')

/** Said on every page of a gateway that scans nothing, in every language. */
export const notScanned = `<aside>
<p lang="en">This gateway does not scan files for malware. It is set up for trying out, not for patients’ records.</p>
<p lang="hi">यह सेवा फ़ाइलों में मैलवेयर (वायरस) की जाँच नहीं करती। यह आज़माने के लिए है, मरीज़ों के रिकॉर्ड के लिए नहीं।</p>
<p lang="mr">ही सेवा फाइल्समध्ये मालवेअर (व्हायरस) आहे का हे तपासत नाही. ही चाचणीसाठी आहे, रुग्णांच्या रेकॉर्डसाठी नाही.</p>
</aside>
`

/** A whole page. `title` is text; `body` is markup of ours. Unless files are scanned (`scans`), it says so. */
export const pageOf = (title: string, body: string, scans: boolean, language: Language = 'en'): Buffer =>
  Buffer.from(`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${scans ? '' : notScanned}${body}
</main>
</body>
</html>
`)

/** Sends bytes of HTML, with whatever headers were set before. */
export const sendBytes = (res: Response, page: Buffer): void => {
  res.setHeader('Content-Type', 'text/html; charset=utf-8')
  res.setHeader('Content-Length', page.length)
  res.end(page)
}

/** Says what the one style sheet of `pageOf` is. */
export const setFrameHeaders = (res: Response): void => setPageHeaders(res, digest)

/** Sends a page. */
export const sendHtml = (res: Response, page: Buffer): void => {
  setFrameHeaders(res)
  sendBytes(res, page)
}
