/**
 * Inspect PDF: opens a whole PDF, counts its pages and looks for what is active in it. No content stream is
 * inflated and nothing is drawn. Never throws for what a file holds; a hostile one may still take long, so the
 * caller bounds the time.
 */
import { PDFDocument } from '@cantoo/pdf-lib'
import type { SealedFacts } from '#domain/study.ts'
import type { VerdictCode } from '#domain/verdict.ts'
import { showText } from '#formats/dicom/shown-text.ts'
import { findActiveContent } from './active-content.ts'
import { holdsPages, mendTrailer } from './mend-trailer.ts'
import { countPages } from './page-count.ts'

export type PdfReport = { readonly codes: readonly VerdictCode[]; readonly facts: SealedFacts }

const magicReach = 1024
const needsPassword = /password|encrypt/i

const readTitle = (document: PDFDocument): string => {
  try {
    return showText(document.getTitle() ?? '')
  } catch {
    return ''
  }
}

const load = (bytes: Buffer): Promise<PDFDocument> =>
  PDFDocument.load(bytes, {
    password: '',
    updateMetadata: false,
    parseSpeed: Number.POSITIVE_INFINITY,
    preserveXFA: true,
  })

// The bytes of a refused file are gone; another reader may well show a page where ours gives up.
const judgeUnopened = (bytes: Buffer): VerdictCode => (holdsPages(bytes) ? 'PDF_DAMAGED' : 'PDF_UNREADABLE')

const openMended = async (bytes: Buffer): Promise<PDFDocument | null> => {
  const mended = mendTrailer(bytes)
  if (mended === null) return null
  return load(mended).catch(() => null)
}

const open = async (bytes: Buffer, codes: Set<VerdictCode>): Promise<PDFDocument | VerdictCode> => {
  try {
    return await load(bytes)
  } catch (error) {
    const locked = (error instanceof Error && needsPassword.test(error.message)) || bytes.includes('/Encrypt')
    if (locked) return 'PDF_PASSWORD'
    const mended = await openMended(bytes)
    if (mended === null) return judgeUnopened(bytes)
    codes.add('PDF_IRREGULAR')
    return mended
  }
}

/** Looks into the bytes of a PDF that `sniff` recognised. */
export const inspectPdf = async (bytes: Buffer): Promise<PdfReport> => {
  const codes = new Set<VerdictCode>()
  const document = await open(bytes, codes)
  if (typeof document === 'string') return { codes: [document], facts: {} }
  if (bytes.subarray(0, magicReach).indexOf('%PDF-') > 0) codes.add('PDF_LEADING_DATA')
  try {
    if (document.isEncrypted || document.context.isDecrypted) codes.add('PDF_OWNER_RESTRICTED')
    findActiveContent(document.context, codes)
    const pages = countPages(document)
    if (pages === 0) codes.add('PDF_NO_PAGES')
    const title = readTitle(document)
    return { codes: [...codes], facts: title === '' ? { pages } : { pages, title } }
  } catch {
    return { codes: [judgeUnopened(bytes)], facts: {} }
  }
}
