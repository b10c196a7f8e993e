import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { mostListed } from '#domain/study.ts'
import { readDiscList, sealDiscList } from './disc-list.ts'

const plain = (list: Uint8Array): Uint8Array => list
const uids = (count: number): string[] =>
  Array.from({ length: count }, (_, nth) => `1.2.826.0.1.3680043.8.498.4711.20261019.${nth}`)

describe('a disc list', () => {
  it.each([1, 2, 120, mostListed])('of %d comes back as it was', (count) => {
    const { sealedList = new Uint8Array() } = sealDiscList(uids(count), plain)
    expect(readDiscList(sealedList)).toEqual(uids(count))
  })

  it('of nothing is none', () => {
    expect(sealDiscList([], plain)).toEqual({})
    expect(sealDiscList(undefined, plain)).toEqual({})
  })

  it('takes some bytes an image', () => {
    expect(sealDiscList(uids(1_000), plain).sealedList?.length).toBeLessThan(8_000)
  })

  it('that is none, or far too long, is damage', () => {
    const damaged = expect.objectContaining({ code: 'store.damaged' })
    expect(() => readDiscList(Buffer.from('no list'))).toThrow(damaged)
    expect(() => readDiscList(deflateRawSync(Buffer.alloc(50_000_000, '1')))).toThrow(damaged)
  })
})
