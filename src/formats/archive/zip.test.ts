import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ArchiveEvent } from '#domain/archive.ts'
import { bombEntry, type TrialEntry, trialZip } from '#fixtures/archive.ts'
import { seeded } from '#fixtures/seeded.ts'
import { mostBytesOf, zipRatio } from './archive.ts'
import { rangeOf, type Taken, takeAll } from './trial-archive.ts'
import { readZip } from './zip.ts'

const noise = (length: number): Buffer => {
  const bytes = Buffer.alloc(length)
  seeded('archive').fill(bytes)
  return bytes
}

const take = (entries: readonly TrialEntry[], zip64 = false): Promise<Taken> =>
  takeAll(readZip(rangeOf(trialZip(entries, zip64))))

const hello: TrialEntry = { name: 'hello.txt', bytes: Buffer.from('hello') }

describe('a ZIP', () => {
  it('gives its files in order, stored and deflated, small and large, with names and times', async () => {
    const large = Buffer.concat([noise(1_500_000), Buffer.alloc(2_000_000)])
    const { files, broken, codes } = await take([
      { name: 'A/' },
      { name: 'A/one.dcm', bytes: noise(700_000) },
      { name: 'A/two.dcm', bytes: noise(300_000), deflate: true },
      { name: 'A/big.bin', bytes: large, deflate: true },
      { name: 'A/stored.bin', bytes: large },
      { name: 'empty', bytes: Buffer.alloc(0), deflate: true },
    ])
    expect(files.map(({ index, name, bytes }) => [index, name, bytes.length])).toEqual([
      [0, 'A/one.dcm', 700_000],
      [1, 'A/two.dcm', 300_000],
      [2, 'A/big.bin', 3_500_000],
      [3, 'A/stored.bin', 3_500_000],
      [4, 'empty', 0],
    ])
    expect(files[2]?.bytes.equals(large) && files[3]?.bytes.equals(large)).toBe(true)
    expect(files[1]?.bytes.equals(noise(300_000))).toBe(true)
    expect(files[0]?.modified).toBe(Date.UTC(2026, 9, 20, 8, 30))
    expect([broken, codes]).toEqual([[], []])
  })

  it('may be a ZIP64', async () => {
    const { files, codes } = await take([{ ...hello, zip64: true }, hello], true)
    expect([files.length, codes]).toEqual([2, []])
  })

  it('may have anything behind its end', async () => {
    const zip = trialZip([hello])
    for (const behind of [Buffer.alloc(1), Buffer.alloc(9_000), noise(500), Buffer.from('PK\x05\x06')]) {
      const { files, codes } = await takeAll(readZip(rangeOf(Buffer.concat([zip, behind]))))
      expect([files.length, codes]).toEqual([1, []])
    }
  })

  it('may be empty', async () => {
    expect(await take([])).toEqual({ files: [], broken: [], codes: [] })
  })

  it('is read from a file on, with the same numbers, and nothing before it is read', async () => {
    const big = { name: 'big', bytes: noise(3_000_000) }
    const range = rangeOf(trialZip([big, hello, { ...hello, name: 'last' }]))
    const { files } = await takeAll(readZip(range, 2))
    expect(files.map(({ index, name }) => [index, name])).toEqual([[2, 'last']])
    expect(range.asked.reduce((sum, [, length]) => sum + length, 0)).toBeLessThan(300_000)
  })

  it('is read with few and short reads', async () => {
    const many = Array.from({ length: 500 }, (_, i) => ({ name: `f${i}`, bytes: Buffer.from(`${i}`) }))
    const range = rangeOf(trialZip(many))
    await takeAll(readZip(range))
    expect(range.asked.length).toBeLessThan(10)
  })

  it('keeps names that climb, hide or turn around as harmless text', async () => {
    const names = [
      '../../etc/passwd',
      '/root/x',
      'C:\\Windows\\evil.exe',
      'a/./../b',
      '..',
      'photo\u202egpj.exe',
      'line\nbreak',
      'n'.repeat(5_000),
    ]
    const { files } = await take(names.map((name) => ({ ...hello, name, utf8: true })))
    expect(files.map(({ name }) => name)).toEqual([
      'etc/passwd',
      'root/x',
      'Windows/evil.exe',
      'a/b',
      '\ufffd',
      'photo\ufffdgpj.exe',
      'line\ufffdbreak',
      'n'.repeat(1_024),
    ])
  })

  it('may spell names in CP437, in UTF-8, or in UTF-8 without saying so', async () => {
    const { files } = await take([
      { ...hello, name: Buffer.from('M\x81ller', 'latin1') },
      { ...hello, name: 'Müller', utf8: true },
      { ...hello, name: 'Żółć' },
    ])
    expect(files.map(({ name }) => name)).toEqual(['Müller', 'Müller', 'Żółć'])
  })

  it('gives no folders, links or devices', async () => {
    const { files } = await take([
      { name: 'folder/' },
      { name: 'link', bytes: Buffer.from('/etc/passwd'), mode: 0o120777 },
      { name: 'device', mode: 0o020666 },
      { ...hello, mode: 0o100644 },
    ])
    expect(files.map(({ index, name }) => [index, name])).toEqual([[0, 'hello.txt']])
  })

  it('rejects with what its source rejects with', async () => {
    const bytes = trialZip([{ name: 'a', bytes: noise(500_000) }])
    const failure = new Error('the store is away')
    for (const after of [0, 1, 2, 3]) {
      let reads = 0
      const read = async (offset: number, length: number) => {
        if (reads++ >= after) throw failure
        return bytes.subarray(offset, offset + length)
      }
      await expect(takeAll(readZip({ size: bytes.length, read }))).rejects.toBe(failure)
    }
  })
})

describe('a ZIP that is not whole', () => {
  it.each<[string, TrialEntry]>([
    ['a wrong CRC-32', { name: 'bad', bytes: noise(100), crc32: 1 }],
    ['a wrong CRC-32 in a large file', { name: 'bad', bytes: noise(2_000_000), deflate: true, crc32: 1 }],
    ['more bytes than it says', { name: 'bad', bytes: noise(100), deflate: true, size: 99 }],
    [
      'many more bytes than it says',
      { name: 'bad', bytes: Buffer.alloc(9_000_000), deflate: true, size: 2_000_000 },
    ],
    ['fewer bytes than it says', { name: 'bad', bytes: noise(100), deflate: true, size: 101 }],
    ['two sizes', { name: 'bad', bytes: noise(100), size: 90 }],
    ['broken deflate', { name: 'bad', bytes: noise(100), deflate: true, packed: noise(100) }],
    [
      'cut deflate',
      { name: 'bad', bytes: noise(99), deflate: true, packed: deflateRawSync(noise(99)).subarray(0, 50) },
    ],
    ['bytes behind the end', { name: 'bad', bytes: noise(100), packedSize: 1e9, size: 1e9 }],
  ])('breaks off a file with %s and goes on', async (_name, bad) => {
    const { files, broken, codes } = await take([hello, bad, { ...hello, name: 'after' }])
    expect(files.map(({ name }) => name)).toEqual(['hello.txt', 'after'])
    expect([broken, codes]).toEqual([['bad'], ['ARCHIVE_DAMAGED']])
  })

  it('tells locked files and files packed in other ways, and gives the rest', async () => {
    expect((await take([{ ...hello, encrypted: true }])).codes).toEqual(['ARCHIVE_PASSWORD'])
    const { files, codes } = await take([{ ...hello, encrypted: true }, { ...hello, method: 14 }, hello])
    expect(files.map(({ index }) => index)).toEqual([2])
    expect(codes).toEqual(['ARCHIVE_PASSWORD', 'ARCHIVE_UNSUPPORTED'])
  })

  it('without its listing is unreadable, with half of it damaged', async () => {
    const whole = trialZip([hello, { ...hello, name: 'two' }, { ...hello, name: 'three' }])
    const cut = await takeAll(readZip(rangeOf(whole.subarray(0, 60))))
    expect(cut).toEqual({ files: [], broken: [], codes: ['ARCHIVE_UNREADABLE'] })
    const torn = Buffer.from(whole)
    torn.fill(0, whole.lastIndexOf('PK\x01\x02'), whole.lastIndexOf('PK\x01\x02') + 4)
    const { files, codes } = await takeAll(readZip(rangeOf(torn)))
    expect([files.length, codes]).toEqual([2, ['ARCHIVE_DAMAGED']])
  })
})

describe('a ZIP that holds too much', () => {
  it('of 50,001 entries gives none', async () => {
    const entries = Array.from({ length: 50_001 }, () => ({ name: 'x' }))
    expect(await take(entries, true)).toEqual({ files: [], broken: [], codes: ['ARCHIVE_LIMIT'] })
    expect((await take(entries.slice(0, 200), true)).files).toHaveLength(200)
  })

  it('whose entries share their bytes ends at the bound of the whole', async () => {
    const bomb = bombEntry('0', 40_000_000)
    const shares = Array.from({ length: 60 }, (_, i) => ({ ...bomb, name: `${i}`, shares: 0 }))
    const zip = trialZip([bomb, ...shares])
    let bytes = 0
    let last: ArchiveEvent | null = null
    for await (const part of readZip(rangeOf(zip))) {
      if (part.is === 'bytes') bytes += part.bytes.length
      last = part
    }
    expect(last).toEqual({ is: 'done', codes: ['ARCHIVE_LIMIT'] })
    expect(bytes).toBeGreaterThan(40_000_000)
    expect(bytes).toBeLessThanOrEqual(mostBytesOf(zip.length, zipRatio))
  })

  it('whose streams are long and hold nothing ends at the bound as well', async () => {
    // A stored block of no bytes, over and over (RFC 1951 §3.2.4), and no last one.
    const empty = Buffer.alloc(200_000, Buffer.from([0, 0, 0, 0xff, 0xff]))
    const entry: TrialEntry = { name: '0', deflate: true, packed: empty, size: 5_000_000 }
    const shares = Array.from({ length: 3_000 }, () => ({ ...entry, shares: 0 }))
    const { codes } = await takeAll(readZip(rangeOf(trialZip([entry, ...shares]))))
    expect(codes).toContain('ARCHIVE_LIMIT')
  }, 60_000)

  it('of one file over 8 GiB ends before it', async () => {
    const { files, codes } = await take([hello, { ...hello, zip64: true, size: 9e9, deflate: true }])
    expect([files.length, codes]).toEqual([1, ['ARCHIVE_LIMIT']])
  })
})

describe('a changed ZIP', () => {
  const whole = trialZip(
    [
      hello,
      { name: 'deflated', bytes: Buffer.alloc(3_000, 'abc'), deflate: true },
      { ...hello, zip64: true },
      { name: 'inner.zip', bytes: trialZip([hello]) },
      { name: 'big', bytes: Buffer.alloc(1_200_000, 'xyz'), deflate: true },
    ],
    true,
  )
  const change = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) })

  it('ends with a code or whole, within its bounds, whatever was changed or cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.option(fc.nat(whole.length)),
        async (changes, cut) => {
          const bytes = Buffer.from(whole)
          for (const { at, byte } of changes) bytes[at] = byte
          const { files } = await takeAll(readZip(rangeOf(bytes.subarray(0, cut ?? bytes.length))))
          expect(files.reduce((sum, file) => sum + file.bytes.length, 0)).toBeLessThan(
            mostBytesOf(whole.length, zipRatio),
          )
        },
      ),
      { numRuns: 300 },
    )
  }, 60_000)
})
