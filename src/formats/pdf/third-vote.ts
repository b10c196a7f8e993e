/**
 * Third vote: PDFium draws the first page, very small, where the first two readers differ about a document. It is
 * started from the program bytes it is given and fetches nothing.
 */
import type { PDFiumLibrary } from '@hyzyla/pdfium'

/** The bytes of PDFium itself (WebAssembly). */
export type ReadPdfium = () => Uint8Array

const longestSide = 64
const shortestSide = 4

let loading: Promise<PDFiumLibrary> | null = null

const load = async (readPdfium: ReadPdfium): Promise<PDFiumLibrary> => {
  const pdfium = await import('@hyzyla/pdfium')
  const wasmBinary = new Uint8Array(readPdfium()).buffer
  return pdfium.PDFiumLibrary.init({ wasmBinary })
}

const scaled = (side: number, longest: number): number =>
  Math.max(shortestSide, Math.round((longestSide * side) / longest) || shortestSide)

/** True when it draws the first page without a password. May hang or grow, so the caller bounds the process. */
export const drawsFirstPage = async (bytes: Buffer, readPdfium: ReadPdfium): Promise<boolean> => {
  try {
    loading ??= load(readPdfium)
    const library = await loading
    const document = await library.loadDocument(new Uint8Array(bytes))
    try {
      if (document.getPageCount() === 0) return false
      const page = document.getPage(0)
      const { originalWidth, originalHeight } = page.getOriginalSize()
      const longest = Math.max(originalWidth, originalHeight)
      const size = { width: scaled(originalWidth, longest), height: scaled(originalHeight, longest) }
      return (await page.render({ ...size, render: 'bitmap' })).data.length > 0
    } finally {
      document.destroy()
    }
  } catch (error) {
    // A library that stopped in the middle of its memory is not asked again.
    if (error instanceof Error && error.name === 'RuntimeError') loading = null
    return false
  }
}
