/** A table of extents gives back what went in, and holds on to nothing beside it. */
import { randomBytes, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ItemId, PackId } from '#domain/id.ts'
import { gatherBytes, type KeptExtent, keepExtents } from './extent-table.ts'

const packs = Array.from({ length: 3 }, () => randomUUID() as PackId)
const large = 2 ** 50

const extentOf = fc.record({
  pack: fc.constantFrom(...packs),
  first: fc.nat(),
  offset: fc.nat(large),
  sealedLength: fc.nat(large),
  length: fc.nat(large),
  wrappedKey: fc.uint8Array({ minLength: 0, maxLength: 48 }),
})

const plain = ({ wrappedKey, ...rest }: KeptExtent) => ({ ...rest, wrappedKey: [...wrappedKey] })

describe('extents kept', () => {
  it('are those of each item, in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.array(extentOf, { maxLength: 4 }), { maxLength: 8 }), (lists) => {
        const items = lists.map((list) => {
          const id = randomUUID() as ItemId
          return { id, extents: list.map((extent) => ({ ...extent, item: id })) }
        })
        const table = keepExtents(items)
        for (const { id, extents } of items) expect(table.of(id).map(plain)).toEqual(extents.map(plain))
        expect(table.of(randomUUID() as ItemId)).toEqual([])
      }),
    )
  })

  it('are copies, with nothing of a row but what reading takes', () => {
    const item = randomUUID() as ItemId
    const wrappedKey = randomBytes(40)
    const [pack] = packs as [PackId]
    const row = { pack, item, first: 0, count: 3, offset: 1, sealedLength: 2, length: 3, wrappedKey }
    const table = keepExtents([{ id: item, extents: [row] }])
    const before = [...wrappedKey]
    wrappedKey.fill(0)
    const [kept] = table.of(item)
    expect([...(kept?.wrappedKey ?? [])]).toEqual(before)
    expect(kept).not.toHaveProperty('count')
  })
})

describe('gathered bytes', () => {
  it('are the same in one memory of exactly their size', () => {
    const parts = [randomBytes(32), randomBytes(0), randomBytes(7)]
    const gathered = gatherBytes(parts)
    expect(gathered.map((part) => Buffer.from(part).toString('hex'))).toEqual(
      parts.map((part) => part.toString('hex')),
    )
    expect(new Set(gathered.map(({ buffer }) => buffer)).size).toBe(1)
    expect(gathered[0]?.buffer.byteLength).toBe(39)
    expect(gatherBytes([])).toEqual([])
  })
})
