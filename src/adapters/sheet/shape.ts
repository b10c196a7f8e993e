/**
 * Shapes text: words into outlines, each run of one script by the font that has it (Noto Sans, OFL). Devanagari is
 * set as it is written: conjuncts, reph and vowel signs where they belong, which needs the whole word and the
 * positions of its glyphs. What no font has becomes a box, never nothing.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import fontkit, { type Font } from '@pdf-lib/fontkit'
import { withGenerators } from './generator-runtime.ts'

export type Weight = 400 | 700

/** A run of text as outlines, in thousandths of the size of the letters. */
export type Shaped = {
  readonly text: string
  readonly advance: number
  /** Path operators of PDF (ISO 32000-1 §8.5.2), to be filled by the nonzero rule. */
  readonly path: string
  /** Left, bottom, right, top. */
  readonly box: readonly [number, number, number, number]
}

const scripts = ['latin', 'latin-ext', 'devanagari'] as const
const require = createRequire(import.meta.url)

/** Where the fonts lie. One is named whole, so that whoever counts dependencies finds the package. */
const folder = dirname(
  require.resolve('@fontsource/noto-sans-devanagari/files/noto-sans-devanagari-latin-400-normal.woff'),
)
const fonts = new Map<string, Font>()

const fontOf = (script: (typeof scripts)[number], weight: Weight): Font => {
  const name = `noto-sans-devanagari-${script}-${weight}-normal.woff`
  const known = fonts.get(name)
  if (known !== undefined) return known
  const font = fontkit.create(readFileSync(join(folder, name)))
  fonts.set(name, font)
  return font
}

/** Signs that belong to whatever stands before them: marks and joiners. */
const belongs = /^[\p{M}\u200c\u200d]$/u

/** The text cut where another font has to go on; a space is a run of its own. */
const runsOf = (text: string, weight: Weight): { font: Font; text: string }[] => {
  const runs: { font: Font; text: string }[] = []
  for (const sign of text) {
    const last = runs.at(-1)
    const point = sign.codePointAt(0) ?? 0
    const found = scripts
      .map((script) => fontOf(script, weight))
      .find((font) => font.hasGlyphForCodePoint(point))
    const font = found ?? fontOf('latin', weight)
    const joins = last !== undefined && last.text !== ' ' && sign !== ' '
    if (joins && (last.font === font || belongs.test(sign))) last.text += sign
    else runs.push({ font, text: sign })
  }
  return runs
}

/** A thousandth of a letter's size is finer than any printer. */
const round = (value: number): string => String(Math.round(value))

/** Writes outlines as operators; quadratic curves of TrueType become cubic ones. */
const pen = (scale: number) => {
  const written: string[] = []
  let at = { x: 0, y: 0 }
  let origin = { x: 0, y: 0 }
  const put = (operator: string, ...points: number[]): void => {
    const numbers = points.map((value, n) => round(value * scale + (n % 2 === 0 ? origin.x : origin.y)))
    written.push([...numbers, operator].join(' '))
    const [x, y] = points.slice(-2)
    if (x !== undefined && y !== undefined) at = { x, y }
  }
  return {
    moveBy: (x: number, y: number): void => {
      origin = { x, y }
    },
    moveTo: (x: number, y: number): void => put('m', x, y),
    lineTo: (x: number, y: number): void => put('l', x, y),
    quadraticCurveTo: (cx: number, cy: number, x: number, y: number): void =>
      put(
        'c',
        at.x + (2 / 3) * (cx - at.x),
        at.y + (2 / 3) * (cy - at.y),
        x + (2 / 3) * (cx - x),
        y + (2 / 3) * (cy - y),
        x,
        y,
      ),
    bezierCurveTo: (...points: [number, number, number, number, number, number]): void => put('c', ...points),
    closePath: (): void => put('h'),
    text: (): string => written.join('\n'),
  }
}

const shapeRun = (font: Font, text: string): Shaped => {
  const scale = 1_000 / font.unitsPerEm
  const run = withGenerators(() => font.layout(text))
  const drawing = pen(scale)
  let advance = 0
  let box: [number, number, number, number] = [0, 0, 0, 0]
  run.glyphs.forEach((glyph, n) => {
    const place = run.positions[n]
    if (place === undefined) return
    const x = advance + place.xOffset * scale
    const y = place.yOffset * scale
    drawing.moveBy(x, y)
    glyph.path.toFunction()(drawing)
    const { minX, minY, maxX, maxY } = glyph.bbox
    if (Number.isFinite(minX))
      box = [
        Math.min(box[0], x + minX * scale),
        Math.min(box[1], y + minY * scale),
        Math.max(box[2], x + maxX * scale),
        Math.max(box[3], y + maxY * scale),
      ]
    advance += place.xAdvance * scale
  })
  // PDFium leaves out a sign without a box, and a space is one.
  const path = drawing.text()
  return { text, advance, path, box: path === '' ? [0, 0, advance, 500] : box }
}

export type Shape = (text: string, weight: Weight) => readonly Shaped[]

/** Texts as runs, in order. Remembers what it shaped, so it is one document's: a code may stand among its words. */
export const createShape = (): Shape => {
  const known = new Map<string, Shaped>()
  return (text, weight) =>
    runsOf(text, weight).map((run) => {
      const key = `${weight} ${run.text}`
      const shaped = known.get(key) ?? shapeRun(run.font, run.text)
      known.set(key, shaped)
      return shaped
    })
}
