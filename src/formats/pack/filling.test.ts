/** Filling: how files of any length come to lie in packs. */
import { createHash, createSecretKey, randomBytes } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import type { CaseId, ItemId, PackId, SenderId } from '#domain/id.ts'
import { chunkBytes } from '#domain/item.ts'
import { packBytes } from '#domain/pack.ts'
import { extentSeal } from '#domain/seal-name.ts'
import { unwrapKey } from '#formats/sealed/key-wrap.ts'
import { openAll } from '#formats/sealed/opener.ts'
import { type Filling, fillPacks } from './filling.ts'

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const item = (n: number): ItemId => id(n) as ItemId

let written: Map<PackId, number>
let filling: Filling

beforeEach(() => {
  let packs = 0
  written = new Map()
  const count = (pack: PackId, buffers: readonly Uint8Array[]): void => {
    const size = buffers.reduce((sum, { length }) => sum + length, 0)
    written.set(pack, (written.get(pack) ?? 0) + size)
  }
  filling = fillPacks({
    case: id(1) as CaseId,
    sender: id(2) as SenderId,
    nextId: () => id(1_000 + packs++) as PackId,
    lock: async () => 'locked',
    open: async (pack) => ({
      write: async (buffers) => count(pack, buffers),
      takeNow: (buffers) => {
        count(pack, buffers)
        return true
      },
      commit: async () => {},
      abort: async () => {},
    }),
    remove: async () => {},
  })
})

const fill = async (bytes: Buffer): Promise<void> => {
  for (let at = 0; at < bytes.length; at += 65_536)
    if (!filling.push(bytes.subarray(at, at + 65_536))) await filling.ready()
}

const sizes = async (): Promise<readonly number[]> =>
  (await filling.finish()).map(({ extents }) => extents.reduce((sum, { length }) => sum + length, 0))

test('slices whose length nobody told lie in one pack each, and no pack is much too full', async () => {
  const slice = randomBytes(2 * chunkBytes + 1_300)
  for (let n = 0; n < 60; n += 1) {
    filling.begin(item(n), 0)
    await fill(slice)
    expect(Buffer.from(filling.end())).toEqual(createHash('sha256').update(slice).digest())
  }
  const packs = await filling.finish()
  const extents = packs.flatMap((pack) => pack.extents)
  expect(extents.map((extent) => extent.item)).toEqual(Array.from({ length: 60 }, (_, n) => item(n)))
  for (const pack of packs) {
    expect(pack.heads).not.toBeNull()
    expect(pack.extents.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(packBytes + slice.length)
    expect(written.get(pack.id)).toBe(pack.size)
  }
})

test('a long file goes on in the next pack, at a chunk', async () => {
  const long = randomBytes(3 * packBytes + 5)
  filling.begin(item(1), 0)
  await fill(long.subarray(0, packBytes - chunkBytes))
  filling.end()
  filling.begin(item(2), 0)
  await fill(long)
  filling.end()
  const packs = await filling.finish()
  const extents = packs.flatMap((pack) => pack.extents).filter((extent) => extent.item === item(2))
  expect(extents.map(({ first, length }) => [first * chunkBytes, length])).toEqual([
    [0, 4 * chunkBytes],
    [4 * chunkBytes, packBytes],
    [4 * chunkBytes + packBytes, packBytes],
    [4 * chunkBytes + 2 * packBytes, packBytes - 4 * chunkBytes + 5],
  ])
  for (const { first, length, sha256 } of extents) {
    const part = long.subarray(first * chunkBytes, first * chunkBytes + length)
    expect(Buffer.from(sha256)).toEqual(createHash('sha256').update(part).digest())
  }
})

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate)
}

test('bytes lie in the order they came, whether a sink takes them at once or later', async () => {
  const bytes = randomBytes(packBytes - 77)
  const key = randomBytes(32)
  const got: Buffer[] = []
  const ways = { now: 0, later: 0 }
  let turn = 0
  const mixed = fillPacks({
    case: id(1) as CaseId,
    sender: id(2) as SenderId,
    nextId: () => id(3) as PackId,
    lock: async (packKey) => {
      key.set(packKey)
      return 'locked'
    },
    open: async () => ({
      takeNow: (buffers) => {
        turn += 1
        if (turn % 4 === 0) return false
        ways.now += 1
        got.push(...buffers.map((buffer) => Buffer.from(buffer)))
        return true
      },
      write: async (buffers) => {
        ways.later += 1
        await turns(8)
        got.push(...buffers.map((buffer) => Buffer.from(buffer)))
      },
      commit: async () => {},
      abort: async () => {},
    }),
    remove: async () => {},
  })
  mixed.begin(item(1), 0, bytes.length)
  for (let at = 0; at < bytes.length; at += 65_536) {
    mixed.push(bytes.subarray(at, at + 65_536))
    // Now and then everything that waits is written before more comes.
    await turns(at % (4 * chunkBytes) === 0 ? 100 : 1)
  }
  mixed.end()
  const [pack] = await mixed.finish()
  const object = Buffer.concat(got)
  expect(object.length).toBe(pack?.size)
  expect(ways.now).toBeGreaterThan(5)
  expect(ways.later).toBeGreaterThan(5)
  const [extent] = pack?.extents ?? []
  if (extent === undefined) throw new Error('no extent')
  const sealed = object.subarray(extent.offset, extent.offset + extent.sealedLength)
  const itemKey = unwrapKey(createSecretKey(key), Buffer.from(extent.wrappedKey))
  expect(openAll(itemKey, extentSeal(id(3) as PackId, item(1), 0), sealed).equals(bytes)).toBe(true)
})

test('a run whose length is told begins a new pack where it would not fit', async () => {
  for (const length of [packBytes - 10, 20, packBytes - 20]) {
    filling.begin(item(length), 0, length)
    await fill(Buffer.alloc(length))
    filling.end()
  }
  expect(await sizes()).toEqual([packBytes - 10, packBytes])
})
