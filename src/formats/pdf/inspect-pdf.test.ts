import { PDFDocument, PDFName, PDFString } from '@cantoo/pdf-lib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMap, readPdfium } from '#adapters/inspector/reader-files.ts'
import { brokenTrailerPdf, rootlessPdf } from '#fixtures/pdf.ts'
import { inspectPdf as inspectWith } from './inspect-pdf.ts'

const inspectPdf = (bytes: Buffer) => inspectWith(bytes, { readMap, readPdfium })

const build = async (
  change: (pdf: PDFDocument) => unknown = () => undefined,
  useObjectStreams = false,
): Promise<Buffer> => {
  const pdf = await PDFDocument.create()
  pdf.addPage()
  pdf.addPage()
  pdf.setTitle('Letter')
  await change(pdf)
  return Buffer.from(await pdf.save({ useObjectStreams }))
}

const openWith = (action: Record<string, string>) => (pdf: PDFDocument) => {
  const { context } = pdf
  const text = Object.entries(action).map(([key, value]) => [key, key === 'S' ? value : PDFString.of(value)])
  pdf.catalog.set(PDFName.of('OpenAction'), context.register(context.obj(Object.fromEntries(text))))
}

const attach = (pdf: PDFDocument) => pdf.attach(Buffer.from('MZ'), 'setup.exe')

describe('inspectPdf', () => {
  it('counts pages and reads the title of a plain letter', async () => {
    expect(await inspectPdf(await build())).toEqual({ codes: [], facts: { pages: 2, title: 'Letter' } })
  })

  it.each([
    ['JavaScript', ['PDF_ACTIVE_JS']],
    ['Launch', ['PDF_ACTIVE_LAUNCH']],
    ['SubmitForm', ['PDF_ACTIVE_SUBMIT']],
    ['ImportData', ['PDF_ACTIVE_SUBMIT']],
    ['GoToR', ['PDF_ACTIVE_REMOTE']],
    ['GoToE', ['PDF_ACTIVE_REMOTE']],
    ['Rendition', ['PDF_ACTIVE_MEDIA']],
    ['URI', ['PDF_URI']],
    ['GoTo', []],
  ])('finds a %s action, also in an object stream', async (action, codes) => {
    expect((await inspectPdf(await build(openWith({ S: action })))).codes).toEqual(codes)
    expect((await inspectPdf(await build(openWith({ S: action }), true))).codes).toEqual(codes)
  })

  it('finds a script behind a name written with escapes', async () => {
    const bytes = await build(openWith({ S: 'JavaScript', JS: 'app.alert(1)' }))
    const text = bytes.toString('latin1').replace('/JavaScript', '/J#61vaScr#69pt')
    expect(text).not.toContain('/JavaScript')
    expect((await inspectPdf(Buffer.from(text, 'latin1'))).codes).toEqual(['PDF_ACTIVE_JS'])
  })

  it('finds attachments, portfolios and XFA', async () => {
    expect((await inspectPdf(await build(attach))).codes).toContain('PDF_ATTACHMENTS')
    const portfolio = await build((pdf) => pdf.catalog.set(PDFName.of('Collection'), pdf.context.obj({})))
    expect((await inspectPdf(portfolio)).codes).toEqual(['PDF_PORTFOLIO'])
    const form = await build((pdf) => pdf.catalog.set(PDFName.of('AcroForm'), pdf.context.obj({ XFA: [] })))
    expect((await inspectPdf(form)).codes).toEqual(['PDF_XFA'])
  })

  it('tells a locked PDF from one that only restricts', async () => {
    const locked = await build((pdf) => pdf.encrypt({ userPassword: 'u', ownerPassword: 'o' }))
    expect((await inspectPdf(locked)).codes).toEqual(['PDF_PASSWORD'])
    const restricted = await build((pdf) => pdf.encrypt({ userPassword: '', ownerPassword: 'o' }))
    const report = await inspectPdf(restricted)
    expect(report.codes).toEqual(['PDF_OWNER_RESTRICTED'])
    expect(report.facts.pages).toBe(2)
  })

  it('says what does not open or show', async () => {
    expect((await inspectPdf(Buffer.from('%PDF-1.7\nno more'))).codes).toEqual(['PDF_UNREADABLE'])
    const bytes = await build()
    expect((await inspectPdf(Buffer.concat([Buffer.from('junk\n'), bytes]))).codes).toEqual([
      'PDF_LEADING_DATA',
    ])
    const empty = bytes
      .toString('latin1')
      .replace(/\/Kids \[[^\]]*\]/, (kids) => '/Kids []'.padEnd(kids.length))
      .replace('/Count 2', '/Count 0')
    expect((await inspectPdf(Buffer.from(empty, 'latin1'))).codes).toEqual(['PDF_NO_PAGES'])
  })

  it('opens what is whole up to its trailer, and still finds what is active in it', async () => {
    const report = await inspectPdf(await brokenTrailerPdf())
    expect(report).toMatchObject({ codes: ['PDF_IRREGULAR'], facts: { pages: 1 } })
    const active = (await build(openWith({ S: 'JavaScript', JS: 'x' }))).toString('latin1')
    const broken = active.replace('/Root', '/Something } /Root').replace(/startxref\s+\d+/, 'startxref oops')
    const { codes } = await inspectPdf(Buffer.from(broken, 'latin1'))
    expect([...codes].toSorted()).toEqual(['PDF_ACTIVE_JS', 'PDF_IRREGULAR'])
  })

  it('keeps for a person what holds pages and does not open', async () => {
    expect((await inspectPdf(await rootlessPdf())).codes).toEqual(['PDF_DAMAGED'])
  })

  it.each([
    ['Named', []],
    ['GoTo', []],
    ['Strange', ['PDF_ACTIVE_JS']],
    ['Launch', ['PDF_ACTIVE_LAUNCH']],
  ])('lets an event turn a page, not more: %s', async (action, codes) => {
    const bytes = await build((pdf) => {
      const event = pdf.context.obj({ O: { S: action } })
      pdf.getPage(0).node.set(PDFName.of('AA'), event)
    })
    expect((await inspectPdf(bytes)).codes).toEqual(codes)
  })

  it('keeps for a person what only one reader finds a page in', async () => {
    const empty = (await build())
      .toString('latin1')
      .replace(/\/Kids \[[^\]]*\]/, (kids) => '/Kids []'.padEnd(kids.length))
    expect((await inspectPdf(Buffer.from(empty, 'latin1'))).codes).toEqual(['PDF_DAMAGED'])
  })

  it('ends on a page tree that loops and on arrays 50,000 deep', async () => {
    const looping = await build((pdf) => {
      const pages = pdf.catalog.get(PDFName.of('Pages'))
      if (pages !== undefined) pdf.catalog.Pages().set(PDFName.of('Kids'), pdf.context.obj([pages]))
    })
    expect((await inspectPdf(looping)).codes).toEqual(['PDF_DAMAGED'])
    const deep = `%PDF-1.7\n1 0 obj\n${'['.repeat(50_000)}${']'.repeat(50_000)}\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF`
    expect((await inspectPdf(Buffer.from(deep))).codes).toEqual(['PDF_UNREADABLE'])
  })

  it('gives a report for any change to a file', async () => {
    const seed = await build(openWith({ S: 'JavaScript', JS: 'x' }))
    const edit = fc.tuple(fc.nat(seed.length - 1), fc.integer({ min: 0, max: 255 }))
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { maxLength: 20 }), fc.nat(seed.length), async (edits, cut) => {
        const bytes = Buffer.from(cut % 3 === 0 ? seed.subarray(0, cut) : seed)
        for (const [at, byte] of edits) if (at < bytes.length) bytes[at] = byte
        expect(Array.isArray((await inspectPdf(bytes)).codes)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})
