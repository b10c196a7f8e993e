/** Which of the readers opened a file, what follows from it, and what its words are. */
import { describe, expect, it } from 'vitest'
import { readMap, readPdfium } from '#adapters/inspector/reader-files.ts'
import type { VerdictCode } from '#domain/verdict.ts'
import {
  attachmentPdf,
  hiddenScriptPdf,
  launchPdf,
  lockedPdf,
  namelessPdf,
  namelessScriptPdf,
  packedNamelessPdf,
  portfolioPdf,
  restrictedPdf,
  tailessPdf,
  truncatedPdf,
} from '#fixtures/odd-pdf.ts'
import { canary } from '#fixtures/patient.ts'
import { reportPdf } from '#fixtures/pdf.ts'
import { findActiveNames } from './active-names.ts'
import { inspectPdf, type PdfReport } from './inspect-pdf.ts'
import { readAgain } from './second-reader.ts'
import { drawsFirstPage } from './third-vote.ts'
import { createWords, cutText, mostWordBytes } from './words.ts'

const inspect = (bytes: Buffer, tell?: (soFar: PdfReport) => void) =>
  inspectPdf(bytes, { readMap, readPdfium, ...(tell === undefined ? {} : { tell }) })

describe('the readers', () => {
  it.each<[string, () => Promise<Buffer>, VerdictCode[]]>([
    ['a locked one', lockedPdf, ['PDF_PASSWORD']],
    ['one that restricts', restrictedPdf, ['PDF_OWNER_RESTRICTED']],
    ['one that restricts and has no identifier', namelessPdf, ['PDF_OWNER_RESTRICTED', 'PDF_IRREGULAR']],
    [
      'a script in one that has no identifier',
      namelessScriptPdf,
      ['PDF_OWNER_RESTRICTED', 'PDF_ACTIVE_JS', 'PDF_IRREGULAR'],
    ],
    [
      'one without identifier whose objects are packed',
      packedNamelessPdf,
      ['PDF_OWNER_RESTRICTED', 'PDF_DAMAGED'],
    ],
    ['a script in an object stream', hiddenScriptPdf, ['PDF_ACTIVE_JS']],
    ['a program start', launchPdf, ['PDF_ACTIVE_LAUNCH']],
    ['an attachment', attachmentPdf, ['PDF_ATTACHMENTS']],
    ['a portfolio', portfolioPdf, ['PDF_PORTFOLIO']],
    ['half a file', truncatedPdf, ['PDF_DAMAGED']],
    ['a file without its table', tailessPdf, ['PDF_DAMAGED']],
  ])('judge %s', async (_, make, codes) => {
    expect((await inspect(await make())).codes).toEqual(codes)
  })

  it('give the words of every page, line by line', async () => {
    const { text = '', facts } = await inspect(await reportPdf({ seed: 1, pages: 3 }))
    expect(facts.pages).toBe(3)
    expect(text).toContain('Patient: CANARYPATIENT, ASHA, born 29.02.1968\n')
    expect(text.split('\n').filter((line) => line === `Reference ${canary}.`)).toHaveLength(3)
    expect(text).toContain('Page 3 of 3')
  })

  it('tell what the first of them found before the second begins', async () => {
    const told: PdfReport[] = []
    await inspect(await launchPdf(), (soFar) => told.push(soFar))
    expect(told).toEqual([{ codes: ['PDF_ACTIVE_LAUNCH'], facts: { pages: 1, title: 'Radiology report' } }])
  })

  it('find a document without its header', async () => {
    const headless = Buffer.from(
      (await reportPdf({ seed: 1 })).toString('latin1').replace(/^%PDF-1\.\d/, '%%%%-1.7'),
      'latin1',
    )
    expect((await inspect(headless)).codes).not.toContain('PDF_UNREADABLE')
  })
})

describe('each reader', () => {
  it('leaves the bytes to the next', async () => {
    const bytes = await reportPdf({ seed: 2 })
    const before = Buffer.from(bytes)
    expect(await readAgain(bytes, readMap)).toMatchObject({ page: true, pages: 1 })
    expect(await drawsFirstPage(bytes, readPdfium)).toBe(true)
    expect(bytes.equals(before)).toBe(true)
  })

  it('says no to what is none', async () => {
    const none = Buffer.from('%PDF-1.7\nnothing')
    expect(await readAgain(none, readMap)).toEqual({ page: false, locked: false })
    expect(await readAgain(await lockedPdf(), readMap)).toEqual({ page: false, locked: true })
    expect(await drawsFirstPage(none, readPdfium)).toBe(false)
    expect(await drawsFirstPage(await lockedPdf(), readPdfium)).toBe(false)
  })
})

describe('names in the bytes', () => {
  const namesIn = async (bytes: Buffer): Promise<[boolean, VerdictCode[]]> => {
    const codes = new Set<VerdictCode>()
    return [findActiveNames(bytes, codes), [...codes].toSorted()]
  }

  it('are found in the open, escaped, and in object streams', async () => {
    expect(await namesIn(await launchPdf())).toEqual([true, ['PDF_ACTIVE_LAUNCH']])
    expect(await namesIn(await hiddenScriptPdf())).toEqual([true, ['PDF_ACTIVE_JS']])
    expect(await namesIn(Buffer.from('<</S/J#61vaScript>>'))).toEqual([true, ['PDF_ACTIVE_JS']])
    expect(await namesIn(await reportPdf({ seed: 1 }))).toEqual([true, []])
  })

  it('may be more where something does not open', async () => {
    expect((await namesIn(await packedNamelessPdf()))[0]).toBe(false)
    const packed = Buffer.from('1 0 obj <</Type/ObjStm/Filter/LZWDecode>>stream\nxx\nendstream')
    expect(await namesIn(packed)).toEqual([false, []])
    const broken = Buffer.from('1 0 obj <</Type/ObjStm/Filter/FlateDecode>>stream\nxx\nendstream')
    expect(await namesIn(broken)).toEqual([false, []])
  })
})

describe('words', () => {
  it('are plain lines whatever they were made of', () => {
    const words = createWords()
    words.add(' a\u0000b\u2028c ', false)
    words.add('\ud83d', true)
    words.add('', true)
    words.add('  d ', true)
    expect(words.text()).toBe('a b c \ufffd\nd')
  })

  it('end at their bound and inside no character', () => {
    const words = createWords()
    while (!words.isFull()) words.add('गाठ ', false)
    expect(Buffer.byteLength(words.text())).toBeLessThanOrEqual(mostWordBytes)
    expect(cutText('aगा', 5)).toBe('aग')
    expect(cutText('aगा', 6)).toBe('aग')
    expect(cutText('aगा', 7)).toBe('aगा')
  })
})
