/** Wanted bytes: a range of real packs reads as it should, and asks for no more than it takes. */
import { createSecretKey, randomBytes, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CaseId, ItemId, PackId, SenderId } from '#domain/id.ts'
import { chunkBytes } from '#domain/item.ts'
import { unwrapKey } from '#formats/sealed/key-wrap.ts'
import { type OpenExtent, openItemRange } from './item-bytes.ts'
import { readWanted, wantedOf } from './wanted.ts'
import { createPackWriter } from './writer.ts'

const id = <Id>(): Id => randomUUID() as Id

const objects = new Map<PackId, Buffer>()

const makePack = (item: ItemId, first: number, bytes: Buffer): OpenExtent => {
  const identity = { pack: id<PackId>(), case: id<CaseId>(), sender: id<SenderId>(), key: randomBytes(32) }
  const writer = createPackWriter(identity)
  writer.begin(item, first)
  writer.push(bytes)
  writer.end()
  writer.finish('locked.key')
  objects.set(identity.pack, Buffer.concat(writer.take()))
  const [extent] = writer.extents
  if (extent === undefined) throw new Error('no extent')
  return { ...extent, key: unwrapKey(createSecretKey(identity.key), extent.wrappedKey) }
}

const whole = randomBytes(25 * chunkBytes + 12_345)
const cuts = [0, 20 * chunkBytes, 21 * chunkBytes, whole.length]
let extents: OpenExtent[] = []

beforeAll(() => {
  const item = id<ItemId>()
  extents = cuts
    .slice(0, -1)
    .map((from, index) => makePack(item, from / chunkBytes, whole.subarray(from, cuts[index + 1])))
})

/** The range, and what was asked of the store for it. */
const readRange = async (start: number, end: number) => {
  const asked: number[] = []
  const read = readWanted(
    async (pack, offset, length) => {
      asked.push(length)
      const object = objects.get(pack) ?? Buffer.alloc(0)
      return Buffer.from(object.subarray(offset, offset + length))
    },
    [...wantedOf(extents, start, end)],
  )
  const out: Buffer[] = []
  for await (const batch of openItemRange(extents, read, start, end)) out.push(...batch)
  return {
    bytes: Buffer.concat(out),
    requests: asked.length,
    asked: asked.reduce((sum, one) => sum + one, 0),
  }
}

describe('what is wanted', () => {
  it('of any range is enough to open it', async () => {
    const place = fc.nat(whole.length)
    await fc.assert(
      fc.asyncProperty(place, place, async (one, other) => {
        const [start, end] = [Math.min(one, other), Math.max(one, other)]
        const { bytes, asked } = await readRange(start, end)
        expect(bytes.equals(whole.subarray(start, end))).toBe(true)
        // Two segments that are cut at the ends, what comes before the first in each extent, and once the last of what
        // was fetched ahead, when a reading of a megabyte goes beyond it.
        expect(asked).toBeLessThan(end - start + 12 * 65_536 + 1_048_576)
      }),
      { numRuns: 200 },
    )
  })

  it.each([
    ['at the beginning', 0, 2 * 65_536, 1],
    ['near it', 100_000, 5 * 65_536, 1],
    ['in the middle', 3_000_000, 40 + 2 * 65_536, 2],
    ['over two packs', 20 * chunkBytes - 30_000, 40 + 3 * 65_536, 3],
  ])('of 64 KiB %s is a few segments, in few requests', async (_, start, most, requests) => {
    const found = await readRange(start, start + 65_536)
    expect(found.asked).toBeLessThanOrEqual(most)
    expect(found.requests).toBe(requests)
  })

  it('of everything is everything once, by the megabyte', async () => {
    const found = await readRange(0, whole.length)
    expect(found.bytes.equals(whole)).toBe(true)
    expect(found.asked).toBe(extents.reduce((sum, { sealedLength }) => sum + sealedLength, 0))
    expect(found.requests).toBe(4)
  })

  it('of nothing is nothing', async () => {
    expect(await readRange(10, 10)).toMatchObject({ requests: 0, asked: 0 })
  })
})
