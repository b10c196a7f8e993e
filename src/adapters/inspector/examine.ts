/**
 * Examine: one file's bytes in, findings out; what the child does between two messages. It asks for bytes by
 * range and knows nothing of where they come from.
 */
import type { VerdictCode } from '#domain/verdict.ts'
import { beginsAsZip } from '#formats/archive/sniff-archive.ts'
import { type DicomReport, inspectDicom } from '#formats/dicom/inspect-dicom.ts'
import { preamblePatches } from '#formats/dicom/preamble.ts'
import { sniffPicture } from '#formats/image/sniff-picture.ts'
import type { PdfReaders, PdfReport } from '#formats/pdf/inspect-pdf.ts'
import { sniff } from '#formats/sniff.ts'
import type { ByteSource, Findings } from '#ports/inspector.ts'
import { pictureDecoders } from './picture-decoders.ts'

/** A larger PDF is not read into memory, bytes. */
export const mostPdfBytes = 268_435_456

/** A larger picture is not read into memory, bytes. */
export const mostPictureBytes = 268_435_456
/** What readers of PDFs need of the world; `tell` hears what is known before one that may never come back. */
export type Readers = Omit<PdfReaders, 'tell'> & { readonly tell: (soFar: Findings) => void }

const noRecord: ReadonlySet<VerdictCode> = new Set([
  'DICOM_NO_CONTENT',
  'DICOM_HEADER_ONLY',
  'DICOM_DIRECTORY',
])

const sniffBytes = 1024
const pieceBytes = 1_048_576

const readWhole = async (source: ByteSource, offset: number, length: number): Promise<Buffer> => {
  const whole = Buffer.allocUnsafe(length)
  for (let at = 0; at < length; at += pieceBytes) {
    const piece = await source.read(offset + at, Math.min(pieceBytes, length - at))
    piece.copy(whole, at)
  }
  return whole
}

const toFindings = ({ codes, facts, text }: PdfReport): Findings => {
  return { kind: 'pdf', codes, instance: null, facts, ...(text === undefined ? {} : { text }) }
}

const examinePdf = async (
  source: ByteSource,
  offset: number,
  length: number,
  { readMap, readPdfium, tell }: Readers,
): Promise<Findings> => {
  if (length > mostPdfBytes) return { kind: 'pdf', codes: ['PDF_LIMIT'], instance: null, facts: {} }
  // Loaded on the first PDF: a child that only sees images starts in half the time.
  const { inspectPdf } = await import('#formats/pdf/inspect-pdf.ts')
  const bytes = await readWhole(source, offset, length)
  return toFindings(
    await inspectPdf(bytes, { readMap, readPdfium, tell: (soFar) => tell(toFindings(soFar)) }),
  )
}

const examinePicture = async (source: ByteSource, head: Buffer): Promise<Findings> => {
  const format = sniffPicture(head)
  if (format === null || source.size > mostPictureBytes)
    return { kind: 'picture', codes: ['PICTURE_LIMIT'], instance: null, facts: {} }
  const { inspectPicture } = await import('#formats/image/inspect-picture.ts')
  const bytes = await readWhole(source, 0, source.size)
  return { kind: 'picture', instance: null, ...(await inspectPicture(bytes, format, pictureDecoders)) }
}
/** A PDF inside an image file: its verdicts and its words are the file's. Whose it is, the file says itself. */
const withInner = (outer: Findings, inner: Findings): Findings => ({
  ...outer,
  codes: [...new Set([...outer.codes, 'ENCAPSULATED_PDF' as const, ...inner.codes])],
  ...(inner.text === undefined ? {} : { text: inner.text }),
})

const examineEncapsulated = async (
  source: ByteSource,
  span: NonNullable<DicomReport['pdf']>,
  outer: Findings,
  readers: Readers,
): Promise<Findings> => {
  const head = await source.read(span.offset, Math.min(span.length, sniffBytes))
  if (sniff(head) !== 'pdf')
    return { ...outer, codes: [...new Set([...outer.codes, 'DICOM_PDF_PAYLOAD_FALSE' as const])] }
  const tell = (soFar: Findings): void => readers.tell(withInner(outer, soFar))
  return withInner(outer, await examinePdf(source, span.offset, span.length, { ...readers, tell }))
}

/** What is neither DICOM nor PDF: an archive that opens, or the reason why the file is refused. */
const examineOther = async (source: ByteSource, head: Buffer): Promise<Findings> => {
  // Loaded when first needed: most children only ever see images and reports.
  const { lookIntoArchive } = await import('#formats/archive/look.ts')
  const archive = await lookIntoArchive(source, head)
  if (archive !== null) return { ...archive, instance: null, facts: {} }
  const { sniffOther } = await import('#formats/sniff-other.ts')
  return { kind: 'other', codes: [await sniffOther(source, head)], instance: null, facts: {} }
}

/** Says what a file is. `head` is its first piece: at least 1 KiB, or the whole of it. Only a read rejects. */
export const examine = async (source: ByteSource, head: Buffer, readers: Readers): Promise<Findings> => {
  if (source.size === 0) return { kind: 'other', codes: ['EMPTY_FILE'], instance: null, facts: {} }
  const sniffed = sniff(head)
  if (sniffed === 'other') return examineOther(source, head)
  if (sniffed === 'pdf' && beginsAsZip(head)) {
    // A report that lies unpacked at the beginning of a ZIP is no PDF with something before it.
    const zip = await examineOther(source, head)
    if (!zip.codes.includes('ARCHIVE_UNREADABLE')) return zip
  }
  if (sniffed === 'pdf') return examinePdf(source, 0, source.size, readers)
  if (sniffed === 'picture') return examinePicture(source, head)
  const report = await inspectDicom(source, head, sniffed === 'dicom-bare')
  const kind = report.codes.some((code) => noRecord.has(code)) ? 'other' : 'dicom'
  const found: Findings = {
    kind,
    codes: [...new Set(report.codes)],
    instance: report.instance,
    facts: report.facts,
    // The preamble only: a PDF inside is a value of the image's header, and stays as it is.
    patches: kind === 'dicom' ? preamblePatches(report.codes) : [],
    ...(report.listed === undefined ? {} : { listed: report.listed }),
  }
  return report.pdf === null ? found : examineEncapsulated(source, report.pdf, found, readers)
}
