/** Metadata against files whose every value is known: each type, each encoding, names, sets of characters, sequences. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findValue } from './find-value.ts'
import { openObject } from './open-object.ts'
import {
  ctElements,
  type TrialElement,
  writeCt,
  writeDataSet,
  writeElement,
  writePart10,
} from './trial-dicom.ts'
import { writeJson } from './write-json.ts'

const explicit = '1.2.840.10008.1.2.1'
const implicit = '1.2.840.10008.1.2'

const open = async (bytes: Buffer) => {
  const reads: number[] = []
  const range = {
    size: bytes.length,
    read: async (at: number, length: number) => {
      reads.push(length)
      return Buffer.from(bytes.subarray(at, at + length))
    },
  }
  const object = await openObject(range, Buffer.from(bytes.subarray(0, 65_536)))
  if (object === null) throw new Error('not opened')
  return { object, reads }
}

type Attribute = { vr: string; Value?: unknown[]; InlineBinary?: string; BulkDataURI?: string }

const json = async (bytes: Buffer): Promise<Record<string, Attribute>> => {
  const { object } = await open(bytes)
  let text = ''
  for await (const piece of writeJson(object, {}, (place) => `bulk/${place}`)) text += piece
  return JSON.parse(text) as Record<string, Attribute>
}

const only = async (element: TrialElement, before: TrialElement[] = []): Promise<Attribute | undefined> => {
  const set = writeDataSet([{ tag: 0x00080016, vr: 'UI', value: '1.2' }, ...before, element])
  const key = element.tag.toString(16).padStart(8, '0').toUpperCase()
  return (await json(writePart10(set, explicit)))[key]
}

const item = (elements: TrialElement[], open = false, implicitly = false): Buffer => {
  const bytes = writeDataSet(elements, implicitly ? 'implicit' : 'explicit')
  const head = Buffer.of(0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0)
  head.writeUInt32LE(open ? 0xffffffff : bytes.length, 4)
  return Buffer.concat([head, bytes, open ? Buffer.of(0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0) : Buffer.alloc(0)])
}

describe('a value', () => {
  it.each([
    [0x00280010, 'US', Buffer.of(0, 2), { vr: 'US', Value: [512] }],
    [0x00280106, 'SS', Buffer.of(0xff, 0xff), { vr: 'SS', Value: [-1] }],
    [0x00180050, 'DS', ' 1.500', { vr: 'DS', Value: [1.5] }],
    [0x00180050, 'DS', '1\\\\3', { vr: 'DS', Value: [1, null, 3] }],
    [0x00180050, 'DS', '0.1234567890123456', { vr: 'DS', Value: ['0.1234567890123456'] }],
    [0x00180050, 'DS', 'wide', { vr: 'DS', Value: ['wide'] }],
    [0x00200013, 'IS', '007', { vr: 'IS', Value: [7] }],
    [0x00200013, 'IS', '', { vr: 'IS' }],
    [0x00280009, 'AT', Buffer.of(0x18, 0, 0x63, 0x10), { vr: 'AT', Value: ['00181063'] }],
    [0x00189073, 'FD', Buffer.from(new Float64Array([Number.NaN]).buffer), { vr: 'FD', Value: ['NaN'] }],
    [0x00080060, 'CS', 'CT', { vr: 'CS', Value: ['CT'] }],
    [0x00080008, 'CS', 'ORIGINAL\\PRIMARY', { vr: 'CS', Value: ['ORIGINAL', 'PRIMARY'] }],
    [0x00104000, 'LT', 'one \\ two\r\n ', { vr: 'LT', Value: ['one \\ two'] }],
    [0x00100010, 'PN', 'Doe^Jane=', { vr: 'PN', Value: [{ Alphabetic: 'Doe^Jane' }] }],
    [0x00281201, 'OW', Buffer.of(1, 2), { vr: 'OW', InlineBinary: 'AQI=' }],
    [0x00091001, 'UN', Buffer.of(1, 2), { vr: 'UN', InlineBinary: 'AQI=' }],
    [0x00281201, 'OW', Buffer.alloc(1_026), { vr: 'OW', BulkDataURI: 'bulk/00281201' }],
    [
      0x00281201,
      'OW',
      Buffer.alloc(1_024),
      { vr: 'OW', InlineBinary: Buffer.alloc(1_024).toString('base64') },
    ],
    [0x00080018, 'UI', '1.2.3', { vr: 'UI', Value: ['1.2.3'] }],
    [0x00080060, 'UN', 'CT', { vr: 'CS', Value: ['CT'] }],
  ])('of %i as %s, %j, is %j', async (tag, vr, value, expected) => {
    expect(await only({ tag, vr, value })).toEqual(expected)
  })

  it.each([
    ['ISO_IR 192', Buffer.from('Müller^Zoë'), 'Müller^Zoë'],
    ['ISO_IR 100', Buffer.from('Müller^Zoë', 'latin1'), 'Müller^Zoë'],
    ['ISO_IR 144', Buffer.of(0xbb, 0xee, 0xda), 'Люк'],
    ['GB18030', Buffer.of(0xcd, 0xf5, 0x5e, 0xd0, 0xa1), '王^小'],
  ])('in %s is UTF-8', async (set, value, name) => {
    const declared = { tag: 0x00080005, vr: 'CS', value: set }
    const bytes = writePart10(writeDataSet([declared, { tag: 0x00100010, vr: 'PN', value }]), explicit)
    expect(await json(bytes)).toEqual({
      '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
      '00100010': { vr: 'PN', Value: [{ Alphabetic: name }] },
    })
  })

  it('may hold a backslash as half of a sign', async () => {
    // 0x5c is the second byte of 表 in Shift_JIS, and no separator there.
    const declared = { tag: 0x00080005, vr: 'CS', value: 'ISO_IR 13' }
    const read = await only({ tag: 0x00081030, vr: 'LO', value: Buffer.of(0x95, 0x5c, 0x5c, 0x41) }, [
      declared,
    ])
    expect(read?.Value).toEqual(['表', 'A'])
  })
})

describe('a value that was made to take long', () => {
  it.each([
    ['NULs and no end of them', 'LO', Buffer.concat([Buffer.alloc(65_532), Buffer.from('x ')])],
    ['digits and no number', 'DS', Buffer.from(`${'1'.repeat(1_022)}x `)],
    ['exponents and no number', 'DS', Buffer.from(`${'e'.repeat(1_022)}\nx`)],
  ])('%s', async (_, vr, value) => {
    const begun = performance.now()
    for (let times = 0; times < (vr === 'DS' ? 100 : 1); times += 1)
      await only({ tag: vr === 'DS' ? 0x00180050 : 0x00081030, vr, value })
    expect(performance.now() - begun).toBeLessThan(2_000)
  })

  it('an address behind many elements, deep inside', async () => {
    const many = Array.from({ length: 180_000 }, (_, at): TrialElement => {
      return { tag: 0x00110001 + 0x20000 * Math.floor(at / 60_000) + (at % 60_000), vr: 'LO', value: '' }
    })
    let inner = writeDataSet(many)
    for (let depth = 0; depth < 60; depth += 1) {
      const head = Buffer.of(0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0)
      head.writeUInt32LE(inner.length, 4)
      inner = writeElement({ tag: 0x00400275, vr: 'SQ', value: Buffer.concat([head, inner]) })
    }
    const last = writeElement({ tag: 0x00420011, vr: 'OB', value: Buffer.alloc(2_000) })
    const set = writeDataSet([{ tag: 0x00080016, vr: 'UI', value: '1.2' }])
    const { object } = await open(writePart10(Buffer.concat([set, inner, last]), explicit))
    const begun = performance.now()
    expect(await findValue(object, '00420011')).toMatchObject({ length: 2_000 })
    expect(performance.now() - begun).toBeLessThan(3_000)
  })

  it('spaces where a set of characters should be named', async () => {
    const begun = performance.now()
    const set = { tag: 0x00080005, vr: 'CS', value: Buffer.from(`${' '.repeat(65_530)}x `) }
    await json(writePart10(writeDataSet([set]), explicit))
    expect(performance.now() - begun).toBeLessThan(2_000)
  })
})

describe('a data set', () => {
  it('says the same in every encoding', async () => {
    const [first, ...others] = await Promise.all(
      (['explicit', 'implicit', 'big'] as const).map((one) => json(writeCt(one))),
    )
    expect(Object.keys(first ?? {})).toHaveLength(17)
    for (const other of others) expect(other).toEqual(first)
  })

  it.each([
    ['of told length', false, false],
    ['with delimiters', true, false],
    ['in implicit little endian', true, true],
  ])('has its sequences, items %s', async (_, delimited, implicitly) => {
    const inner = item([{ tag: 0x00080100, vr: 'SH', value: 'X' }], delimited, implicitly)
    const outer = item(
      [
        { tag: 0x00080005, vr: 'CS', value: 'ISO_IR 100' },
        { tag: 0x00080104, vr: 'LO', value: Buffer.from('é', 'latin1') },
        { tag: 0x00400440, vr: 'SQ', value: inner },
      ],
      delimited,
      implicitly,
    )
    const elements = [
      { tag: 0x00080005, vr: 'CS', value: 'ISO_IR 192' },
      { tag: 0x00081032, vr: 'SQ', value: Buffer.concat([outer, item([], delimited)]) },
      { tag: 0x00081140, vr: 'SQ', value: Buffer.alloc(0) },
      { tag: 0x00100020, vr: 'LO', value: Buffer.from('é') },
    ]
    const set = writeDataSet(elements, implicitly ? 'implicit' : 'explicit')
    const read = await json(writePart10(set, implicitly ? implicit : explicit))
    expect(read).toEqual({
      '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
      '00081032': {
        vr: 'SQ',
        Value: [
          {
            '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
            '00080104': { vr: 'LO', Value: ['é'] },
            '00400440': { vr: 'SQ', Value: [{ '00080100': { vr: 'SH', Value: ['X'] } }] },
          },
          {},
        ],
      },
      '00081140': { vr: 'SQ' },
      '00100020': { vr: 'LO', Value: ['é'] },
    })
  })

  it('has each attribute once, and no group lengths', async () => {
    const twice = writeDataSet([
      { tag: 0x00080000, vr: 'UL', value: Buffer.alloc(4) },
      { tag: 0x00080018, vr: 'UI', value: '1.2' },
      { tag: 0x00080018, vr: 'UI', value: '9.9' },
    ])
    const read = await json(writePart10(twice, explicit))
    expect(Object.keys(read)).toEqual(['00080005', '00080018'])
    expect(read['00080018']?.Value).toEqual(['1.2'])
  })

  it('tells long values by addresses that lead to them, inside sequences too', async () => {
    const long = Buffer.alloc(4_000, 7)
    const inside = item([{ tag: 0x54001010, vr: 'OW', value: long }])
    const set = writeDataSet([
      { tag: 0x00080018, vr: 'UI', value: '1.2' },
      { tag: 0x54000100, vr: 'SQ', value: Buffer.concat([item([]), inside]) },
      { tag: 0x7fe00010, vr: 'OW', value: Buffer.alloc(70_000) },
    ])
    const bytes = writePart10(set, explicit)
    const read = await json(bytes)
    expect(read['7FE00010']).toEqual({ vr: 'OW', BulkDataURI: 'bulk/7FE00010' })
    expect(read['54000100']?.Value).toEqual([
      {},
      { '54001010': { vr: 'OW', BulkDataURI: 'bulk/54000100.2.54001010' } },
    ])
    const { object } = await open(bytes)
    const found = await findValue(object, '54000100.2.54001010')
    expect(bytes.subarray(found?.offset, (found?.offset ?? 0) + (found?.length ?? 0)).equals(long)).toBe(true)
    expect(await findValue(object, '54000100.1.54001010')).toBeNull()
  })

  it('is read without its pixels', async () => {
    const pixels = { vr: 'OW', value: Buffer.alloc(3_000_000) }
    const bytes = writePart10(writeDataSet(ctElements('explicit', { 0x7fe00010: pixels })), explicit)
    const { object, reads } = await open(bytes)
    for await (const _ of writeJson(object, {}, String)) {
      // Nothing is wanted of it.
    }
    expect(reads).toEqual([])
  })

  it('is JSON whatever is cut off or changed', async () => {
    const whole = writePart10(
      Buffer.concat([
        writeDataSet(ctElements().slice(0, 8)),
        writeElement({
          tag: 0x00081032,
          vr: 'SQ',
          value: item([{ tag: 0x00080100, vr: 'SH', value: 'X' }], true),
        }),
        writeDataSet(ctElements().slice(8)),
      ]),
      explicit,
    )
    const at = fc.integer({ min: 270, max: whole.length - 1 })
    await fc.assert(
      fc.asyncProperty(at, at, fc.integer({ min: 0, max: 255 }), async (end, place, byte) => {
        const bytes = Buffer.from(whole.subarray(0, Math.max(end, 300)))
        bytes[Math.min(place, bytes.length - 1)] = byte
        expect(typeof (await json(bytes))).toBe('object')
      }),
      { numRuns: 500 },
    )
  })
})
