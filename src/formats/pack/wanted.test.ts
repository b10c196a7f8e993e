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

  it('is read again after the reader was closed, whose memory is free at once', async () => {
    const given: Buffer[] = []
    const wanted = [...wantedOf(extents, 0, whole.length)]
    const ahead = readWanted(async (pack, offset, length, into) => {
      const target = into?.subarray(0, length) ?? Buffer.alloc(length)
      given.push(target)
      ;(objects.get(pack) ?? Buffer.alloc(0)).copy(target, 0, offset, offset + length)
      return target
    }, wanted)
    const out: Buffer[] = []
    for (const [start, end] of [
      [0, 3_000_000],
      [3_000_000, 4_000_000],
    ] as const) {
      for await (const batch of openItemRange(extents, ahead, start, end)) out.push(...batch)
      ahead.close()
      expect(given.map(({ buffer }) => buffer.byteLength)).toEqual(given.map(() => 0))
    }
    ahead.close()
    expect(Buffer.concat(out).equals(whole.subarray(0, 4_000_000))).toBe(true)
  })

  it('is not taken from a store that still writes into it', async () => {
    let arrive: (bytes: Buffer) => void = () => {}
    let into: Buffer | undefined
    const ahead = readWanted(
      (_, __, ___, target) => {
        into = target
        return new Promise((done) => {
          arrive = done
        })
      },
      [...wantedOf(extents, 0, 100)],
    )
    const [{ pack, offset }] = extents as [OpenExtent]
    const reading = ahead(pack, offset, 50)
    ahead.close()
    expect(into?.buffer.byteLength).toBeGreaterThan(0)
    arrive((into as Buffer).fill(7, 0, 50))
    expect(Buffer.from(await reading)).toEqual(Buffer.alloc(50, 7))
  })
})
