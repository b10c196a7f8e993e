/** The printed page read back: by another renderer and a QR reader, by pdf.js as text, and drawn as Devanagari is. */
import { PDFiumLibrary } from '@hyzyla/pdfium'
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs'
import decodeQR from 'qr/decode.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { languages } from '#domain/language.ts'
import type { SheetPart } from '#domain/letter.ts'
import { composeSheet } from '#formats/letters/compose-letter.ts'
import type { LinkSheet } from '#ports/print-sheet.ts'
import { printSheet } from './print-sheet.ts'
import { createShape } from './shape.ts'

const until = new Date('2026-12-03T12:30:00.000Z')
const about = {
  institution: 'टाटा केंद्र, Łódź – Mumbai',
  contact: '+91 22 2417 7000',
  initials: 'JD',
  lastTwo: 'a7',
}
const url = `https://records.hospital.example/send#${'eyJhbGciOiJFZERTQSIsInR5cCI6InVwbG9hZC1saW5rK2p3dCJ9.'.repeat(6)}`

const sheetOf = (over: Partial<LinkSheet> = {}, code: string | null = 'K7Q2M4PX'): LinkSheet => ({
  ...about,
  url,
  parts: languages.map((language) => composeSheet({ until, code }, about, language)),
  ...over,
})

let pdfium: PDFiumLibrary
beforeAll(async () => {
  pdfium = await PDFiumLibrary.init()
})
afterAll(() => pdfium.destroy())

const render = async (pdf: Uint8Array) => {
  const document = await pdfium.loadDocument(pdf)
  try {
    const pages = document.getPageCount()
    const picture = await document.getPage(0).render({ scale: 3, render: 'bitmap' })
    return { pages, width: picture.width, height: picture.height, data: new Uint8Array(picture.data) }
  } finally {
    document.destroy()
  }
}

/** Page text and metadata, as pdf.js has them. */
const readBack = async (pdf: Uint8Array) => {
  const loading = getDocument({ data: new Uint8Array(pdf), verbosity: 0 })
  const document = await loading.promise
  const { items } = await (await document.getPage(1)).getTextContent()
  const { info } = await document.getMetadata()
  await loading.destroy()
  return {
    text: items.map((item) => ('str' in item ? `${item.str}${item.hasEOL ? '\n' : ''}` : '')).join(''),
    info,
  }
}

/** Lines of the page as somebody copies them. */
const linesOf = async (pdf: Uint8Array): Promise<string[]> => (await readBack(pdf)).text.split('\n')

const sentencesOf = (part: SheetPart): string[] => [
  part.title,
  part.about,
  ...part.steps,
  part.until,
  ...(part.code === null ? [] : [part.code]),
  part.contact,
]

describe('the printed sheet', () => {
  it('is one page whose square is the whole link', async () => {
    const { pages, ...picture } = await render(await printSheet(sheetOf()))
    expect(pages).toBe(1)
    expect(picture.width / picture.height).toBeCloseTo(210 / 297, 2)
    expect(decodeQR(picture, { timeLimit: 5_000 })).toBe(url)
  })

  it('is read as the words it was given, in three scripts and in order', async () => {
    const sheet = sheetOf()
    const lines = await linesOf(await printSheet(sheet))
    const text = lines.join(' ').replace(/\s+/g, ' ')
    for (const part of sheet.parts) {
      let from = text.indexOf(part.title)
      for (const sentence of sentencesOf(part)) {
        expect(text.slice(from)).toContain(sentence)
        from = text.indexOf(sentence, from)
      }
    }
    expect(text.startsWith(about.institution)).toBe(true)
    expect(lines.join('')).toContain(url)
  })

  it('has the code only where it was given one', async () => {
    const lines = await linesOf(await printSheet(sheetOf({}, null)))
    expect(lines.join(' ')).not.toContain('K7Q2M4PX')
  })

  it('is set smaller when there is much to say, and nothing is cut or drawn outside', async () => {
    const long = { institution: 'Institut für Zweitmeinungen '.repeat(5).trim(), contact: 'x'.repeat(120) }
    const parts = languages.map((language) =>
      composeSheet({ until, code: null }, { ...about, ...long }, language),
    )
    const pdf = await printSheet(sheetOf({ ...long, parts }))
    const text = (await linesOf(pdf)).join('').replace(/\s+/g, '')
    for (const part of parts)
      for (const sentence of sentencesOf(part)) expect(text).toContain(sentence.replace(/\s+/g, ''))
    const { pages, width, height, data } = await render(pdf)
    expect(pages).toBe(1)
    expect(decodeQR({ width, height, data }, { timeLimit: 5_000 })).toBe(url)
    const edge = 60
    const dark = (x: number, y: number): boolean => (data[(y * width + x) * 4] ?? 255) < 128
    const outside = Array.from({ length: height }, (_, y) => y).some((y) =>
      [...Array(edge).keys()].some((x) => dark(x, y) || dark(width - 1 - x, y)),
    )
    expect(outside).toBe(false)
    expect([...Array(width).keys()].some((x) => dark(x, height - edge))).toBe(false)
  })

  it('names no one in its metadata', async () => {
    const { info } = await readBack(await printSheet(sheetOf()))
    expect(JSON.stringify(info)).not.toMatch(/JD|K7Q2M4PX|records\.hospital|Mumbai/)
  })
})

describe('Devanagari', () => {
  const shape = createShape()
  const runs = (text: string) => shape(text, 400)
  const widthOf = (text: string): number => runs(text).reduce((sum, { advance }) => sum + advance, 0)

  it('is shaped: a conjunct is narrower than its letters, a reph takes no room', () => {
    expect(widthOf('क्ष')).toBeLessThan(widthOf('क') + widthOf('ष'))
    expect(widthOf('द्व')).toBeLessThan(widthOf('द') + widthOf('व'))
    expect(widthOf('र्क')).toBe(widthOf('क'))
    // A virama that must be seen has no conjunct to hide in.
    expect(runs('क्‌ष')[0]?.path).not.toBe(runs('क्ष')[0]?.path)
  })

  it('puts the sign of i before the letter it follows', () => {
    const [ki] = runs('कि')
    const [ka] = runs('क')
    expect(ki?.path.endsWith(ka?.path ?? '?')).toBe(false)
    expect(ki?.advance).toBeGreaterThan(ka?.advance ?? 0)
    const first = Number(/^(-?\d+)/.exec(ki?.path ?? '')?.[1])
    expect(first).toBeLessThan(widthOf('कि') / 2)
  })

  it('moves a vowel sign below under its letter', () => {
    const [ku] = runs('कृ')
    expect(ku?.advance).toBe(widthOf('क'))
    expect(ku?.box[1]).toBeLessThan(-100)
  })

  it('stays one run with its marks and joiners, and parts from other scripts', () => {
    expect(runs('पत्त्यावर (PDF)').map(({ text }) => text)).toEqual(['पत्त्यावर', ' ', '(PDF)'])
    expect(runs('कऱ्हाड').map(({ text }) => text)).toEqual(['कऱ्हाड'])
  })

  it('draws a box for what no font has, and leaves no runtime behind', () => {
    const [box] = runs('漢')
    expect(box?.text).toBe('漢')
    expect(box?.path).not.toBe('')
    expect('regeneratorRuntime' in globalThis).toBe(false)
  })
})
