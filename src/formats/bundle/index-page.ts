/**
 * INDEX.HTM: everything in a bundle on one page. No script, nothing loaded from anywhere, links only to paths
 * that we made; every text from a record is escaped and keeps its own writing direction.
 */
import { type Cover, count } from './cover.ts'
import {
  type FileSet,
  listFiles,
  type PlacedFile,
  type PlacedPatient,
  type PlacedSeries,
  type PlacedStudy,
} from './file-set.ts'
import { type Html, html, htmlText } from './html.ts'

/** Decimal units, as file managers show them. */
const writeSize = (bytes: number): string => {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
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
const noteChanged = (files: readonly PlacedFile[]): string => {
  const changed = files.filter(isChanged).length
  if (changed === 0) return ''
  return files.length === 1 ? ', changed on its way out' : `, ${changed} changed on the way out`
}

const writeChanged = (files: readonly PlacedFile[]): Html | string => {
  const changed = files.filter(isChanged).length
  if (changed === 0) return ''
  return html`<p>${count(changed, 'file was', 'files were')} changed on the way out, and only there: what could act on a
computer, or tell where a picture was taken, is blanked. The sender’s digest stands in <code>MANIFEST.JSN</code> under
<code>original</code>.</p>
`
}

const writeSeries = ({ path, number, files }: PlacedSeries): Html => {
  const first = files[0]?.item
  const title = firstText(first?.facts.seriesDescription, first?.facts.bodyPart) ?? 'no description'
  const bytes = files.reduce((sum, { item }) => sum + item.size, 0)
  return html`<li><b>${first?.instance.modality ?? ''} ${number ?? ''}</b> <bdi>${title}</bdi>
<small>${count(files.length, 'file', 'files')}, ${writeSize(bytes)}, in <code>${path}</code>${noteChanged(files)}</small></li>
`
}

const writeStudy = ({ date, uid, series }: PlacedStudy): Html => {
  const first = series[0]?.files[0]?.item.facts
  const title = firstText(first?.studyDescription) ?? 'Study without description'
  const files = series.reduce((sum, { files }) => sum + files.length, 0)
  return html`<section><h3>${date === null ? 'No date' : writeDate(date)}: <bdi>${title}</bdi></h3>
<p>${count(series.length, 'series', 'series')}, ${count(files, 'file', 'files')}. <small>Study <code>${uid}</code></small></p>
<ul>
${series.map(writeSeries)}</ul></section>
`
}

const writePatient = ({
  id,
  name,
  studies,
}: PlacedPatient): Html => html`<h2><bdi>${firstText(writeName(name)) ?? 'No name'}</bdi></h2>
<p>Patient number: <bdi>${firstText(id) ?? 'none'}</bdi></p>
${studies.map(writeStudy)}`

const writeDocument = (file: PlacedFile): Html => {
  const { path, item } = file
  const { name, title, pages } = item.facts
  const length = pages === undefined ? '' : `${count(pages, 'page', 'pages')}, `
  return html`<li><a href="${path}"><bdi>${firstText(title, name) ?? path}</bdi></a>
<small>${length}${writeSize(item.size)}, <code>${path}</code>${noteChanged([file])}</small></li>
`
}

const writeDocuments = (documents: readonly PlacedFile[]): Html =>
  documents.length === 0
    ? html`<p>None.</p>`
    : html`<ul>
${documents.map(writeDocument)}</ul>`

/** INDEX.HTM of a case's bundle, UTF-8. */
export const writeIndexPage = (cover: Cover, set: FileSet): Buffer =>
  Buffer.from(
    htmlText(html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Medical records for a second opinion</title>
<style>
body { margin: 0 auto; max-width: 44rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #1a1a1a;
background: #fff; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; line-height: 1.25; } h2 { font-size: 1.2rem; margin: 2rem 0 0; }
h3 { font-size: 1rem; margin: 1.25rem 0 0; } p { margin: .25rem 0; }
ul { margin: .5rem 0; padding-left: 1.1rem; } li { margin: .5rem 0; } small { display: block; color: #555; }
p small { display: inline; } .caution { border: 2px solid #8a5a00; background: #fff8e6; padding: .5rem .75rem; }
</style>
</head>
<body>
<h1>Medical records for a second opinion</h1>
<p>From <bdi>${cover.institution}</bdi> (<bdi>${cover.contact}</bdi>)</p>
<p><small>Case <code>${cover.case}</code>, revision ${cover.revision}</small></p>
<p class="caution">Not for primary diagnosis. Confidential. No viewer program is included: open the folder
<code>DICOM</code> with a DICOM viewer. <a href="README.TXT">README.TXT</a> says how to check every file.</p>
${writeChanged(listFiles(set))}<h2>Documents</h2>
${writeDocuments(set.documents)}
${set.patients.length === 0 ? html`<h2>Images</h2><p>None.</p>` : set.patients.map(writePatient)}
</body>
</html>
`),
  )
