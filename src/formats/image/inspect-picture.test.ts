import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { decode, init } from '@jsquash/png/decode.js'
import fc from 'fast-check'
import { decode as decodeTiff } from 'tiff'
import { describe, expect, it } from 'vitest'
import { pictureDecoders } from '#adapters/inspector/picture-decoders.ts'
import { mostPatchBytes, mostPatches } from '#domain/patch.ts'
import { isVerdictCode } from '#domain/verdict.ts'
import {
  chunk,
  exifTiff,
  paint,
  plainJpeg,
  segment,
  telephoneJpeg,
  tellingPng,
  tellingTiff,
  writePng,
} from '#fixtures/picture/pictures.ts'
import { heicSample, lzwTiffSample } from '#fixtures/picture/samples.ts'
import { gpsBytes } from '#fixtures/picture/tiff-fields.ts'
import { readOrientation } from './exif.ts'
import { inspectPicture, type PictureReport } from './inspect-picture.ts'
import { sniffPicture } from './sniff-picture.ts'

const require = createRequire(import.meta.url)

const inspect = (bytes: Buffer): Promise<PictureReport> => {
  const format = sniffPicture(bytes)
  if (format === null) throw new Error('no picture')
  return inspectPicture(bytes, format, pictureDecoders)
}

const decodePng = async (bytes: Buffer): Promise<{ readonly data: Uint8ClampedArray }> => {
  const wasm = readFileSync(require.resolve('@jsquash/png/codec/pkg/squoosh_png_bg.wasm'))
  await init(wasm)
  return decode(new Uint8Array(bytes).buffer) as Promise<{ readonly data: Uint8ClampedArray }>
}

const serve = (bytes: Buffer, { patches }: PictureReport): Buffer => {
  const served = Buffer.from(bytes)
  for (const patch of patches) {
    served.fill(0, patch.at, patch.at + patch.length)
    served.set(patch.bytes, patch.at)
  }
  return served
}

const areInOrder = (size: number, { patches }: PictureReport): boolean =>
  patches.length <= mostPatches &&
  patches.every(({ at, length, bytes }, n) => {
    const before = patches[n - 1]
    const from = before === undefined ? 0 : before.at + before.length
    return at >= from && length > 0 && at + length <= size && bytes.length <= Math.min(length, mostPatchBytes)
  })

const expectClean = async (bytes: Buffer, orientation: number): Promise<Buffer> => {
  const report = await inspect(bytes)
  expect(report.codes).toEqual(['PICTURE_IDENTITY_UNVERIFIED', 'LOCATION_REMOVED'])
  expect(report.facts).toMatchObject({ orientation })
  expect(areInOrder(bytes.length, report)).toBe(true)
  const served = serve(bytes, report)
  expect(served.length).toBe(bytes.length)
  expect(served.includes('Canary')).toBe(false)
  expect(served.includes(gpsBytes)).toBe(false)
  const again = await inspect(served)
  expect(again.codes).toEqual(['PICTURE_IDENTITY_UNVERIFIED'])
  expect(again.facts).toEqual(report.facts)
  return served
}

const orientations = [1, 2, 3, 4, 5, 6, 7, 8]

describe('a JPEG', () => {
  it.each(orientations)(
    'keeps its pixels and orientation %i, and nothing that tells',
    async (orientation) => {
      const plain = await plainJpeg()
      const bytes = await telephoneJpeg(orientation)
      expect(bytes.includes(gpsBytes)).toBe(true)
      const served = await expectClean(bytes, orientation)
      const exif = served.indexOf('Exif\0\0')
      expect(readOrientation(served.subarray(exif + 6))).toBe(orientation)
      expect(served.includes(plain.subarray(2))).toBe(true)
    },
  )

  it('has nothing to hide when it is plain, and keeps its colour profile', async () => {
    const plain = await plainJpeg()
    const profile = segment(0xe2, Buffer.from('ICC_PROFILE\0\x01\x01profile'))
    const adobe = segment(0xee, Buffer.from('Adobe\0\x64\0\0\0\0\x01'))
    for (const extra of [Buffer.alloc(0), profile, adobe]) {
      const report = await inspect(Buffer.concat([plain.subarray(0, 2), extra, plain.subarray(2)]))
      expect(report).toMatchObject({
        codes: ['PICTURE_IDENTITY_UNVERIFIED'],
        facts: { mediaType: 'image/jpeg', width: 48, height: 32, orientation: 1 },
        patches: [],
      })
    }
  })

  it('loses the thumbnail in its JFIF segment', async () => {
    const jfif = segment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\x04\x01CanaryPixels'))
    const plain = await plainJpeg()
    const served = await expectClean(Buffer.concat([plain.subarray(0, 2), jfif, plain.subarray(2)]), 1)
    expect(served.subarray(0, 20).toString('latin1')).toContain('JFIF\0\x01\x01\0\0\x01\0\x01\0\0')
  })

  it.each([
    ['cut in its data', (whole: Buffer) => whole.subarray(0, whole.length - 400)],
    [
      'cut, with an end put on',
      (whole: Buffer) =>
        Buffer.concat([whole.subarray(0, whole.length - 400), Buffer.from('\xff\xd9', 'latin1')]),
    ],
    ['without its end', (whole: Buffer) => whole.subarray(0, -2)],
    ['with a hole', (whole: Buffer) => Buffer.from(whole).fill(0xff, whole.length - 500, whole.length - 300)],
  ])('is damaged when it is %s', async (_name, harm) => {
    for (const progressive of [false, true]) {
      const whole = await plainJpeg({ width: 200, height: 150 }, progressive)
      expect((await inspect(harm(whole))).codes).toContain('PICTURE_DAMAGED')
    }
  })

  it.each([
    ['header alone', Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'), 'PICTURE_UNREADABLE'],
    ['text', Buffer.from('\xff\xd8\xff hello', 'latin1'), 'PICTURE_UNREADABLE'],
    [
      'lossless',
      Buffer.from('ffd8ffc3000b080010001001011100ffda0008010100003f0055ffd9', 'hex'),
      'PICTURE_UNSUPPORTED',
    ],
    [
      'too large',
      Buffer.from('ffd8ffc0000b08ffff ffff01011100ffda0008010100003f0055ffd9'.replace(' ', ''), 'hex'),
      'PICTURE_LIMIT',
    ],
  ])('of %s is refused before it is decoded', async (_name, bytes, code) => {
    expect((await inspect(bytes)).codes).toEqual([code])
  })

  it('with more to blank than one file may have waits for a person', async () => {
    const plain = await plainJpeg()
    const many = Array.from({ length: mostPatches + 1 }, () => segment(0xfe, Buffer.from('x')))
    const report = await inspect(Buffer.concat([plain.subarray(0, 2), ...many, plain.subarray(2)]))
    expect(report).toMatchObject({ codes: ['PICTURE_LIMIT'], patches: [] })
  })
})

describe('a PNG', () => {
  it.each(orientations)(
    'keeps its pixels and orientation %i, and nothing that tells',
    async (orientation) => {
      const served = await expectClean(tellingPng(orientation), orientation)
      const data = (bytes: Buffer): string =>
        bytes.subarray(bytes.indexOf('IDAT'), bytes.lastIndexOf('IDAT')).toString('hex')
      expect(data(served)).toBe(data(writePng()))
      const exif = served.indexOf('eXIf')
      expect(exif > 0 ? readOrientation(served.subarray(exif + 4)) : 1).toBe(orientation)
      const shown = await decodePng(served)
      expect(Buffer.from(shown.data).equals(Buffer.from((await decodePng(writePng())).data))).toBe(true)
    },
  )

  it.each([
    ['cut in its data', writePng().subarray(0, 200)],
    ['without its end', writePng().subarray(0, -12)],
    ['with a wrong checksum', Buffer.from(writePng()).fill(1, 60, 64)],
    ['with too few rows', Buffer.from(writePng()).fill(200, 23, 24)],
  ])('is damaged when it is %s', async (_name, bytes) => {
    expect((await inspect(bytes)).codes).toContain('PICTURE_DAMAGED')
  })

  it('is refused when nothing of it shows, and waits when it is far too large', async () => {
    expect((await inspect(writePng().subarray(0, 40))).codes).toEqual(['PICTURE_UNREADABLE'])
    const wide = Buffer.from(writePng())
    wide.writeUInt32BE(200_000, 16)
    wide.writeUInt32BE(200_000, 20)
    expect((await inspect(wide)).codes).toEqual(['PICTURE_LIMIT'])
  })

  it('with many texts has few patches', async () => {
    const texts = Array.from({ length: 500 }, () => chunk('tEXt', Buffer.from('Comment\0CanaryText')))
    const report = await inspect(writePng(undefined, texts))
    expect(report.codes).toContain('LOCATION_REMOVED')
    expect(report.patches).toHaveLength(2)
  })
})

describe('a TIFF', () => {
  it.each(['plain', 'deflate', 'packbits'] as const)('packed %s keeps its pixels alone', async (packing) => {
    const served = await expectClean(tellingTiff(packing), 1)
    if (packing === 'packbits') return
    const [page] = decodeTiff(served)
    expect(Buffer.from(page?.data as Uint8Array).equals(paint({ width: 48, height: 32 }))).toBe(true)
  })

  it.each(orientations)('keeps its orientation %i', async (orientation) => {
    await expectClean(tellingTiff('deflate', orientation), orientation)
  })

  it('packed by LZW is counted as another decoder counts it, and damaged when cut', async () => {
    const whole = lzwTiffSample()
    expect(decodeTiff(whole)[0]?.data).toHaveLength(32 * 24 * 3)
    expect(await inspect(whole)).toMatchObject({
      codes: ['PICTURE_IDENTITY_UNVERIFIED'],
      facts: { width: 32, height: 24 },
    })
    const harmed = Buffer.from(whole).fill(0xff, 60, 100)
    expect((await inspect(harmed)).codes).not.toEqual(['PICTURE_IDENTITY_UNVERIFIED'])
  })

  it.each([
    ['cut in its last strip', tellingTiff().subarray(0, -100), 'PICTURE_DAMAGED'],
    ['of a header alone', tellingTiff().subarray(0, 20), 'PICTURE_UNREADABLE'],
  ])('is told when it is %s', async (_name, bytes, code) => {
    expect((await inspect(bytes)).codes).toContain(code)
  })

  it('whose directories come back to themselves is refused', async () => {
    const looped = tellingTiff()
    looped.writeUInt32LE(8, 8 + 2 + looped.readUInt16LE(8) * 12)
    expect((await inspect(looped)).codes).toEqual(['PICTURE_UNREADABLE'])
  })

  it('whose EXIF lies in its pixels is not blanked', async () => {
    const bytes = tellingTiff()
    const entry = bytes.indexOf(Buffer.from([0x69, 0x87, 4, 0]))
    bytes.writeUInt32LE(bytes.length - 1_000, entry + 8)
    bytes.writeUInt16LE(0, bytes.length - 1_000)
    expect(await inspect(bytes)).toMatchObject({ codes: ['PICTURE_DAMAGED'], patches: [] })
  })
})

describe('a HEIC', () => {
  it('keeps its picture alone', async () => {
    const bytes = heicSample()
    expect(bytes.includes('CanaryMake') && bytes.includes('CanaryXmp')).toBe(true)
    const served = await expectClean(bytes, 1)
    expect(served.subarray(0, 300).equals(bytes.subarray(0, 300))).toBe(true)
  })

  it('loses what a telephone puts behind it', async () => {
    const mpvd = Buffer.from('\0\0\0\x18mpvd CanaryMotion..')
    await expectClean(Buffer.concat([heicSample(), mpvd, Buffer.from('SEFH CanaryTail')]), 1)
  })

  it('is damaged when it is cut, and refused when nothing is left', async () => {
    const bytes = heicSample()
    expect((await inspect(bytes.subarray(0, -20))).codes).toContain('PICTURE_DAMAGED')
    expect((await inspect(bytes.subarray(0, 100))).codes).toEqual(['PICTURE_UNREADABLE'])
  })
})

it('refuses AVIF in words', async () => {
  const avif = Buffer.from('\0\0\0\x18ftypavif\0\0\0\0avifmif1')
  expect((await inspect(avif)).codes).toEqual(['PICTURE_UNSUPPORTED'])
})

it('never throws for what a file holds, and stays inside it', async () => {
  const seeds = [
    await telephoneJpeg(6),
    tellingPng(6),
    tellingTiff('deflate', 6),
    tellingTiff('packbits'),
    lzwTiffSample(),
    heicSample(),
    Buffer.concat([Buffer.from('\xff\xd8\xff\xe1\0\x50Exif\0\0', 'latin1'), exifTiff(3)]),
  ]
  const change = fc.record({ at: fc.nat(), value: fc.integer({ min: 0, max: 255 }), wide: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...seeds.keys()),
      fc.array(change, { maxLength: 6 }),
      fc.option(fc.nat()),
      async (index, changes, cut) => {
        const seed = seeds[index] ?? Buffer.alloc(16)
        const bytes = Buffer.from(cut === null ? seed : seed.subarray(0, 16 + (cut % seed.length)))
        for (const { at, value, wide } of changes) {
          const from = 12 + (at % Math.min(bytes.length - 12, 4_000))
          bytes.fill(value, from, Math.min(bytes.length, from + (wide ? 4 : 1)))
        }
        const report = await inspect(bytes)
        expect(report.codes.every(isVerdictCode)).toBe(true)
        expect(report.codes.length).toBeGreaterThan(0)
        expect(areInOrder(bytes.length, report)).toBe(true)
      },
    ),
    { numRuns: 400 },
  )
}, 60_000)
