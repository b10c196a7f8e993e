/**
 * A PDF of the case, opened without anything that could run: no scripts, no forms of XFA, no layer of annotations. What
 * annotations look like (a stamp, a filled field) is drawn with the page. A large file comes piece by piece.
 */
import {
  getDocument,
  OPS,
  PDFDataRangeTransport,
  type PDFDocumentProxy,
  type PDFPageProxy,
  PDFWorker,
} from 'pdfjs-dist'
// oxlint-disable-next-line import/default -- Vite makes the worker of this name; there is no such file.
import PdfWorker from 'pdfjs-dist/build/pdf.worker.min.mjs?worker'
import type { Reading } from '#web/read/reading.ts'
import { PdfParts } from './pdf-parts.ts'

/** Up to here it is fetched whole. Every piece is a read in the audit. */
const wholeBytes = 16 * 1_048_576
const pieceBytes = 2 * 1_048_576

/** A picture beyond this is not decoded: no screen shows it, and a hostile one would take all memory. Pixels. */
const mostPixels = 120_000_000

let worker: PDFWorker | null = null

/**
 * One worker for every document, given to each by name: the one that pdf.js finds by itself ends with its document, and
 * another that is chosen before it has ended is said to be none that opens.
 */
const startWorker = (): PDFWorker => {
  worker ??= PDFWorker.create({ port: new PdfWorker() })
  return worker
}

export type OpenPdf = { readonly document: PDFDocumentProxy; close(): void }

/** Rejects when it is no PDF, is locked by a password, or cannot be had. */
export const openPdf = async (reading: Reading, path: string, size: number): Promise<OpenPdf> => {
  let broke: (failure: Error) => void = () => {}
  const broken = new Promise<never>((_, fail) => {
    broke = fail
  })
  const fetchBytes = async (headers: Record<string, string> = {}): Promise<Uint8Array> => {
    const reply = await reading.get(path, headers)
    if (!reply.ok) throw new Error(`the document answered ${reply.status}`)
    return new Uint8Array(await reply.arrayBuffer())
  }
  const inPieces = (): PDFDataRangeTransport => {
    const transport = new PDFDataRangeTransport(size, null)
    transport.requestDataRange = (begin: number, end: number) => {
      fetchBytes({ Range: `bytes=${begin}-${end - 1}` }).then(
        (bytes) => transport.onDataRange(begin, bytes),
        (failure: unknown) => broke(failure instanceof Error ? failure : new Error('the line broke')),
      )
    }
    return transport
  }
  const source = size <= wholeBytes ? { data: await fetchBytes() } : { range: inPieces() }
  const task = getDocument({
    ...source,
    worker: startWorker(),
    rangeChunkSize: pieceBytes,
    disableAutoFetch: true,
    disableStream: true,
    enableXfa: false,
    useWorkerFetch: false,
    useSystemFonts: false,
    maxImageSize: mostPixels,
    // The names alone count: `PdfParts` knows where each part lies.
    wasmUrl: '/assets/',
    cMapUrl: '/assets/',
    standardFontDataUrl: '/assets/',
    BinaryDataFactory: PdfParts,
  } as Parameters<typeof getDocument>[0])
  const document = await Promise.race([task.promise, broken])
  return { document, close: () => void task.destroy() }
}

/** True when a picture of a drawn page could not be decoded: pdf.js draws nothing in its place and says nothing. */
export const hasLostPicture = async (page: PDFPageProxy): Promise<boolean> => {
  const { fnArray, argsArray } = await page.getOperatorList()
  return fnArray.some((operator, index) => {
    if (operator !== OPS.paintImageXObject && operator !== OPS.paintImageMaskXObject) return false
    const [name] = (argsArray[index] ?? []) as readonly unknown[]
    if (typeof name !== 'string') return false
    const store = name.startsWith('g_') ? page.commonObjs : page.objs
    return store.has(name) && store.get(name) === null
  })
}
