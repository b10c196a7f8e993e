/**
 * Fonts of whole words: each run that a page shows is one glyph of a Type 3 font (ISO 32000-1 §9.6.5), drawn once as
 * its outlines and named by its text. So a word of Devanagari looks as it was shaped, and reads, searches and copies
 * as it was typed: in the usual fonts of a PDF its signs would come back in the order in which they are drawn.
 */
import { type PDFDocument, PDFName, type PDFRef } from '@cantoo/pdf-lib'
import type { Shaped } from './shape.ts'

/** Codes of one font; 0 is left out, as some readers take it for "no glyph", and the last one is `sizer`. */
const mostCodes = 254

/** A glyph called `m`, 0.6 wide, that is never shown: Poppler guesses from it how large letters of a Type 3 font are. */
const sizer = { code: 255, name: 'm', width: 600 } as const

type Held = { readonly shaped: Shaped; readonly font: string; readonly code: number }

const hex = (code: number, digits: number): string => code.toString(16).toUpperCase().padStart(digits, '0')

const utf16 = (text: string): string =>
  Array.from({ length: text.length }, (_, n) => hex(text.charCodeAt(n), 4)).join('')

/** Which text each code stands for (§9.10.3). */
const toUnicode = (held: readonly Held[]): string => {
  const lines = held.map(({ shaped, code }) => `<${hex(code, 2)}> <${utf16(shaped.text)}>`)
  const blocks = Array.from({ length: Math.ceil(lines.length / 100) }, (_, n) =>
    lines.slice(n * 100, n * 100 + 100),
  )
  return [
    '/CIDInit /ProcSet findresource begin 12 dict begin begincmap',
    '/CMapName /Words def /CMapType 2 def',
    '1 begincodespacerange <00> <FF> endcodespacerange',
    ...blocks.flatMap((block) => [`${block.length} beginbfchar`, ...block, 'endbfchar']),
    'endcmap CMapName currentdict /CMap defineresource pop end end',
  ].join('\n')
}

const whole = (value: number): number => Math.round(value)

const glyphStream = ({ advance, box: [left, bottom, right, top], path }: Shaped): string =>
  `${whole(advance)} 0 ${Math.floor(left)} ${Math.floor(bottom)} ${Math.ceil(right)} ${Math.ceil(top)} d1\n${path}${path === '' ? '' : '\nf'}`

const addFont = ({ context }: PDFDocument, held: readonly Held[]): PDFRef => {
  const boxes = held.map(({ shaped }) => shaped.box)
  const edge = (n: 0 | 1 | 2 | 3, pick: (...values: number[]) => number): number =>
    whole(pick(...boxes.map((box) => box[n])))
  const glyphs = Object.fromEntries(
    held.map(({ shaped, code }) => [`w${code}`, context.register(context.flateStream(glyphStream(shaped)))]),
  )
  const unused = Array.from({ length: sizer.code - 1 - held.length }, () => 0)
  const empty = context.register(context.flateStream(`${sizer.width} 0 0 0 0 0 d1`))
  return context.register(
    context.obj({
      Type: 'Font',
      Subtype: 'Type3',
      FontBBox: [edge(0, Math.min), edge(1, Math.min), edge(2, Math.max), edge(3, Math.max)],
      FontMatrix: [0.001, 0, 0, 0.001, 0, 0],
      CharProcs: { ...glyphs, [sizer.name]: empty },
      Encoding: {
        Type: 'Encoding',
        Differences: [
          1,
          ...held.map(({ code }) => PDFName.of(`w${code}`)),
          sizer.code,
          PDFName.of(sizer.name),
        ],
      },
      FirstChar: 1,
      LastChar: sizer.code,
      Widths: [...held.map(({ shaped }) => whole(shaped.advance)), ...unused, sizer.width],
      Resources: {},
      ToUnicode: context.register(context.flateStream(toUnicode(held))),
    }),
  )
}

/** The words of one document. */
export const gatherWords = () => {
  const known = new Map<string, Held>()
  const order: Held[] = []
  return {
    /** Operators that show these runs from where the text stands, `size` points high. */
    show: (runs: readonly Shaped[], key: string, size: number): string =>
      runs
        .map((shaped) => {
          const name = `${key} ${shaped.text}`
          const found = known.get(name)
          const held = found ?? {
            shaped,
            font: `W${Math.floor(order.length / mostCodes)}`,
            code: (order.length % mostCodes) + 1,
          }
          if (found === undefined) {
            known.set(name, held)
            order.push(held)
          }
          return `/${held.font} ${size} Tf <${hex(held.code, 2)}> Tj`
        })
        .join('\n'),
    /** Every font by the name that `show` gave it. */
    fonts: (pdf: PDFDocument): Readonly<Record<string, PDFRef>> => {
      const names = [...new Set(order.map(({ font }) => font))]
      return Object.fromEntries(
        names.map((name) => [
          name,
          addFont(
            pdf,
            order.filter(({ font }) => font === name),
          ),
        ]),
      )
    },
  }
}
