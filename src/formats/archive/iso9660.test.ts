import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type TrialFile, type TrialFolder, trialDisc } from '#fixtures/disc-image.ts'
import { seeded } from '#fixtures/seeded.ts'
import { discRatio, mostBytesOf } from './archive.ts'
import { lookIntoIso, readIso } from './iso9660.ts'
import { rangeOf, type Taken, takeAll } from './trial-archive.ts'

const noise = (length: number): Buffer => {
  const bytes = Buffer.alloc(length)
  seeded('disc').fill(bytes)
  return bytes
}

const disc: TrialFolder = {
  name: '',
  files: [
    { name: 'Müller Bericht.pdf', bytes: noise(5_000) },
    { name: 'empty.txt', bytes: Buffer.alloc(0), block: 0xffff_ffff },
  ],
  folders: [
    {
      name: 'DICOM',
      files: [{ name: 'IM000001', bytes: noise(1_300_000) }],
      folders: [{ name: 'SUB', files: [{ name: 'a.b', bytes: noise(1) }] }],
    },
    {
      name: 'MANY',
      files: Array.from({ length: 120 }, (_, i) => ({ name: `image number ${i}.dcm`, bytes: noise(10 + i) })),
    },
  ],
}

const take = (folder: TrialFolder, joliet = true): Promise<Taken> =>
  takeAll(readIso(rangeOf(trialDisc(folder, joliet))))

const withFile = (file: Partial<TrialFile>): TrialFolder => ({
  name: '',
  files: [
    { name: 'bad', bytes: noise(10), ...file },
    { name: 'good', bytes: noise(20) },
  ],
})

describe('a disc image', () => {
  it('gives its files with their long names, times and bytes', async () => {
    const { files, codes } = await take(disc)
    expect(codes).toEqual([])
    expect(files.slice(0, 4).map(({ index, name, bytes }) => [index, name, bytes.length])).toEqual([
      [0, 'Müller Bericht.pdf', 5_000],
      [1, 'empty.txt', 0],
      [2, 'DICOM/IM000001', 1_300_000],
      [3, 'DICOM/SUB/a.b', 1],
    ])
    expect(files).toHaveLength(124)
    expect(files[2]?.bytes.equals(noise(1_300_000))).toBe(true)
    expect(files[0]?.modified).toBe(Date.UTC(2026, 9, 20, 6, 30))
  })

  it('without Joliet gives the short names, without their version', async () => {
    const { files } = await take(disc, false)
    expect(files.slice(0, 3).map(({ name }) => name)).toEqual([
      'M_LLER_BERICHT.PDF',
      'EMPTY.TXT',
      'DICOM/IM000001',
    ])
  })

  it('gives the long names of Rock Ridge, and no links', async () => {
    const link = { name: 'link', bytes: Buffer.alloc(0), use: Buffer.from('SL\x05\x01\0') }
    const torn = { name: 'torn', bytes: noise(3), use: Buffer.from('NM\xff\x01\0', 'latin1') }
    const image = trialDisc({ ...disc, files: [...disc.files, link, torn] }, false, true)
    const { files, codes } = await takeAll(readIso(rangeOf(image)))
    expect(files.slice(0, 4).map(({ name }) => name)).toEqual([
      'Müller Bericht.pdf',
      'empty.txt',
      'TORN',
      'DICOM/IM000001',
    ])
    expect(codes).toEqual([])
  })

  it('joins the pieces of a file', async () => {
    const bytes = noise(9_000)
    const pieces = [
      { name: 'large', bytes: bytes.subarray(0, 4_096), flags: 0x80 },
      { name: 'large', bytes: bytes.subarray(4_096, 6_144), flags: 0x80 },
      { name: 'large', bytes: bytes.subarray(6_144) },
    ]
    const { files, codes } = await take({ name: '', files: [...pieces, { name: 'more', bytes: noise(7) }] })
    expect(files.map(({ index, name, bytes: { length } }) => [index, name, length])).toEqual([
      [0, 'large', 9_000],
      [1, 'more', 7],
    ])
    expect([files[0]?.bytes.equals(bytes), codes]).toEqual([true, []])
  })

  it('written for UDF alone is not taken for the note it carries', async () => {
    const udf = (folder: TrialFolder): Buffer => {
      const image = trialDisc(folder, false)
      for (const [index, mark] of ['BEA01', 'NSR02', 'TEA01'].entries())
        image.write(`\0${mark}\x01`, 32_768 + (2 + index) * 2_048, 'latin1')
      return image
    }
    const note = { name: '', files: [{ name: 'README.TXT', bytes: noise(60) }] }
    expect(await lookIntoIso(rangeOf(udf(note)))).toBe('DISC_IMAGE_UNSUPPORTED')
    expect(await lookIntoIso(rangeOf(trialDisc(note, false)))).toBeNull()
    expect(await lookIntoIso(rangeOf(udf(disc)))).toBeNull()
  })

  it('is read from a file on, with the same numbers', async () => {
    const { files } = await takeAll(readIso(rangeOf(trialDisc(disc)), 122))
    expect(files.map(({ index, name }) => [index, name])).toEqual([
      [122, 'MANY/image number 118.dcm'],
      [123, 'MANY/image number 119.dcm'],
    ])
  })

  it.each<[string, Partial<TrialFile>]>([
    ['outside the image', { block: 1_000_000 }],
    ['past its end', { size: 5_000_000 }],
    ['in pieces of which the last is missing', { flags: 0x80 }],
    ['interleaved', { unit: 2 }],
  ])('passes over a file that lies %s', async (_name, file) => {
    const { files, codes } = await take(withFile(file))
    expect(files.map(({ index, name }) => [index, name])).toEqual([[1, 'good']])
    expect(codes).toEqual(['ARCHIVE_DAMAGED'])
  })

  it('with folders in a circle is walked once', async () => {
    const { files, codes } = await take({ ...withFile({}), loops: ['again', 'and again'] })
    expect([files.length, codes]).toEqual([2, ['ARCHIVE_DAMAGED']])
  })

  it('deeper than any disc ends there', async () => {
    let folder: TrialFolder = { name: 'x', files: [{ name: 'deep', bytes: noise(1) }] }
    for (let i = 0; i < 40; i += 1) folder = { name: 'x', files: [], folders: [folder] }
    expect(await take({ ...folder, files: [{ name: 'top', bytes: noise(1) }] })).toMatchObject({
      files: [{ name: 'top' }],
      codes: ['ARCHIVE_DAMAGED'],
    })
  })

  it('whose names share one file ends at the bound of the whole', async () => {
    const shared = noise(4_000_000)
    const files = [{ name: '0', bytes: shared }]
    const at = 24
    const more = Array.from({ length: 60 }, (_, i) => ({
      name: `${i}`,
      bytes: Buffer.alloc(0),
      block: at,
      size: shared.length,
    }))
    const image = trialDisc({ name: '', files: [...files, ...more] })
    const { files: taken, codes } = await takeAll(readIso(rangeOf(image)))
    expect(codes).toEqual(['ARCHIVE_LIMIT'])
    const sum = taken.reduce((total, file) => total + file.bytes.length, 0)
    expect(sum).toBeLessThanOrEqual(mostBytesOf(image.length, discRatio))
    expect(sum).toBeGreaterThan(shared.length)
  })

  it('rejects with what its source rejects with, and says when it cannot be opened', async () => {
    const image = trialDisc(disc)
    const failure = new Error('the store is away')
    const read = async (offset: number, length: number) => {
      if (offset > 60_000) throw failure
      return image.subarray(offset, offset + length)
    }
    await expect(takeAll(readIso({ size: image.length, read }))).rejects.toBe(failure)
    expect(await lookIntoIso(rangeOf(image))).toBeNull()
    expect(await lookIntoIso(rangeOf(image.subarray(0, 40_000)))).toBe('DISC_IMAGE_UNSUPPORTED')
  })

  it('that was changed or cut ends with a code or whole, within its bounds', async () => {
    const small = trialDisc({
      ...withFile({}),
      folders: [{ name: 'IN', files: [{ name: 'x', bytes: noise(9) }] }],
      loops: ['l'],
    })
    const change = fc.record({ at: fc.integer({ min: 32_768, max: small.length - 1 }), byte: fc.nat(255) })
    const property = fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 40 }),
      fc.option(fc.nat(small.length)),
      async (changes, cut) => {
        const bytes = Buffer.from(small)
        for (const { at, byte } of changes) bytes[at] = byte
        const { files } = await takeAll(readIso(rangeOf(bytes.subarray(0, cut ?? bytes.length))))
        const sum = files.reduce((total, file) => total + file.bytes.length, 0)
        expect(sum).toBeLessThanOrEqual(mostBytesOf(small.length, discRatio))
      },
    )
    await fc.assert(property, { numRuns: 300 })
  }, 60_000)
})
