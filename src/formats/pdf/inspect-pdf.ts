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

const open = async (bytes: Buffer): Promise<PDFDocument | VerdictCode> => {
  try {
    return await PDFDocument.load(bytes, {
      password: '',
      updateMetadata: false,
      parseSpeed: Number.POSITIVE_INFINITY,
      preserveXFA: true,
    })
  } catch (error) {
    const locked = (error instanceof Error && needsPassword.test(error.message)) || bytes.includes('/Encrypt')
    return locked ? 'PDF_PASSWORD' : 'PDF_UNREADABLE'
  }
}

/** Looks into the bytes of a PDF that `sniff` recognised. */
export const inspectPdf = async (bytes: Buffer): Promise<PdfReport> => {
  const document = await open(bytes)
  if (typeof document === 'string') return { codes: [document], facts: {} }
  const codes = new Set<VerdictCode>()
  if (bytes.subarray(0, magicReach).indexOf('%PDF-') > 0) codes.add('PDF_LEADING_DATA')
  try {
    if (document.isEncrypted || document.context.isDecrypted) codes.add('PDF_OWNER_RESTRICTED')
    findActiveContent(document.context, codes)
    const pages = countPages(document)
    if (pages === 0) codes.add('PDF_NO_PAGES')
    const title = readTitle(document)
    return { codes: [...codes], facts: title === '' ? { pages } : { pages, title } }
  } catch {
    return { codes: ['PDF_UNREADABLE'], facts: {} }
  }
}
