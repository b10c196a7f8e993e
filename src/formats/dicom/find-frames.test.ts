/** Frames by every way of telling them apart, against the pieces they were put together from. */
import { describe, expect, it } from 'vitest'
import { findFrames } from './find-frames.ts'
import { frameType } from './frame-type.ts'
import { openObject } from './open-object.ts'
import { readPicture } from './read-image.ts'
import { ctElements, short, type TrialElement, writeDataSet, writePart10 } from './trial-dicom.ts'

const jpeg = '1.2.840.10008.1.2.4.50'
const explicit = '1.2.840.10008.1.2.1'

const item = (value: Buffer): Buffer => {
  const head = Buffer.of(0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0)
  head.writeUInt32LE(value.length, 4)
  return Buffer.concat([head, value])
}
const sequenceEnd = Buffer.of(0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0)

/** The frame `at`: a codestream of 600 bytes and more, in `pieces` fragments. */
const frame = (at: number, pieces: number): Buffer[] => {
  const bytes = Buffer.concat([Buffer.of(0xff, 0xd8, 0xff, 0xe0), Buffer.alloc(600 + 2 * at, at + 1)])
  const step = Math.ceil(bytes.length / pieces / 2) * 2
  return Array.from({ length: pieces }, (_, nth) => bytes.subarray(nth * step, (nth + 1) * step))
}

type Table = 'none' | 'basic' | 'extended' | 'wrong' | 'zeros' | 'extended zeros'

const build = (pieces: readonly number[], table: Table, over: Record<number, TrialElement> = {}): Buffer => {
  const frames = pieces.map((count, at) => frame(at, count))
  const offsets: number[] = []
  let at = 0
  for (const fragments of frames) {
    offsets.push(at)
    for (const fragment of fragments) at += 8 + fragment.length
  }
  const basic = Buffer.alloc(['basic', 'wrong', 'zeros'].includes(table) ? 4 * frames.length : 0)
  const extended = Buffer.alloc(8 * frames.length)
  const lengths = Buffer.alloc(8 * frames.length)
  for (const [nth, offset] of table.endsWith('zeros') ? [] : offsets.entries()) {
    if (basic.length > 0) basic.writeUInt32LE(table === 'wrong' ? offset + 6 : offset, 4 * nth)
    extended.writeBigUInt64LE(BigInt(offset), 8 * nth)
    lengths.writeBigUInt64LE(BigInt(frames[nth]?.[0]?.length ?? 0) - 1n, 8 * nth)
  }
  const value = Buffer.concat([item(basic), ...frames.flat().map(item), sequenceEnd])
  const extra: Record<number, { vr: string; value: Buffer }> =
    table === 'extended' || table === 'extended zeros'
      ? { 0x7fe00001: { vr: 'OB', value: extended }, 0x7fe00002: { vr: 'OB', value: lengths } }
      : {}
  const elements = ctElements('explicit', {
    0x00280008: { vr: 'IS', value: String(frames.length) },
    ...extra,
    0x7fe00010: { vr: 'OB', value, declared: 0xffffffff },
    ...over,
  })
  return writePart10(writeDataSet(elements), jpeg)
}

const cut = async (
  bytes: Buffer,
  frames: readonly number[] | 'all',
  reads: number[] = [],
): Promise<Buffer[] | string> => {
  const read = async (at: number, length: number) => {
    reads.push(at)
    return Buffer.from(bytes.subarray(at, at + length))
  }
  const object = await openObject({ size: bytes.length, read }, Buffer.from(bytes.subarray(0, 65_536)))
  if (object === null) throw new Error('not opened')
  const found = await findFrames(object.source, await readPicture(object), frames)
  if (typeof found === 'string') return found
  return found.map((pieces) =>
    Buffer.concat(pieces.map(({ offset, length }) => bytes.subarray(offset, offset + length))),
  )
}

describe('encapsulated frames', () => {
  it.each([
    ['one fragment each', [1, 1, 1], 'none'],
    ['the Basic Offset Table', [1, 3, 2], 'basic'],
    ['codestreams that begin', [2, 1, 3], 'none'],
    ['a table that is wrong, and so not believed', [2, 1, 3], 'wrong'],
    ['being one alone', [4], 'none'],
    ['being one alone with a table', [4], 'basic'],
  ] as const)('are found by %s', async (_, pieces, table) => {
    const bytes = build(pieces, table)
    const all = pieces.map((count, at) => Buffer.concat(frame(at, count)))
    expect(
      await cut(
        bytes,
        all.map((_, at) => at + 1),
      ),
    ).toEqual(all)
    expect(await cut(bytes, [pieces.length])).toEqual(all.slice(-1))
  })

  it('are found by the Extended Offset Table, as long as it says', async () => {
    const all = [0, 1, 2].map((at) => Buffer.concat(frame(at, 1)).subarray(0, -1))
    expect(await cut(build([1, 1, 1], 'extended'), [3, 1])).toEqual([all[2], all[0]])
  })

  it.each(['zeros', 'extended zeros'] as const)('are not taken from a table of %s', async (table) => {
    const all = [0, 1, 2].map((at) => Buffer.concat(frame(at, 1)))
    const bytes = build([1, 1, 1], table)
    for (const at of [0, 1, 2]) expect(await cut(bytes, [at + 1])).toEqual([all[at]])
  })

  it('are whole where the table of lengths is not', async () => {
    const short = { 0x7fe00002: { tag: 0x7fe00002, vr: 'OB', value: Buffer.alloc(8, 1) } }
    expect(await cut(build([1, 1, 1], 'extended', short), [3])).toEqual([Buffer.concat(frame(2, 1))])
  })

  it('are all had at once, however many there are said to be', async () => {
    const all = [0, 1, 2].map((at) => Buffer.concat(frame(at, 1)))
    expect(await cut(build([1, 1, 1], 'basic'), 'all')).toEqual(all)
    for (const value of ['2147483647', '4000000000']) {
      const said = { 0x00280008: { tag: 0x00280008, vr: 'IS', value } }
      expect(await cut(build([1, 1, 1], 'none', said), 'all')).toBe('not-separate')
    }
    const said = { 0x00280008: { tag: 0x00280008, vr: 'IS', value: '4e9' } }
    expect(await cut(build([1], 'none', said), 'all')).toEqual([all[0]])
  })

  it('are told apart with few reads, in however many fragments they lie', async () => {
    const reads: number[] = []
    const pieces = [40, 300, 260]
    const all = pieces.map((count, at) => Buffer.concat(frame(at, count)))
    expect(await cut(build(pieces, 'none'), [2], reads)).toEqual([all[1]])
    expect(reads.length).toBeLessThan(10)
  })

  it('are not guessed', async () => {
    const more = { 0x00280008: { tag: 0x00280008, vr: 'IS', value: '7' } }
    expect(await cut(build([1, 1, 1], 'none', more), [1])).toBe('not-separate')
    const fewer = { 0x00280008: { tag: 0x00280008, vr: 'IS', value: '2' } }
    expect(await cut(build([1, 1, 1], 'none', fewer), [1])).toBe('not-separate')
    expect(await cut(build([1, 1], 'none'), [3])).toBe('no-such-frame')
    const whole = build([1, 1], 'none')
    expect(await cut(whole.subarray(0, whole.length - 300), [1])).toBe('damaged')
  })
})

describe('native frames', () => {
  const native = (changes: Parameters<typeof ctElements>[1], size: number): Buffer => {
    const pixels = Buffer.from(Array.from({ length: size }, (_, at) => at % 251))
    return writePart10(
      writeDataSet(ctElements('explicit', { ...changes, 0x7fe00010: { vr: 'OW', value: pixels } })),
      explicit,
    )
  }

  it.each([
    ['of 16 bits', {}, 512],
    ['of single bits', { 0x00280100: { vr: 'US', value: short(1) } }, 32],
    [
      'of three colours',
      { 0x00280002: { vr: 'US', value: short(3) }, 0x00280100: { vr: 'US', value: short(8) } },
      768,
    ],
    [
      'with half of the colours',
      {
        0x00280002: { vr: 'US', value: short(3) },
        0x00280004: { vr: 'CS', value: 'YBR_FULL_422' },
        0x00280100: { vr: 'US', value: short(8) },
      },
      512,
    ],
  ])('%s follow each other', async (_, changes, size) => {
    const bytes = native({ ...changes, 0x00280008: { vr: 'IS', value: '3' } }, 3 * size)
    const pixels = bytes.subarray(-3 * size)
    expect(await cut(bytes, [3, 1])).toEqual([pixels.subarray(2 * size), pixels.subarray(0, size)])
  })

  it('that are not all there are not half there', async () => {
    const bytes = native({ 0x00280008: { vr: 'IS', value: '3' } }, 1_200)
    expect(await cut(bytes, [2])).not.toBe('damaged')
    expect(await cut(bytes, [3])).toBe('damaged')
    const odd = { 0x00280100: { vr: 'US', value: short(1) }, 0x00280010: { vr: 'US', value: short(3) } }
    const bits = { ...odd, 0x00280011: { vr: 'US', value: short(3) }, 0x00280008: { vr: 'IS', value: '3' } }
    expect(await cut(native(bits, 4), [1])).toBe('not-separate')
    expect(await cut(native({ 0x00280010: null }, 512), [1])).toBe('damaged')
  })
})

it.each([
  ['5', 'image/dicom-rle'],
  ['4.50', 'image/jpeg'],
  ['4.90', 'image/jp2'],
  ['4.102.1', 'video/mp4'],
  ['4.999', 'application/octet-stream'],
])('the type of frames in 1.2.840.10008.1.2.%s is %s', (end, type) => {
  expect(frameType(`1.2.840.10008.1.2.${end}`)).toBe(type)
})

it.each(['1.2\r\nX-Added: 1', '1.2.840.10008.1.2.4.50; x=1', 'JPEG'])(
  'nothing is opened as %j',
  async (syntax) => {
    const bytes = writePart10(writeDataSet(ctElements()), syntax)
    const read = async (at: number, length: number) => bytes.subarray(at, at + length)
    expect(await openObject({ size: bytes.length, read }, bytes)).toBeNull()
  },
)
