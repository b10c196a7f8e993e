/** Packs: what a writer made a reader opens from the object and the pack key alone; anything else is refused. */
import { createHash, createSecretKey, randomBytes, randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Fault } from '#domain/fault.ts'
import type { CaseId, ItemId, PackId, PlanId, SenderId } from '#domain/id.ts'
import { chunkBytes } from '#domain/item.ts'
import { unwrapKey } from '#formats/sealed/key-wrap.ts'
import { openItemRange, readItemRange } from './item-bytes.ts'
import { nameSealer, openName } from './name.ts'
import { readContents, readEnding } from './reader.ts'
import { createPackWriter } from './writer.ts'

const id = <Id>(): Id => randomUUID() as Id

const sourceOf = (object: Buffer) => ({
  read: async (offset: number, length: number) => {
    if (offset < 0 || offset + length > object.length) throw new Fault('store.damaged')
    return object.subarray(offset, offset + length)
  },
})

const makePack = (files: readonly Buffer[]) => {
  const identity = { pack: id<PackId>(), case: id<CaseId>(), sender: id<SenderId>(), key: randomBytes(32) }
  const writer = createPackWriter(identity)
  const out: Uint8Array[] = []
  const items = files.map(() => id<ItemId>())
  for (const [index, file] of files.entries()) {
    writer.begin(items[index] ?? id(), 0)
    for (let at = 0; at < file.length; at += 50_000) writer.push(file.subarray(at, at + 50_000))
    writer.end()
    out.push(...writer.take())
  }
  writer.finish('locked.key')
  out.push(...writer.take())
  const object = Buffer.concat(out)
  return { identity, writer, object, items }
}

describe('pack', () => {
  it('opens from the object and its key alone, every file whole and as summed', async () => {
    const files = [randomBytes(10), Buffer.alloc(0), randomBytes(200_000), randomBytes(chunkBytes + 1)]
    const { identity, writer, object, items } = makePack(files)
    expect(writer.size).toBe(object.length)
    const source = sourceOf(object)
    const ending = await readEnding(source, object.length)
    expect(ending).toMatchObject({ pack: identity.pack, case: identity.case, lockedKey: 'locked.key' })
    const contents = await readContents(source, ending, identity.key)
    expect(contents.sender).toBe(identity.sender)
    expect(contents.extents.map((extent) => extent.item)).toEqual(items)
    for (const [index, extent] of contents.extents.entries()) {
      const file = files[index] ?? Buffer.alloc(0)
      const key = unwrapKey(createSecretKey(identity.key), extent.wrappedKey)
      const opened = await readItemRange(
        [{ ...extent, key }],
        (_, offset, length) => source.read(offset, length),
        0,
        file.length,
      )
      expect(opened.equals(file)).toBe(true)
      expect(Buffer.from(extent.sha256).equals(createHash('sha256').update(file).digest())).toBe(true)
      expect(extent.crc32).toBe(crc32(file))
      expect(extent.count).toBe(Math.max(1, Math.ceil(file.length / chunkBytes)))
    }
  })

  it('an item of several extents in several packs reads as one, at any range', async () => {
    const whole = randomBytes(5 * chunkBytes + 123)
    const cuts = [0, 2 * chunkBytes, 3 * chunkBytes, whole.length]
    const item = id<ItemId>()
    const objects = new Map<PackId, Buffer>()
    const extents = cuts.slice(0, -1).map((from, index) => {
      const identity = {
        pack: id<PackId>(),
        case: id<CaseId>(),
        sender: id<SenderId>(),
        key: randomBytes(32),
      }
      const writer = createPackWriter(identity)
      writer.begin(item, from / chunkBytes)
      writer.push(whole.subarray(from, cuts[index + 1]))
      const extent = writer.end()
      writer.finish('k')
      objects.set(identity.pack, Buffer.concat(writer.take()))
      return { ...extent, key: unwrapKey(createSecretKey(identity.key), extent.wrappedKey) }
    })
    const read = async (pack: PackId, offset: number, length: number, into?: Buffer): Promise<Buffer> => {
      const bytes = (objects.get(pack) ?? Buffer.alloc(0)).subarray(offset, offset + length)
      if (into === undefined) return bytes
      bytes.copy(into)
      return into.subarray(0, bytes.length)
    }
    const scratch = Buffer.alloc(1_048_576)
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.nat(whole.length), async (a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)]
        const out: Buffer[] = []
        for await (const batch of openItemRange(extents, read, start, end, scratch))
          out.push(...batch.map((piece) => Buffer.from(piece)))
        expect(Buffer.concat(out).equals(whole.subarray(start, end))).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it('a bit changed anywhere in ending, contents or closing is refused', async () => {
    const { identity, object } = makePack([randomBytes(100)])
    const intact = await readEnding(sourceOf(object), object.length)
    for (let at = intact.contents.offset; at < object.length; at += 1) {
      const copy = Buffer.from(object)
      copy[at] = (copy[at] ?? 0) ^ 0x80
      const opened = readEnding(sourceOf(copy), copy.length).then((ending) => {
        if (
          ending.pack !== identity.pack ||
          ending.case !== identity.case ||
          ending.lockedKey !== 'locked.key'
        )
          throw new Fault('store.damaged')
        return readContents(sourceOf(copy), ending, identity.key)
      })
      await expect(opened).rejects.toThrow('store.damaged')
    }
  })

  it('an extent does not open as another item, pack or place', async () => {
    const { object, identity, writer } = makePack([randomBytes(100), randomBytes(100)])
    const [first, second] = writer.extents
    if (first === undefined || second === undefined) throw new Error('two extents')
    const key = unwrapKey(createSecretKey(identity.key), first.wrappedKey)
    const read = async (_: PackId, offset: number, length: number) => object.subarray(offset, offset + length)
    const wrong = [
      { ...first, item: second.item, key },
      { ...first, pack: id<PackId>(), key },
      { ...first, offset: second.offset, key },
    ]
    for (const extent of wrong)
      await expect(readItemRange([extent], read, 0, 100)).rejects.toThrow('store.damaged')
    const moved = { ...first, first: 1, key }
    await expect(readItemRange([moved], read, chunkBytes, chunkBytes + 100)).rejects.toThrow('store.damaged')
  })

  it('random bytes are no pack', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        const object = Buffer.concat([Buffer.from('SRPACK01'), bytes, Buffer.from('SRPACKED')])
        await expect(readEnding(sourceOf(object), object.length)).rejects.toThrow('store.damaged')
      }),
    )
  })
})

describe('names', () => {
  it('open under their own plan and item only', () => {
    const [plan, item, key] = [id<PlanId>(), id<ItemId>(), randomBytes(32)]
    const sealed = nameSealer(plan, key)(item, { name: 'CD/Schädel MR/IM1', modified: 5 })
    expect(openName(plan, key, item, sealed)).toEqual({ name: 'CD/Schädel MR/IM1', modified: 5 })
    expect(() => openName(id<PlanId>(), key, item, sealed)).toThrow('store.damaged')
    expect(() => openName(plan, key, id<ItemId>(), sealed)).toThrow('store.damaged')
  })
})
