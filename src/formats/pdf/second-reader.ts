/**
 * Second reader: pdf.js opens the document as the viewers of most readers do, and gives the words of its pages. It
 * runs in the thread it is called in, draws nothing, runs no script, and fetches nothing but tables of Asian
 * character codes from the loader it is given. Bounded in pages, bytes of text and time, as far as one thread can be.
 */
import type { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { createWords } from './words.ts'

/** A table of character codes by the name pdf.js knows it by; throws when there is none. */
export type ReadCharacterMap = (name: string) => Uint8Array

export type SecondReading =
  /** `pages`: as it counts them. `text` is what the bounds left of the words. */
  | { readonly page: true; readonly pages: number; readonly text: string }
  | { readonly page: false; readonly locked: boolean }

type Reader = typeof getDocument
type Loaded = Awaited<ReturnType<Reader>['promise']>
type Piece = { readonly str?: string; readonly hasEOL?: boolean }

export const mostTextPages = 200
export const mostTextMs = 3_000
const mapShape = /^[A-Za-z0-9-]{1,64}\.bcmap$/

let loading: Promise<Reader> | null = null

// Without a canvas pdf.js cannot draw, and says so; it must not look for one either.
const load = async (): Promise<Reader> => {
  for (const name of ['DOMMatrix', 'Path2D'])
    if (!(name in globalThis))
      Object.defineProperty(globalThis, name, { value: class {}, configurable: true })
  return (await import('pdfjs-dist/legacy/build/pdf.mjs')).getDocument
}

const spentMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

const openWith = (getDocument: Reader, bytes: Buffer, readMap: ReadCharacterMap) => {
  const BinaryDataFactory = class {
    fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
      return kind === 'cMapUrl' && mapShape.test(filename)
        ? Promise.resolve().then(() => readMap(filename))
        : Promise.reject(new Error('not given'))
    }
  }
  return getDocument({
    // A copy: pdf.js takes the memory it is given away from everybody else.
    data: new Uint8Array(bytes),
    verbosity: 0,
    isEvalSupported: false,
    useSystemFonts: false,
    disableFontFace: true,
    useWorkerFetch: false,
    useWasm: false,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    // Words do not lie in pictures: none is decoded.
    maxImageSize: 1,
    enableXfa: false,
    cMapUrl: 'maps/',
    cMapPacked: true,
    BinaryDataFactory,
    // Not among the typed options of this version, and read all the same.
  } as Parameters<Reader>[0])
}

const readPage = async (
  document: Loaded,
  number: number,
  words: ReturnType<typeof createWords>,
  isOver: () => boolean,
): Promise<void> => {
  const page = await document.getPage(number)
  const reader = page.streamTextContent({ includeMarkedContent: false }).getReader()
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) break
      for (const { str, hasEOL } of (value as { items: readonly Piece[] }).items)
        words.add(str ?? '', hasEOL ?? false)
      if (words.isFull() || isOver()) {
        await reader.cancel(new Error('enough')).catch(() => {})
        break
      }
    }
  } finally {
    page.cleanup()
  }
  words.add('', true)
}

const isLocked = (error: unknown): boolean => error instanceof Error && error.name === 'PasswordException'

/** Reads a document. Never throws for what it holds; may hang or grow, so the caller bounds the process. */
export const readAgain = async (bytes: Buffer, readMap: ReadCharacterMap): Promise<SecondReading> => {
  loading ??= load()
  const getDocument = await loading
  const start = spentMs()
  const isOver = (): boolean => spentMs() - start > mostTextMs
  const words = createWords()
  const task = openWith(getDocument, bytes, readMap)
  try {
    const document = await task.promise
    await readPage(document, 1, words, isOver)
    const last = Math.min(document.numPages, mostTextPages)
    for (let number = 2; number <= last && !isOver() && !words.isFull(); number += 1)
      await readPage(document, number, words, isOver).catch(() => {})
    return { page: true, pages: document.numPages, text: words.text() }
  } catch (error) {
    return { page: false, locked: isLocked(error) }
  } finally {
    await task.destroy().catch(() => {})
  }
}
