/**
 * Inspect PDF: two readers open a whole PDF, and a third is asked where they differ; what is active in it is looked
 * for object by object, and its words are taken. Never throws for what a file holds; a hostile one may take long or
 * grow, so the caller bounds the process, and is told what is known before each reader that may do so.
 */
import { PDFDocument } from '@cantoo/pdf-lib'
import { showText } from '#domain/dicom/shown-text.ts'
import type { SealedFacts } from '#domain/study.ts'
import type { VerdictCode } from '#domain/verdict.ts'
import { findActiveContent } from './active-content.ts'
import { findActiveNames } from './active-names.ts'
import { holdsPages, mendTrailer } from './mend-trailer.ts'
import { countPages } from './page-count.ts'
import { type ReadCharacterMap, readAgain, type SecondReading } from './second-reader.ts'
import { drawsFirstPage, type ReadPdfium } from './third-vote.ts'

export type PdfReport = {
  readonly codes: readonly VerdictCode[]
  readonly facts: SealedFacts
  /** The words of its pages; none where it is a scan, or nothing opens it. */
  readonly text?: string
}

/** What the readers cannot have of themselves, since formats do no I/O. */
export type PdfReaders = {
  readonly readMap: ReadCharacterMap
  readonly readPdfium: ReadPdfium
  /** Is told what is known so far, before a reader that may never come back. */
  readonly tell?: (soFar: PdfReport) => void
}

const magicReach = 1024
const needsPassword = /password|encrypt/i

/** What the first reader makes of a file. `opened`: it found pages; what else it found stands in `codes`. */
type FirstReading =
  | { readonly opened: true; readonly pages: number; readonly title: string }
  | { readonly opened: false; readonly why: 'locked' | 'encrypted' | 'empty' | 'damaged' }

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

const openMended = async (bytes: Buffer): Promise<PDFDocument | null> => {
  const mended = mendTrailer(bytes)
  return mended === null ? null : load(mended).catch(() => null)
}

const open = async (
  bytes: Buffer,
  codes: Set<VerdictCode>,
): Promise<PDFDocument | 'locked' | 'encrypted' | 'damaged'> => {
  try {
    return await load(bytes)
  } catch (error) {
    if (error instanceof Error && needsPassword.test(error.message)) return 'locked'
    if (bytes.includes('/Encrypt')) return 'encrypted'
    const mended = await openMended(bytes)
    if (mended !== null) codes.add('PDF_IRREGULAR')
    return mended ?? 'damaged'
  }
}

const readFirst = async (bytes: Buffer, codes: Set<VerdictCode>): Promise<FirstReading> => {
  const document = await open(bytes, codes)
  if (typeof document === 'string') return { opened: false, why: document }
  try {
    if (document.isEncrypted || document.context.isDecrypted) codes.add('PDF_OWNER_RESTRICTED')
    findActiveContent(document.context, codes)
    const pages = countPages(document)
    return pages === 0 ? { opened: false, why: 'empty' } : { opened: true, pages, title: readTitle(document) }
  } catch {
    return { opened: false, why: 'damaged' }
  }
}

/** Of a file that no reader shows. The bytes of a refused one are gone; one that holds pages is for a person. */
const ofUnopened = (bytes: Buffer, why: 'empty' | 'damaged'): VerdictCode => {
  if (why === 'empty') return 'PDF_NO_PAGES'
  return holdsPages(bytes) ? 'PDF_DAMAGED' : 'PDF_UNREADABLE'
}

// Of an encrypted document that our parser cannot follow, the others say whether it needs a password.
const isLocked = async (
  bytes: Buffer,
  first: FirstReading,
  second: SecondReading,
  readPdfium: ReadPdfium,
): Promise<boolean> => {
  if (second.page) return false
  if (first.opened || first.why !== 'encrypted') return second.locked
  return second.locked || !(await drawsFirstPage(bytes, readPdfium))
}

/** The table of votes: adds what follows from who opened the file. */
const weigh = async (
  bytes: Buffer,
  first: FirstReading,
  second: SecondReading,
  codes: Set<VerdictCode>,
  readPdfium: ReadPdfium,
): Promise<void> => {
  if (first.opened && second.page) return
  const third = await drawsFirstPage(bytes, readPdfium)
  if (!first.opened && !second.page) {
    const none = ofUnopened(bytes, first.why === 'empty' ? 'empty' : 'damaged')
    codes.add(third ? 'PDF_DAMAGED' : none)
    return
  }
  // What is active in a file is known only where its objects, or at least all of its bytes, could be looked into.
  const looked = first.opened || first.why === 'empty' || findActiveNames(bytes, codes)
  codes.add(third && looked ? 'PDF_IRREGULAR' : 'PDF_DAMAGED')
}

const factsOf = (first: FirstReading, second: SecondReading): SealedFacts => {
  const title = first.opened && first.title !== '' ? { title: first.title } : {}
  if (first.opened) return { pages: first.pages, ...title }
  return second.page ? { pages: second.pages } : {}
}

/** Looks into the bytes of a PDF that `sniff` recognised. */
export const inspectPdf = async (bytes: Buffer, readers: PdfReaders): Promise<PdfReport> => {
  const codes = new Set<VerdictCode>()
  const first = await readFirst(bytes, codes)
  // The password that another reader does without may lock a part: the files attached, streams of one kind.
  if (!first.opened && first.why === 'locked') return { codes: ['PDF_PASSWORD'], facts: {} }
  const encrypted = !first.opened && first.why === 'encrypted'
  if (encrypted) codes.add('PDF_OWNER_RESTRICTED')
  if (bytes.subarray(0, magicReach).indexOf('%PDF-') > 0) codes.add('PDF_LEADING_DATA')
  const none: SecondReading = { page: false, locked: false }
  readers.tell?.({ codes: [...codes], facts: factsOf(first, none) })
  const second = await readAgain(bytes, readers.readMap)
  const locked = await isLocked(bytes, first, second, readers.readPdfium)
  if (locked && encrypted) return { codes: ['PDF_PASSWORD'], facts: {} }
  if (locked) codes.add('PDF_PASSWORD')
  else await weigh(bytes, first, second, codes, readers.readPdfium)
  const text = second.page && second.text !== '' ? { text: second.text } : {}
  return { codes: [...codes], facts: factsOf(first, second), ...text }
}
