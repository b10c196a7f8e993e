/** Read-ahead: the same bytes with fewer reads, never outside what may be wanted. */
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ItemId, PackId } from '#domain/id.ts'
import type { Extent } from '#domain/item.ts'
import { readAhead } from './read-ahead.ts'

const pack = 'p' as PackId
const extent = (offset: number, sealedLength: number, of = pack): Extent => ({
  pack: of,
  item: 'i' as ItemId,
  first: 0,
  count: 1,
  offset,
  sealedLength,
  length: sealedLength,
  sha256: Buffer.alloc(32),
  crc32: 0,
})

const counting = (object: Buffer) => {
  const reads: [number, number][] = []
  const read = async (_: PackId, offset: number, length: number, into?: Buffer): Promise<Buffer> => {
    reads.push([offset, length])
    if (into === undefined) return Buffer.from(object.subarray(offset, offset + length))
    object.copy(into, 0, offset, offset + length)
    return into.subarray(0, length)
  }
  return { reads, read }
}

describe('reading ahead', () => {
  it('fetches a run of extents once, and stops where they stop', async () => {
    const object = randomBytes(1_000)
    const { reads, read } = counting(object)
    const ahead = readAhead(read, [extent(100, 50), extent(10, 90), extent(400, 10)], 1_000)
    expect(await ahead(pack, 10, 90)).toEqual(object.subarray(10, 100))
    expect(await ahead(pack, 100, 50)).toEqual(object.subarray(100, 150))
    expect(await ahead(pack, 400, 10)).toEqual(object.subarray(400, 410))
    expect(reads).toEqual([
      [10, 140],
      [400, 10],
    ])
  })

  it('never takes more than it may, but always what it is asked for', async () => {
    const object = randomBytes(1_000)
    const { reads, read } = counting(object)
    const ahead = readAhead(read, [extent(0, 600)], 100)
    await ahead(pack, 0, 20)
    await ahead(pack, 90, 20)
    await ahead(pack, 200, 300)
    await ahead(pack, 900, 5)
    expect(reads).toEqual([
      [0, 100],
      [90, 100],
      [200, 300],
      [900, 5],
    ])
  })

  it('gives the bytes of the object for any reads, with one buffer or without', async () => {
    const object = randomBytes(2_000)
    const place = fc.tuple(fc.nat(1_900), fc.integer({ min: 1, max: 100 }))
    await fc.assert(
      fc.asyncProperty(
        fc.array(place, { maxLength: 10 }),
        fc.array(place, { maxLength: 30 }),
        fc.boolean(),
        async (extents, asked, buffered) => {
          const { read } = counting(object)
          const scratch = Buffer.alloc(300)
          const list = extents.map(([offset, length]) => extent(offset, length))
          const ahead = readAhead(read, list, 300, buffered ? () => scratch : undefined)
          for (const [offset, length] of asked)
            expect((await ahead(pack, offset, length)).equals(object.subarray(offset, offset + length))).toBe(
              true,
            )
        },
      ),
    )
  })

  it('asks once for what several want at the same time, and again after a failure', async () => {
    const object = randomBytes(100)
    const { reads, read } = counting(object)
    let fails = true
    const ahead = readAhead(
      async (...asked) => {
        if (fails) throw new Error('gone')
        return read(...asked)
      },
      [extent(0, 100)],
      100,
    )
    await expect(ahead(pack, 0, 10)).rejects.toThrow('gone')
    fails = false
    await Promise.all([ahead(pack, 0, 10), ahead(pack, 50, 10), ahead(pack, 90, 10)])
    expect(reads).toEqual([[0, 100]])
  })
})
