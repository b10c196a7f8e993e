/** What goes out, against a plain reference: at every range, over extents in several packs, with the sums it has. */
import { createHash, createSecretKey, randomBytes, randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CaseId, ItemId, PackId, SenderId } from '#domain/id.ts'
import { chunkBytes } from '#domain/item.ts'
import type { Patch } from '#domain/patch.ts'
import { unwrapKey } from '#formats/sealed/key-wrap.ts'
import { segmentBytes } from '#formats/sealed/layout.ts'
import type { OpenExtent, ReadPack } from './item-bytes.ts'
import { labelServed, openServedRange, sumBoth } from './served-bytes.ts'
import { createPackWriter } from './writer.ts'

const sum = (bytes: Uint8Array) => ({
  sha256: createHash('sha256').update(bytes).digest(),
  crc32: crc32(bytes),
})

/** A file sealed in packs of so many chunks each. */
const seal = (file: Buffer, chunks: readonly number[]) => {
  const item = randomUUID() as ItemId
  const objects = new Map<PackId, Buffer>()
  const extents: OpenExtent[] = []
  let first = 0
  for (const count of chunks) {
    const identity = {
      pack: randomUUID() as PackId,
      case: randomUUID() as CaseId,
      sender: randomUUID() as SenderId,
      key: randomBytes(32),
    }
    const writer = createPackWriter(identity)
    writer.begin(item, first)
    writer.push(file.subarray(first * chunkBytes, (first + count) * chunkBytes))
    writer.end()
    writer.finish('locked')
    objects.set(identity.pack, Buffer.concat(writer.take()))
    for (const extent of writer.extents)
      extents.push({ ...extent, key: unwrapKey(createSecretKey(identity.key), extent.wrappedKey) })
    first += count
  }
  let reads = 0
  const read: ReadPack = async (pack, offset, length) => {
    reads += length
    return (objects.get(pack) ?? Buffer.alloc(0)).subarray(offset, offset + length)
  }
  return { extents, read, opened: () => reads }
}

const file = randomBytes(3 * chunkBytes + 77)
const patches: Patch[] = [
  { at: 0, length: 128, bytes: new Uint8Array(0) },
  { at: segmentBytes - 200, length: 400, bytes: Buffer.from('over the end of a segment') },
  { at: chunkBytes - 3, length: 6, bytes: Buffer.from('chunks') },
  { at: file.length - 10, length: 10, bytes: Buffer.from('end') },
]
const served = Buffer.from(file)
for (const { at, length, bytes } of patches) {
  served.fill(0, at, at + length)
  served.set(bytes, at)
}
const { extents, read } = seal(file, [1, 2, 1])

const readAll = async (start: number, end: number, list: readonly Patch[] = patches): Promise<Buffer> => {
  const out: Buffer[] = []
  for await (const batch of openServedRange(extents, read, list, start, end)) out.push(...batch)
  return Buffer.concat(out)
}

describe('openServedRange', () => {
  it('gives the file as it came where there are no patches', async () => {
    expect((await readAll(0, file.length, [])).equals(file)).toBe(true)
    expect((await readAll(0, file.length)).equals(served)).toBe(true)
  })

  it('gives the same bytes at every boundary of a patch, a segment and an extent', async () => {
    const edges = [
      ...patches.flatMap(({ at, length, bytes }) => [at, at + bytes.length, at + length]),
      segmentBytes,
      chunkBytes,
      3 * chunkBytes,
    ].flatMap((edge) => [edge - 1, edge, edge + 1])
    const places = [...new Set(edges)].filter((edge) => edge >= 0 && edge <= file.length)
    for (const start of places)
      for (const end of places.filter((place) => place > start && place - start < 2 * segmentBytes))
        expect((await readAll(start, end)).equals(served.subarray(start, end))).toBe(true)
  })

  it('gives the same bytes at any range', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length), fc.nat(file.length), async (one, other) => {
        const [start, end] = [Math.min(one, other), Math.max(one, other)]
        return (await readAll(start, end)).equals(served.subarray(start, end))
      }),
      { numRuns: 60 },
    )
  })
})

describe('sumBoth', () => {
  it('sums what came and what goes out', async () => {
    const both = { ...sum(file), served: { patches, ...sum(served) } }
    expect(await sumBoth(extents, read, file.length, patches)).toEqual(both)
    const known = await sumBoth(extents, read, file.length, patches, sum(file).sha256)
    expect(known).toEqual(both)
  })

  it('opens nothing of one extent without patches, and everything once with them', async () => {
    const slice = file.subarray(0, 200_000)
    const one = seal(slice, [1])
    const [preamble] = patches
    expect(await sumBoth(one.extents, one.read, slice.length, [])).toMatchObject(sum(slice))
    expect(one.opened()).toBe(0)
    const zeroed = Buffer.concat([Buffer.alloc(128), slice.subarray(128)])
    const found = await sumBoth(one.extents, one.read, slice.length, preamble ? [preamble] : [])
    expect(found).toEqual({ ...sum(slice), served: { patches: [preamble], ...sum(zeroed) } })
    expect(one.opened()).toBe(one.extents[0]?.sealedLength)
    const many = seal(file, [1, 2, 1])
    await sumBoth(many.extents, many.read, file.length, patches)
    expect(many.opened()).toBe(many.extents.reduce((bytes, extent) => bytes + extent.sealedLength, 0))
  })
})

it('labelServed is the SHA-1 of what goes out', async () => {
  const sha1 = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest('hex')
  expect(await labelServed(extents, read, file.length, patches)).toBe(sha1(served))
  expect(await labelServed(extents, read, file.length, [])).toBe(sha1(file))
})
