/**
 * Reader files: what readers of PDFs bring along, read from their own packages, the only files a child may open.
 * Each is read once and kept.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { PdfReaders } from '#formats/pdf/inspect-pdf.ts'

const { resolve } = createRequire(import.meta.url)
const mapFolder = join(dirname(resolve('pdfjs-dist/package.json')), 'cmaps')
const pdfiumFile = resolve('@hyzyla/pdfium/pdfium.wasm')

const kept = new Map<string, Uint8Array>()

/** A table of Asian character codes; `name` is of pdf.js's shape. @throws when there is none. */
export const readMap: PdfReaders['readMap'] = (name) => {
  const known = kept.get(name) ?? readFileSync(join(mapFolder, name))
  kept.set(name, known)
  // A copy: pdf.js takes the memory it is given.
  return new Uint8Array(known)
}

/** PDFium as WebAssembly. */
export const readPdfium: PdfReaders['readPdfium'] = () => readFileSync(pdfiumFile)
