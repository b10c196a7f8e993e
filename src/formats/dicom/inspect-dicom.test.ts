import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sniff } from '#formats/sniff.ts'
import type { ByteRange } from './byte-window.ts'
import { inspectDicom } from './inspect-dicom.ts'
import {
  ctElements,
  short,
  type TrialElement,
  type TrialEncoding,
  writeCt,
  writeDataSet,
  writeElement,
  writePart10,
} from './trial-dicom.ts'

const explicit = '1.2.840.10008.1.2.1'

const rangeOf = (bytes: Buffer): ByteRange & { read: ByteRange['read'] } => ({
  size: bytes.length,
  read: async (offset, length) => {
    if (offset < 0 || length < 0 || offset + length > bytes.length) throw new Error('read outside the file')
    return bytes.subarray(offset, offset + length)
  },
})

const inspect = (bytes: Buffer, headBytes = 65_536) => {
  const head = bytes.subarray(0, headBytes)
  return inspectDicom(rangeOf(bytes), head, sniff(head) === 'dicom-bare')
}

const insertBeforePixels = (extra: Buffer): Buffer => {
  const elements = ctElements()
  const pixels = elements.at(-1) as TrialElement
  return writePart10(
    Buffer.concat([writeDataSet(elements.slice(0, -1)), extra, writeElement(pixels)]),
    explicit,
  )
}

const nested = (depth: number): Buffer => {
  const open = Buffer.concat([
    writeElement({ tag: 0x00400275, vr: 'SQ', value: '', declared: 0xffffffff }),
    Buffer.from('feff00e0ffffffff', 'hex'),
  ])
  const close = Buffer.from('feff0de000000000feffdde000000000', 'hex')
  return Buffer.concat([...Array(depth).fill(open), ...Array(depth).fill(close)])
}

describe('an ordinary slice', () => {
  it.each<TrialEncoding>(['explicit', 'implicit', 'big'])('is read in %s encoding', async (encoding) => {
    const report = await inspect(writeCt(encoding))
    expect(report.codes).toEqual([])
    expect(report.instance).toMatchObject({
      studyUid: '1.2.3',
      seriesUid: '1.2.3.4',
      sopUid: '1.2.3.4.5',
      modality: 'CT',
      instanceNumber: 7,
      rows: 16,
      columns: 16,
      frames: 1,
    })
    expect(report.facts).toMatchObject({
      patientName: 'Doe^Jane',
      birthDate: '19700203',
      imagePosition: [-1.5, 2, 30],
    })
  })

  it('is judged from its first piece alone', async () => {
    const bytes = writeCt('explicit', { 0x7fe00010: { vr: 'OW', value: Buffer.alloc(524_288) } })
    const range = { size: bytes.length, read: () => Promise.reject(new Error('no need to read')) }
    const report = await inspectDicom(range, bytes.subarray(0, 65_536), false)
    expect(report.codes).toEqual([])
  })

  it('fails only as its source fails', async () => {
    const bytes = insertBeforePixels(writeElement({ tag: 0x00291010, vr: 'OB', value: Buffer.alloc(90_000) }))
    const range = { size: bytes.length, read: () => Promise.reject(new Error('store is away')) }
    await expect(inspectDicom(range, bytes.subarray(0, 1024), false)).rejects.toThrow('store is away')
  })
})

describe('what is tolerated', () => {
  it.each<TrialEncoding>(['explicit', 'implicit', 'big'])('a bare data set in %s', async (encoding) => {
    const report = await inspect(writeDataSet(ctElements(encoding), encoding))
    expect(report.codes).toEqual(['NO_PREAMBLE', 'NO_META_HEADER_GUESSED'])
    expect(report.instance?.rows).toBe(16)
  })

  it('a declared syntax that is not the real one', async () => {
    const report = await inspect(writePart10(writeDataSet(ctElements('implicit'), 'implicit'), explicit))
    expect(report.codes).toEqual(['TS_MISMATCH'])
    expect(report.instance?.columns).toBe(16)
  })

  it('a header longer than the first piece, small values and large', async () => {
    const many = Array.from({ length: 9_000 }, (_, i) => ({
      tag: 0x00290000 + i,
      vr: 'LO',
      value: 'private',
    }))
    expect((await inspect(insertBeforePixels(writeDataSet(many)))).codes).toEqual([])
    const large = writeElement({ tag: 0x00291010, vr: 'OB', value: Buffer.alloc(20_000_000, 1) })
    const report = await inspect(insertBeforePixels(large))
    expect(report.codes).toEqual([])
    expect(report.instance?.rows).toBe(16)
  })

  it('padding and zeros behind the pixels', async () => {
    const padding = writeElement({ tag: 0xfffcfffc, vr: 'OB', value: Buffer.alloc(300, 1) })
    expect((await inspect(Buffer.concat([writeCt(), padding]))).codes).toEqual([])
    expect((await inspect(Buffer.concat([writeCt(), Buffer.alloc(2048)]))).codes).toEqual([])
  })
})

describe('what is found', () => {
  const cases: [string, Buffer, string[]][] = [
    [
      'a program in the preamble',
      Buffer.concat([Buffer.from('MZ'), writeCt().subarray(2)]),
      ['PREAMBLE_EXECUTABLE'],
    ],
    [
      'a page in the preamble',
      Buffer.concat([Buffer.from('<script>'), writeCt().subarray(8)]),
      ['PREAMBLE_EXECUTABLE'],
    ],
    [
      'a TIFF in the preamble',
      Buffer.concat([Buffer.from('II*\0'), writeCt().subarray(4)]),
      ['PREAMBLE_TIFF'],
    ],
    [
      'anything else in the preamble',
      Buffer.concat([Buffer.from('x'), writeCt().subarray(1)]),
      ['PREAMBLE_NONZERO'],
    ],
    ['a cut image', writeCt().subarray(0, -100), ['DICOM_TRUNCATED']],
    ['a cut header', writeCt().subarray(0, 330), ['VALUE_PAST_END']],
    ['a short image', writeCt('explicit', { 0x00280010: { vr: 'US', value: short(17) } }), ['PIXELS_SHORT']],
    ['no rows', writeCt('explicit', { 0x00280010: { vr: 'US', value: short(0) } }), ['BAD_ROWS']],
    ['no image', writeCt('explicit', { 0x7fe00010: null }), ['NO_PIXELS']],
    ['no study', writeCt('explicit', { 0x0020000d: null }), ['NO_STUDY_UID']],
    ['no series', writeCt('explicit', { 0x0020000e: null }), ['NO_SERIES_UID']],
    ['no class', writeCt('explicit', { 0x00080016: null }), ['NO_SOP_CLASS']],
    ['no object', writeCt('explicit', { 0x00080018: null }), ['NO_SOP_INSTANCE']],
    ['another object', writeCt('explicit', { 0x00080018: { vr: 'UI', value: '1.2.3.9' } }), ['UID_MISMATCH']],
    ['a leading zero', writeCt('explicit', { 0x0020000d: { vr: 'UI', value: '1.02.3' } }), ['UID_MALFORMED']],
    [
      'markup as a UID',
      writeCt('explicit', { 0x0020000d: { vr: 'UI', value: '<b>1.2' } }),
      ['UID_MALFORMED', 'NO_STUDY_UID'],
    ],
    ['an unknown syntax', writePart10(writeDataSet(ctElements()), '1.2.3.4'), ['UNKNOWN_TRANSFER_SYNTAX']],
    [
      'a second file behind',
      Buffer.concat([writeCt(), Buffer.from('PK\x03\x04 and more')]),
      ['DICOM_TRAILING_DATA'],
    ],
    ['nothing behind the meta group', writePart10(Buffer.alloc(0), explicit), ['DICOM_HEADER_ONLY']],
    [
      'nothing that names anything',
      writePart10(writeDataSet([{ tag: 0x00080060, vr: 'CS', value: 'CT' }]), explicit),
      ['DICOM_NO_CONTENT'],
    ],
    [
      'a length of 2 GiB',
      insertBeforePixels(writeElement({ tag: 0x00291010, vr: 'OB', value: '', declared: 2 ** 31 })),
      ['VALUE_PAST_END'],
    ],
    [
      '20,000 sequences in each other',
      insertBeforePixels(nested(20_000)),
      ['DICOM_DEEP', 'DICOM_LIMIT_DEPTH'],
    ],
    ['500 sequences in each other', insertBeforePixels(nested(500)), ['DICOM_DEEP']],
    [
      'a broken sequence',
      insertBeforePixels(writeElement({ tag: 0x00400275, vr: 'SQ', value: 'not an item.' })),
      ['BAD_ITEM_TAG'],
    ],
  ]
  it.each(cases)('%s', async (_name, bytes, codes) => {
    expect((await inspect(bytes)).codes).toEqual(codes)
  })

  it('more elements than any image has', async () => {
    const empty = writeElement({ tag: 0x00291010, vr: 'LO', value: '' })
    const report = await inspect(insertBeforePixels(Buffer.alloc(empty.length * 200_001, empty)))
    expect(report.codes).toContain('DICOM_LIMIT_ELEMENTS')
  })

  it('64 sequences in each other are still read', async () => {
    const report = await inspect(insertBeforePixels(nested(64)))
    expect(report.codes).toEqual([])
  })

  it('the end of an encapsulated image', async () => {
    const fragments = Buffer.from('feff00e000000000feff00e004000000ffd8ffd9feffdde000000000', 'hex')
    const pixels = { vr: 'OB', value: fragments, declared: 0xffffffff }
    const bytes = writePart10(
      writeDataSet(ctElements('explicit', { 0x7fe00010: pixels })),
      '1.2.840.10008.1.2.4.50',
    )
    expect((await inspect(bytes)).codes).toEqual([])
    expect((await inspect(bytes.subarray(0, -8))).codes).toEqual(['DICOM_TRUNCATED'])
    expect((await inspect(Buffer.concat([bytes, Buffer.from('%PDF-1.7 and on')]))).codes).toEqual([
      'DICOM_TRAILING_DATA',
    ])
  })
})

it('any bytes give a report', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), fc.boolean(), async (bytes, bare) => {
      const body = bare ? Buffer.from(bytes) : writePart10(Buffer.from(bytes), explicit)
      const report = await inspectDicom(rangeOf(body), body.subarray(0, 1024), bare)
      expect(report.codes.length).toBeGreaterThan(0)
    }),
  )
})

it('any change to a file gives a report', async () => {
  const seeds = [
    ...(['explicit', 'implicit', 'big'] as const).map((encoding) => writeCt(encoding)),
    insertBeforePixels(nested(3)),
  ]
  const change = fc.record({
    seed: fc.constantFrom(...seeds),
    edits: fc.array(fc.tuple(fc.nat(700), fc.integer({ min: 0, max: 255 })), { maxLength: 12 }),
    cut: fc.nat(900),
  })
  await fc.assert(
    fc.asyncProperty(change, async ({ seed, edits, cut }) => {
      const bytes = Buffer.from(seed.subarray(0, Math.max(140, seed.length - (cut > 600 ? cut - 600 : 0))))
      for (const [at, byte] of edits) if (at < bytes.length) bytes[at] = byte
      const report = await inspectDicom(rangeOf(bytes), bytes.subarray(0, 1024), sniff(bytes) !== 'dicom')
      expect(
        Object.values(report.facts).every((fact) => typeof fact !== 'string' || fact.length <= 256),
      ).toBe(true)
    }),
    { numRuns: 400 },
  )
})
