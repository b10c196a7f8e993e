/** Heads: what was collected opens again, is bounded, and nothing else is believed. */
import { createDecipheriv, hkdfSync, randomBytes, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ItemId, PackId } from '#domain/id.ts'
import { headsSeal } from '#domain/seal-name.ts'
import { sealAll } from '#formats/sealed/sealer.ts'
import { collectHeads, headBytes, mostHeadBytes, openHeads, openKeptHeads } from './heads.ts'

const pack = '11111111-2222-4333-8444-555555555555' as PackId
const key = Buffer.alloc(32, 3)
const newItem = (): ItemId => randomUUID() as string as ItemId

describe('heads', () => {
  it('are the first bytes of each item, however the pieces come', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(3 * headBytes), fc.boolean()), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 5_000 }),
        (runs, step) => {
          const heads = collectHeads()
          const wanted = new Map<ItemId, Buffer>()
          for (const [length, begins] of runs) {
            const item = newItem()
            const bytes = randomBytes(length)
            heads.begin(begins ? item : null)
            for (let at = 0; at < length; at += step) heads.push(bytes.subarray(at, at + step))
            if (begins) wanted.set(item, bytes.subarray(0, headBytes))
          }
          const sealed = heads.seal(pack, key)
          const opened = sealed === null ? new Map() : openHeads(pack, key, sealed)
          const some = [...wanted.values()].some((head) => head.length > 0)
          expect([sealed !== null, opened]).toEqual([some, some ? wanted : new Map()])
        },
      ),
    )
  })

  it('are what their description says, to a reader written from that alone', () => {
    const heads = collectHeads()
    const [one, two] = [newItem(), newItem()]
    heads.begin(one)
    heads.push(Buffer.from('first'))
    heads.begin(two)
    heads.push(Buffer.from('second'))
    const sealed = heads.seal(pack, key) ?? Buffer.alloc(0)
    const streamKey = Buffer.from(
      hkdfSync('sha256', key, sealed.subarray(1, 33), `second-read/1/heads/${pack}`, 32),
    )
    const nonce = Buffer.concat([sealed.subarray(33, 40), Buffer.from([0, 0, 0, 0, 1])])
    const open = createDecipheriv('aes-256-gcm', streamKey, nonce)
    open.setAuthTag(sealed.subarray(-16))
    const plain = Buffer.concat([open.update(sealed.subarray(40, -16)), open.final()])
    const list = `[["${one}",5],["${two}",6]]`
    expect(plain.readUInt32BE(0)).toBe(list.length)
    expect(plain.toString('utf8', 4)).toBe(`${list}firstsecond`)
  })

  it('stay small beside a pack of thousands of files', () => {
    const heads = collectHeads()
    for (let nth = 0; nth < 1_000; nth += 1) {
      heads.begin(newItem())
      heads.push(Buffer.alloc(headBytes))
    }
    const opened = openHeads(pack, key, heads.seal(pack, key) ?? Buffer.alloc(0))
    expect([...opened.values()].reduce((sum, head) => sum + head.length, 0)).toBe(mostHeadBytes)
  })

  it('are whole, or not there: a few bytes would tell something else than the file is', () => {
    const heads = collectHeads()
    const small = newItem()
    heads.begin(small)
    heads.push(Buffer.alloc(8_191))
    for (let nth = 0; nth < 130; nth += 1) {
      heads.begin(newItem())
      heads.push(Buffer.alloc(headBytes))
    }
    const opened = openHeads(pack, key, heads.seal(pack, key) ?? Buffer.alloc(0))
    expect(opened.get(small)).toHaveLength(8_191)
    expect(new Set([...opened.values()].map(({ length }) => length))).toEqual(new Set([8_191, headBytes]))
  })

  it('of images end where the pixels begin, with room for the length of these', () => {
    const collected = (bytes: Buffer, step: number): Buffer | undefined => {
      const heads = collectHeads()
      const item = newItem()
      heads.begin(item)
      for (let at = 0; at < bytes.length; at += step) heads.push(bytes.subarray(at, at + step))
      return openHeads(pack, key, heads.seal(pack, key) ?? Buffer.alloc(0)).get(item)
    }
    const image = (length: number, ...tags: number[]): Buffer => {
      const bytes = Buffer.alloc(length, 7)
      for (const at of tags) bytes.write('e07f1000', at, 'hex')
      return bytes
    }
    for (const step of [1, 100, 100_000]) {
      expect(collected(image(20_000, 2_000), step)).toEqual(image(20_000, 2_000).subarray(0, 2_016))
      // The small picture in a header, and the one the file is about.
      expect(collected(image(20_000, 2_000, 5_000), step)).toHaveLength(5_016)
      // However many places look like it, up to one behind another.
      for (const many of [7, 8, 9, 1_500])
        expect(
          collected(image(20_000, ...Array.from({ length: many }, (_, nth) => 1_100 + nth * 4)), step),
        ).toHaveLength(Math.min(headBytes, 1_100 + (many - 1) * 4 + 16))
      expect(collected(image(20_000, 8_184), step)).toHaveLength(headBytes)
      expect(collected(image(20_000, 8_190), step)).toHaveLength(headBytes)
      // As much as tells what a file is, and all of a short one.
      expect(collected(image(20_000, 300), step)).toHaveLength(1_024)
      expect(collected(image(8_191, 2_000), step)).toHaveLength(8_191)
    }
  })

  it('of another pack, or that do not add up, are refused', () => {
    const sealed = (plain: Buffer): Buffer => sealAll(key, headsSeal(pack), plain)
    const framed = (list: string, rest = 0): Buffer => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(list.length)
      return sealed(Buffer.concat([length, Buffer.from(list), Buffer.alloc(rest)]))
    }
    const item = newItem()
    const good = framed(`[["${item}",3]]`, 3)
    expect(openHeads(pack, key, good).get(item)).toEqual(Buffer.alloc(3))
    expect(() => openHeads(newItem() as string as PackId, key, good)).toThrow('store.damaged')
    for (const bad of [
      sealed(Buffer.alloc(3)),
      sealed(Buffer.from('ffffffff00', 'hex')),
      framed(`[["${item}",3]]`, 2),
      framed(`[["${item}",3]]`, 4),
      framed(`[["${item}",-1]]`),
      framed(`[["${item}",99999]]`, 99_999),
      framed('[["../x",0]]'),
      framed('[7]'),
      framed('{}'),
      framed('['),
    ])
      expect(() => openHeads(pack, key, bad)).toThrow('store.damaged')
    expect(openKeptHeads(pack, key, good).get(item)).toEqual(Buffer.alloc(3))
    expect(openKeptHeads(pack, key, sealed(Buffer.alloc(3))).size).toBe(0)
    expect(openKeptHeads(pack, undefined, good).size).toBe(0)
    expect(openKeptHeads(pack, key, null).size).toBe(0)
  })
})
