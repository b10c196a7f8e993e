/** Pixels whose light is known by hand, and the PNG that carries them. */
import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { writePng } from '#formats/image/write-png.ts'
import { canDraw, drawFrame, mayShowText, shrinkPicture } from './draw-frame.ts'
import type { Picture } from './read-image.ts'

const picture = (over: Partial<Picture> = {}): Picture => ({
  sopClass: '1.2.840.10008.5.1.4.1.1.2',
  modality: 'CT',
  rows: 1,
  columns: 4,
  frames: 1,
  samples: 1,
  planar: false,
  photometric: 'MONOCHROME2',
  bitsAllocated: 16,
  bitsStored: 12,
  highBit: null,
  signed: false,
  window: null,
  slope: 1,
  intercept: 0,
  burnedIn: '',
  pixels: { length: 8, offset: 0, tag: 0x7fe00010, vr: 'OW' },
  offsets: null,
  lengths: null,
  document: null,
  documentType: '',
  ...over,
})

const words = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(2 * values.length)
  for (const [at, value] of values.entries()) bytes.writeUInt16LE(value & 0xffff, 2 * at)
  return bytes
}

const drawn = (
  bytes: Buffer,
  over: Partial<Picture> = {},
  window: Parameters<typeof drawFrame>[2] = null,
) => [...drawFrame(bytes, picture(over), window).bytes]

describe('grey', () => {
  it('spans from the darkest to the lightest without a window', () => {
    expect(drawn(words(0, 1000, 2000, 4000))).toEqual([0, 64, 128, 255])
    expect(drawn(words(7, 7, 7, 7))).toEqual([0, 0, 0, 0])
  })

  it('is by the window of the file, in the values it speaks of', () => {
    const over = { window: { centre: 40, width: 401 }, intercept: -1024 }
    expect(drawn(words(0, 1024 - 160, 1063, 4000), over)).toEqual([0, 0, 127, 255])
    expect(drawn(words(0, 1000, 2000, 4000), {}, { centre: 2000, width: 2, shape: 'linear' })).toEqual([
      0, 0, 255, 255,
    ])
    expect(
      drawn(words(0, 1000, 2000, 4000), {}, { centre: 2000, width: 4000, shape: 'linear-exact' }),
    ).toEqual([0, 64, 128, 255])
    expect(drawn(words(0, 0, 2000, 4000), {}, { centre: 2000, width: 100, shape: 'sigmoid' })).toEqual([
      0, 0, 128, 255,
    ])
  })

  it('is turned round where white is the least, and signed where it says so', () => {
    expect(drawn(words(0, 1000, 2000, 4000), { photometric: 'MONOCHROME1' })).toEqual([255, 191, 127, 0])
    expect(drawn(words(-100, 0, 50, 100), { signed: true })).toEqual([0, 128, 191, 255])
  })

  it('has no bits that are not its own', () => {
    expect(drawn(words(0xf000, 0x1fff, 0, 0x0fff))).toEqual([0, 255, 0, 255])
    expect(drawn(Buffer.of(0, 85, 170, 255), { bitsAllocated: 8, bitsStored: 8 })).toEqual([0, 85, 170, 255])
  })
})

describe('colours', () => {
  const colour = { samples: 3, bitsAllocated: 8, bitsStored: 8, photometric: 'RGB', columns: 2 }
  it('are as they are stored, by pixel or by plane', () => {
    expect(drawn(Buffer.of(1, 2, 3, 4, 5, 6), colour)).toEqual([1, 2, 3, 4, 5, 6])
    expect(drawn(Buffer.of(1, 4, 2, 5, 3, 6), { ...colour, planar: true })).toEqual([1, 2, 3, 4, 5, 6])
    expect(drawn(Buffer.of(76, 85, 255, 255, 128, 128), { ...colour, photometric: 'YBR_FULL' })).toEqual([
      254, 0, 0, 255, 255, 255,
    ])
  })
})

it.each([
  [{}, true],
  [{ photometric: 'PALETTE COLOR' }, false],
  [{ bitsAllocated: 32 }, false],
  [{ samples: 3 }, false],
  [{ rows: 0 }, false],
  [{ rows: 65_535, columns: 65_535 }, false],
  [{ pixels: null }, false],
  [{ highBit: 11 }, true],
  [{ highBit: 15 }, false],
])('a frame with %j is drawn: %j', (over, expected) => {
  expect(canDraw(picture(over))).toBe(expected)
})

it.each([
  [{}, false],
  [{ burnedIn: 'YES' }, true],
  [{ modality: 'US' }, true],
  [{ modality: 'US', burnedIn: 'NO' }, false],
  [{ sopClass: '1.2.840.10008.5.1.4.1.1.7' }, true],
  [{ sopClass: '1.2.840.10008.5.1.4.1.1.7.2' }, true],
])('a picture with %j may show text: %j', (over, expected) => {
  expect(mayShowText(picture(over))).toBe(expected)
})

it('a smaller picture is the mean of the larger', () => {
  const whole = {
    width: 4,
    height: 2,
    samples: 1 as const,
    bytes: Buffer.of(0, 100, 10, 10, 100, 200, 10, 10),
  }
  const small = shrinkPicture(whole, { width: 2, height: 2 })
  expect([small.width, small.height, ...small.bytes]).toEqual([2, 1, 100, 10])
  expect(shrinkPicture(whole, { width: 9, height: 9 })).toBe(whole)
})

it('a PNG has the picture and nothing else', async () => {
  const bytes = Buffer.of(1, 2, 3, 4, 5, 6)
  const png = await writePng({ width: 1, height: 2, samples: 3, bytes })
  expect(png.toString('latin1').match(/IHDR|IDAT|IEND|tEXt|tIME/g)).toEqual(['IHDR', 'IDAT', 'IEND'])
  const at = png.indexOf('IDAT') + 4
  const data = inflateSync(png.subarray(at, at + png.readUInt32BE(at - 8)))
  expect([...data]).toEqual([0, 1, 2, 3, 0, 4, 5, 6])
})
