/**
 * Where an upload link leads in a browser: a page that says something before its script has come, and without it. The
 * secret stands after the `#` and never reaches us with this request, so looking changes nothing, whoever looks: a
 * person, a mail scanner, a chat preview.
 */
import type { CommonNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'
import { formWords } from './form-words.ts'
import { plainForm } from './plain-form.ts'
import { sendShell, shellOf } from './shell.ts'

const notBuilt = `<p>For whoever runs this gateway: the pages were not built. Run <code>./scripts/build</code> where its sources are, and start it again.</p>
`

/** `GET /send`. */
export const sendPage = ({ institution, pages, scans = false }: CommonNeeds): Handler<'sendPage'> => {
  const parts = pages.partsOf('send')
  const page = shellOf({
    parts,
    title: 'Send records',
    institution,
    scans,
    section: (language) => {
      const words = formWords[language]
      const why = parts === null ? `<p>${words.notBuilt}</p>` : `<noscript><p>${words.without}</p></noscript>`
      return `<p>${words.here}</p>
${why}
<details><summary>${words.plain}</summary>
${plainForm(language, institution)}
</details>`
    },
    end: parts === null ? notBuilt : '',
  })
  return ({ res }) => {
    sendShell(res, page)
    return null
  }
}
