import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pageEntry } from './bundle-entries.ts'
import { readPlan, sampleContent, sampleId, sampleItem } from './sample-case.ts'
import { dosTime } from './zip-headers.ts'
import { cut, planZip, type ZipEntry } from './zip-plan.ts'

const modified = new Date('2024-05-06T07:08:09Z')

const itemEntry = (number: number, size?: number): ZipEntry => {
  const { id, crc32, sha256, size: actual } = sampleItem(number, 'other')
  return { path: `D/F${number}`, size: size ?? actual, crc32, sha256, modified, body: { kind: 'item', id } }
}

const anyEntries = fc
  .array(fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 50 })), { maxLength: 25 })
  .map((draws) =>
    draws.map(([page, bytes], at) =>
      page ? pageEntry(`P${at}.TXT`, Buffer.from(bytes), modified) : itemEntry(at),
    ),
  )

/** Sizes around the edges of 32 bits, as no file here could have them. */
const anySizes = fc.array(
  fc.oneof(fc.nat(9999), fc.integer({ min: 2 ** 32 - 3, max: 2 ** 32 + 3 }), fc.constant(2 ** 40)),
  { maxLength: 12 },
)

describe('a cut of a plan', () => {
  it('is that slice of the whole', () => {
    fc.assert(
      fc.property(
        anyEntries,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(400),
        (entries, at, span) => {
          const plan = planZip(entries)
          const whole = readPlan(plan)
          expect(whole.length).toBe(plan.length)
          const start = Math.floor(at * plan.length)
          const end = Math.min(plan.length, start + span)
          expect(readPlan(plan, start, end).equals(whole.subarray(start, end))).toBe(true)
          expect(readPlan(plan, start).equals(whole.subarray(start))).toBe(true)
        },
      ),
      { numRuns: 400 },
    )
  })

  it('may begin and end at every byte', () => {
    const plan = planZip([
      pageEntry('A', Buffer.from('abc'), modified),
      itemEntry(5),
      itemEntry(0),
      itemEntry(7),
    ])
    const whole = readPlan(plan)
    for (let start = 0; start <= plan.length; start++)
      for (let end = start; end <= plan.length; end++)
        if (!readPlan(plan, start, end).equals(whole.subarray(start, end))) throw new Error(`${start}-${end}`)
    expect(plan.length).toBeGreaterThan(100)
  })

  it('adds up for files of any size, without an empty piece', () => {
    fc.assert(
      fc.property(anySizes, fc.double({ min: 0, max: 1, noNaN: true }), (sizes, at) => {
        const plan = planZip(sizes.map((size, number) => itemEntry(number, size)))
        for (const start of [0, Math.floor(at * plan.length)]) {
          let sum = 0
          for (const segment of cut(plan, start, plan.length)) {
            const length = segment.kind === 'bytes' ? segment.bytes.length : segment.length
            expect(length).toBeGreaterThan(0)
            sum += length
          }
          expect(sum).toBe(plan.length - start)
        }
      }),
    )
  })

  it('of a directory of several blocks is that slice too', () => {
    const plan = planZip(
      Array.from({ length: 3000 }, (_, i) => pageEntry(`F${i}`, Buffer.alloc(0), modified)),
    )
    const whole = readPlan(plan)
    for (let start = 0; start < plan.length; start += 4999)
      expect(readPlan(plan, start, start + 5).equals(whole.subarray(start, start + 5))).toBe(true)
    expect(readPlan(plan, 100_001).equals(whole.subarray(100_001))).toBe(true)
  })

  it('of nothing is nothing; outside of the file it is refused', () => {
    const plan = planZip([itemEntry(3)])
    expect([...cut(plan, 4, 4)]).toEqual([])
    for (const [start, end] of [
      [-1, 4],
      [5, 4],
      [0, plan.length + 1],
      [0.5, 4],
      [Number.NaN, 4],
    ] as const)
      expect(() => cut(plan, start, end)).toThrow(RangeError)
  })
})

describe('planZip', () => {
  it('uses ZIP64 exactly from 0xFFFFFFFF on', () => {
    const versions = [2 ** 32 - 2, 2 ** 32 - 1, 2 ** 32].map((size) => {
      const plan = planZip([itemEntry(1, size)])
      const [first] = [...cut(plan, 0, 4 + 30)]
      const header = first?.kind === 'bytes' ? first.bytes : Buffer.alloc(0)
      return [header.readUInt16LE(4), header.readUInt16LE(28), header.readUInt32LE(18)]
    })
    expect(versions).toEqual([
      [10, 0, 0xfffffffe],
      [45, 20, 0xffffffff],
      [45, 20, 0xffffffff],
    ])
  })

  it('refuses entries that cannot be written', () => {
    const good = itemEntry(9)
    const bad: Partial<ZipEntry>[] = [
      { path: '' },
      { path: '/A' },
      { path: 'A/../B' },
      { path: 'A\\B' },
      { path: 'A//B' },
      { path: 'Ä' },
      { path: 'A\n' },
      { path: 'A'.repeat(256) },
      { size: -1 },
      { size: 1.5 },
      { size: 2 ** 53 },
      { crc32: -1 },
      { crc32: 2 ** 32 },
      { sha256: Buffer.alloc(20) },
      { size: 5, body: { kind: 'bytes', bytes: Buffer.alloc(4) } },
    ]
    for (const change of bad) expect(() => planZip([{ ...good, ...change }])).toThrow(RangeError)
    expect(() => planZip([good, good])).toThrow(RangeError)
    expect(() => planZip([itemEntry(1, 2 ** 52), itemEntry(2, 2 ** 52)])).toThrow(RangeError)
  })

  it('lays out 20,000 entries in less than 100 ms', () => {
    const entries = Array.from({ length: 20_000 }, (_, i) => itemEntry(i))
    const times = Array.from({ length: 5 }, () => {
      const start = process.cpuUsage()
      planZip(entries)
      const used = process.cpuUsage(start)
      return (used.user + used.system) / 1000
    })
    expect(Math.min(...times)).toBeLessThan(100)
  })

  it('reaches the last of 200,000 entries without walking over the others', () => {
    const plan = planZip(Array.from({ length: 200_000 }, (_, i) => itemEntry(i, 500_000)))
    const at = plan.offsets[199_999] ?? 0
    const segments = [...cut(plan, at + 45, at + 50)]
    expect(segments).toMatchObject([{ kind: 'content', item: sampleId(199_999), offset: 6, length: 5 }])
    expect(sampleContent(sampleId(1)).length).toBe(1)
    expect(crc32(sampleContent(sampleId(3)))).toBe(itemEntry(3).crc32)
  })
})

describe('dosTime', () => {
  it('is in UTC and stays within what the format can say', () => {
    const written = (text: string) => {
      const value = dosTime(new Date(text))
      const [day, clock] = [value >>> 16, value & 0xffff]
      return [1980 + (day >> 9), (day >> 5) & 15, day & 31, clock >> 11, (clock >> 5) & 63, (clock & 31) * 2]
    }
    expect(written('2024-05-06T07:08:09Z')).toEqual([2024, 5, 6, 7, 8, 8])
    expect(written('1969-12-31T23:59:59Z')).toEqual([1980, 1, 1, 0, 0, 0])
    expect(written('2300-01-01T00:00:00Z')).toEqual([2107, 12, 31, 23, 59, 58])
    expect(written('not a time')).toEqual([1980, 1, 1, 0, 0, 0])
  })
})
