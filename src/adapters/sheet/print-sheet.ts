/**
 * The sheet as PDF by pdf-lib: QR code and link above, then a block for each language. Black on white, one page; no
 * fact of the case in its metadata. Lines are measured with the outlines that are drawn, so nothing runs over.
 */
import { setImmediate } from 'node:timers/promises'
import { PDFDocument, PDFName, StandardFonts } from '@cantoo/pdf-lib'
import encodeQR from 'qr'
import type { SheetPart } from '#domain/letter.ts'
import type { LinkSheet, PrintSheet } from '#ports/print-sheet.ts'
import { createShape, type Shape, type Shaped, type Weight } from './shape.ts'
import { gatherWords } from './word-fonts.ts'

/** A4 in points, and what printers cannot reach. */
const page = { width: 595.28, height: 841.89, edge: 42 } as const
const room = page.width - 2 * page.edge

/** The side of the QR code with its quiet zone, points: 65 mm. */
const square = 185

const link = { size: 7, perEm: 0.6, leading: 9 } as const

const tags = { en: 'en-IN', hi: 'hi-IN', mr: 'mr-IN' } as const

type Words = ReturnType<typeof gatherWords>

type Line = { readonly text: string; readonly weight: Weight; readonly size: number; readonly indent: number }

const widthOf = (runs: readonly Shaped[]): number =>
  runs.reduce((sum, { advance }) => sum + advance, 0) / 1_000

/** Breaks between words; a word that is wider than the line, between its runs or signs. */
const wrap = (shape: Shape, text: string, weight: Weight, size: number, width: number): string[] => {
  const measure = (line: string): number => widthOf(shape(line, weight)) * size
  const lines: string[] = []
  let line = ''
  const put = (piece: string, glue: string): void => {
    const longer = line === '' ? piece : `${line}${glue}${piece}`
    if (measure(longer) <= width) line = longer
    else {
      if (line !== '') lines.push(line)
      line = piece
    }
  }
  for (const word of text.split(/\s+/u)) {
    if (measure(word) <= width) put(word, ' ')
    else
      for (const [n, { segment }] of [...new Intl.Segmenter().segment(word)].entries())
        put(segment, n === 0 ? ' ' : '')
  }
  return line === '' ? lines : [...lines, line]
}

/** One block's lines with letters of this size. */
const linesOf = (shape: Shape, part: SheetPart, size: number): Line[] => {
  const set = (text: string, weight: Weight, at: number, indent: number): Line[] =>
    wrap(shape, text, weight, at, room - indent).map((line) => ({ text: line, weight, size: at, indent }))
  const steps = part.steps.flatMap((step, n) => {
    const [first, ...rest] = set(step, 400, size, 14)
    return first === undefined ? [] : [{ ...first, text: `${n + 1}. ${first.text}`, indent: 2 }, ...rest]
  })
  return [
    ...set(part.title, 700, size * 1.3, 0),
    ...set(part.about, 400, size, 0),
    ...steps,
    ...set(part.until, 700, size, 0),
    ...(part.code === null ? [] : set(part.code, 700, size, 0)),
    ...set(part.contact, 400, size, 0),
  ]
}

const leading = 1.42

const heightOf = (lines: readonly Line[]): number => lines.reduce((sum, { size }) => sum + size * leading, 0)

/** The link broken into lines of Courier, which has one width for every sign. */
const linkLines = (url: string): string[] => {
  const perLine = Math.floor(room / (link.size * link.perEm))
  return Array.from({ length: Math.ceil(url.length / perLine) }, (_, n) =>
    url.slice(n * perLine, (n + 1) * perLine),
  )
}

const at = (x: number, y: number): string => `1 0 0 1 ${x.toFixed(2)} ${y.toFixed(2)} Tm`

const drawLines = (shape: Shape, words: Words, lines: readonly Line[], top: number): string => {
  let y = top
  return lines
    .map(({ text, weight, size, indent }) => {
      y -= size * leading
      return `${at(page.edge + indent, y)}\n${words.show(shape(text, weight), String(weight), size)}`
    })
    .join('\n')
}

/** The dark squares, runs of a row as one, in the upper right corner. */
const drawSquare = (url: string): string => {
  const rows = encodeQR(url, 'raw', { ecc: 'medium', border: 4 })
  const step = square / rows.length
  const left = page.width - page.edge - square
  const top = page.height - page.edge + step * 4
  const runs = rows.flatMap((row, y) => {
    const found: string[] = []
    let from = -1
    for (const [x, dark] of [...row, false].entries()) {
      if (dark && from < 0) from = x
      if (dark || from < 0) continue
      // A hair wider, or printers leave white lines between rows.
      const [w, h] = [(x - from) * step + 0.02, step + 0.02]
      found.push(
        `${(left + from * step).toFixed(3)} ${(top - (y + 1) * step).toFixed(3)} ${w.toFixed(3)} ${h.toFixed(3)} re`,
      )
      from = -1
    }
    return found
  })
  return `${runs.join('\n')}\nf`
}

/** Head beside the QR code: who asks, whom to ask. */
const headLines = (shape: Shape, { institution, contact }: LinkSheet, width: number): Line[] => [
  ...wrap(shape, institution, 700, 18, width).map(
    (text): Line => ({ text, weight: 700, size: 18, indent: 0 }),
  ),
  ...wrap(shape, contact, 400, 11, width).map((text): Line => ({ text, weight: 400, size: 11, indent: 0 })),
]

const gap = 11

/** The largest letters with which everything is on the page, down to what glasses can read. */
const fit = async (shape: Shape, sheet: LinkSheet, height: number): Promise<Line[][]> => {
  for (let size = 11; ; size -= 0.5) {
    const blocks: Line[][] = []
    for (const part of sheet.parts) {
      blocks.push(linesOf(shape, part, size))
      // Shaping takes tens of milliseconds a language, and others are waiting for this process.
      await setImmediate()
    }
    const needed = blocks.reduce((sum, lines) => sum + heightOf(lines) + gap, 0)
    if (needed <= height || size <= 4) return blocks
  }
}

/** Prints one sheet. The same sheet is the same picture. */
export const printSheet: PrintSheet = async (sheet) => {
  const pdf = await PDFDocument.create()
  pdf.setTitle('Second Read')
  pdf.setLanguage(tags[sheet.parts[0]?.language ?? 'en'])
  const shape = createShape()
  const words = gatherWords()
  const top = page.height - page.edge
  const lines = linkLines(sheet.url)
  const head = headLines(shape, sheet, room - square - gap)
  const linkTop = top - Math.max(square - 18, heightOf(head)) - 4
  const blocksTop = linkTop - lines.length * link.leading - gap
  const blocks = await fit(shape, sheet, blocksTop - page.edge)
  let y = blocksTop
  const drawn = blocks.map((block, n) => {
    const text = drawLines(shape, words, block, y)
    y -= heightOf(block) + gap
    return `/Span <</Lang (${tags[sheet.parts[n]?.language ?? 'en']})>> BDC\nBT\n${text}\nET\nEMC`
  })
  const small = lines.map(
    (line, n) =>
      `${at(page.edge, linkTop - (n + 1) * link.leading)} <${Buffer.from(line, 'latin1').toString('hex')}> Tj`,
  )
  const content = [
    drawSquare(sheet.url),
    `BT\n${drawLines(shape, words, head, top + 6)}\nET`,
    `BT\n/C0 ${link.size} Tf\n${small.join('\n')}\nET`,
    ...drawn,
  ].join('\n')
  const courier = await pdf.embedFont(StandardFonts.Courier)
  const { node } = pdf.addPage([page.width, page.height])
  const { context } = pdf
  node.set(PDFName.of('Contents'), context.register(context.flateStream(content)))
  node.set(PDFName.of('Resources'), context.obj({ Font: { C0: courier.ref, ...words.fonts(pdf) } }))
  return pdf.save({ useObjectStreams: true })
}
