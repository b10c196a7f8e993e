/**
 * INDEX.HTM: everything in a bundle on one page, in English, with the words that matter most in Hindi and Marathi too
 * and links to the same page in each (below IHE_PDI). No script, nothing loaded from anywhere, links only to paths that
 * we made; every text from a record is escaped and keeps its own writing direction. HTML that is XML as well: IHE PDI
 * asks for XHTML.
 */
import { languageNames } from '#domain/language.ts'
import type { Cover } from './cover.ts'
import {
  type FileSet,
  listFiles,
  type PlacedFile,
  type PlacedPatient,
  type PlacedSeries,
  type PlacedStudy,
} from './file-set.ts'
import { type Html, html, htmlText } from './html.ts'
import { type IndexWords, indexWords } from './index-words.ts'

/** Decimal units, as file managers show them. */
const writeSize = (bytes: number, words: IndexWords): string => {
  const units = [words.bytes, 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1)
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`
}

/** DICOM DA as an ISO date; any other text as it is. */
const writeDate = (text: string): string =>
  /^\d{8}$/.test(text) ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}` : text

/** DICOM PN for people: groups apart, name parts in the order of the file. */
const writeName = (text: string): string =>
  text
    .split('=')
    .map((group) => group.split('^').filter(Boolean).join(' '))
    .filter(Boolean)
    .join(' / ')

/** The first of the texts that says something. */
const firstText = (...texts: (string | undefined)[]): string | undefined =>
  texts.find((text) => text !== undefined && text.trim() !== '')

const isChanged = ({ item }: PlacedFile): boolean => item.original !== undefined

/** What stands beside files of which some were changed on their way out. */
const noteChanged = (files: readonly PlacedFile[], words: IndexWords): string => {
  const changed = files.filter(isChanged).length
  if (changed === 0) return ''
  return `, ${files.length === 1 ? words.changedOne : words.changedSome(changed)}`
}

const writeChanged = (files: readonly PlacedFile[], words: IndexWords): Html | string => {
  const changed = files.filter(isChanged).length
  return changed === 0 ? '' : html`<p>${words.changedAll(changed)}</p>\n`
}

const writeSeries = ({ path, number, files }: PlacedSeries, words: IndexWords): Html => {
  const first = files[0]?.item
  const title = firstText(first?.facts.seriesDescription, first?.facts.bodyPart) ?? words.noSeries
  const bytes = files.reduce((sum, { item }) => sum + item.size, 0)
  const size = `${words.cFiles(files.length)}, ${writeSize(bytes, words)}`
  return html`<li><b>${first?.instance.modality ?? ''} ${number ?? ''}</b> <bdi>${title}</bdi>
<small>${size}, ${words.inFolder(path)}${noteChanged(files, words)}</small></li>
`
}

const writeStudy = ({ date, uid, series }: PlacedStudy, words: IndexWords): Html => {
  const first = series[0]?.files[0]?.item.facts
  const title = firstText(first?.studyDescription) ?? words.noStudy
  const files = series.reduce((sum, { files }) => sum + files.length, 0)
  return html`<section><h3>${date === null ? words.noDate : writeDate(date)}: <bdi>${title}</bdi></h3>
<p>${words.cSeries(series.length)}, ${words.cFiles(files)}. <small>${words.study} <code>${uid}</code></small></p>
<ul>
${series.map((some) => writeSeries(some, words))}</ul></section>
`
}

const writePatient = (
  { id, name, studies }: PlacedPatient,
  words: IndexWords,
): Html => html`<h2><bdi>${firstText(writeName(name)) ?? words.noName}</bdi></h2>
<p>${words.number}: <bdi>${firstText(id) ?? words.noNumber}</bdi></p>
${studies.map((study) => writeStudy(study, words))}`

/** The way from the page to the root of the bundle. */
const rootOf = ({ path }: IndexWords): string => (path.includes('/') ? '../' : '')

const writeDocument = (file: PlacedFile, words: IndexWords): Html => {
  const { path, item } = file
  const { name, title, pages } = item.facts
  const length = pages === undefined ? '' : `${words.cPages(pages)}, `
  return html`<li><a href="${rootOf(words)}${path}"><bdi>${firstText(title, name) ?? path}</bdi></a>
<small>${length}${writeSize(item.size, words)}, <code>${path}</code>${noteChanged([file], words)}</small></li>
`
}

const writeDocuments = (documents: readonly PlacedFile[], words: IndexWords): Html =>
  documents.length === 0
    ? html`<p>${words.none}</p>`
    : html`<ul>
${documents.map((file) => writeDocument(file, words))}</ul>`

/** The other languages; the page at the root says what matters most in them, for it is the one that is opened. */
const writeOthers = (words: IndexWords): Html => html`<p>${indexWords
  .filter(({ lang }) => lang !== words.lang)
  .map(
    ({ lang, path }) =>
      html`<a lang="${lang}" xml:lang="${lang}" href="${rootOf(words)}${path}">${languageNames[lang]}</a> `,
  )}</p>
`

const writeCaution = (words: IndexWords, root: string): Html =>
  html`<p class="caution" lang="${words.lang}" xml:lang="${words.lang}"><b>${words.caution}</b>
${words.look(html`<a href="${root}README.TXT">README.TXT</a>`)}</p>
`

const style = html`body { margin: 0 auto; max-width: 44rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #1a1a1a;
background: #fff; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; line-height: 1.25; } h2 { font-size: 1.2rem; margin: 2rem 0 0; }
h3 { font-size: 1rem; margin: 1.25rem 0 0; } p { margin: .25rem 0; }
ul { margin: .5rem 0; padding-left: 1.1rem; } li { margin: .5rem 0; } small { display: block; color: #555; }
p small { display: inline; } p a { display: inline-block; padding: .5rem .75rem .5rem 0; }
.caution { border: 2px solid #8a5a00; background: #fff8e6; padding: .5rem .75rem; }
.caution a { padding: 0; }
`

const writePage = (cover: Cover, set: FileSet, words: IndexWords): Buffer =>
  Buffer.from(
    htmlText(html`<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" lang="${words.lang}" xml:lang="${words.lang}">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="referrer" content="no-referrer" />
<title>${words.title}</title>
<style>
${style}</style>
</head>
<body>
<h1>${words.title}</h1>
${writeOthers(words)}<p>${words.from} <bdi>${cover.institution}</bdi> (<bdi>${cover.contact}</bdi>)</p>
<p><small>${words.caseWord} <code>${cover.case}</code>, ${words.revision} ${cover.revision}</small></p>
${(rootOf(words) === '' ? indexWords : [words]).map((some) => writeCaution(some, rootOf(words)))}${writeChanged(listFiles(set), words)}<h2>${words.documents}</h2>
${writeDocuments(set.documents, words)}
${
  set.patients.length === 0
    ? html`<h2>${words.images}</h2><p>${words.none}</p>`
    : set.patients.map((patient) => writePatient(patient, words))
}
</body>
</html>
`),
  )

/** INDEX.HTM of a case's bundle and the same page in other languages, UTF-8, each with its path. */
export const writeIndexPages = (
  cover: Cover,
  set: FileSet,
): readonly { readonly path: string; readonly bytes: Buffer }[] =>
  indexWords.map((words) => ({ path: words.path, bytes: writePage(cover, set, words) }))
