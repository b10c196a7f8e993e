/**
 * Extents of many items in little memory, for as long as something large is sent: some seventy bytes each instead of
 * the kilobyte of a row's objects, in memory of its own instead of slivers that each keep a page of what was read
 * beside them.
 */
import type { ItemId, PackId } from '#domain/id.ts'
import type { PlacedExtent } from './item-bytes.ts'

/** An extent with its key as the case key wrapped it. */
export type KeptExtent = PlacedExtent & { readonly wrappedKey: Uint8Array }

export type ExtentTable = {
  /** Those of an item in their order; none of one that is not here. */
  of(item: ItemId): KeptExtent[]
}

/** `first`, `offset`, `sealedLength` and `length`, all below 2^53. */
const numbersEach = 4

/** Copies `parts` into one memory and gives them as views of it, in order. */
export const gatherBytes = (parts: readonly Uint8Array[]): Uint8Array[] => {
  const whole = Buffer.allocUnsafeSlow(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  return parts.map((part) => {
    whole.set(part, at)
    at += part.length
    return whole.subarray(at - part.length, at)
  })
}

/** Where the parts of something end, its beginning first. */
const endsOf = (lengths: readonly number[]): Uint32Array => {
  const ends = new Uint32Array(lengths.length + 1)
  for (const [nth, length] of lengths.entries()) ends[nth + 1] = (ends[nth] ?? 0) + length
  return ends
}

const at = (numbers: ArrayLike<number>, index: number): number => numbers[index] as number

/** Keeps the extents of `items`, and nothing else of them. */
export const keepExtents = (
  items: readonly { readonly id: ItemId; readonly extents: readonly KeptExtent[] }[],
): ExtentTable => {
  const all = items.flatMap(({ extents }) => extents)
  const places = new Map(items.map(({ id }, nth) => [id, nth] as const))
  const ends = endsOf(items.map(({ extents }) => extents.length))
  const packs = [...new Set(all.map(({ pack }) => pack))]
  const packAt = new Map(packs.map((pack, nth) => [pack, nth] as const))
  const packOf = Uint32Array.from(all, ({ pack }) => packAt.get(pack) as number)
  const numbers = new Float64Array(all.length * numbersEach)
  for (const [nth, { first, offset, sealedLength, length }] of all.entries())
    numbers.set([first, offset, sealedLength, length], nth * numbersEach)
  const keys = Buffer.concat(all.map(({ wrappedKey }) => wrappedKey))
  const keyEnds = endsOf(all.map(({ wrappedKey }) => wrappedKey.length))

  const extentAt = (item: ItemId, nth: number): KeptExtent => {
    const from = nth * numbersEach
    return {
      pack: packs[at(packOf, nth)] as PackId,
      item,
      first: at(numbers, from),
      offset: at(numbers, from + 1),
      sealedLength: at(numbers, from + 2),
      length: at(numbers, from + 3),
      wrappedKey: keys.subarray(at(keyEnds, nth), at(keyEnds, nth + 1)),
    }
  }

  return {
    of: (item) => {
      const place = places.get(item)
      if (place === undefined) return []
      const [start, end] = [at(ends, place), at(ends, place + 1)]
      return Array.from({ length: end - start }, (_, nth) => extentAt(item, start + nth))
    },
  }
}
