/**
 * Wanted: which sealed bytes a range of an item takes. A reader that is given them reads ahead within them, and so
 * neither asks a store for megabytes nor keeps a buffer of megabytes to answer a question about a few bytes.
 */
import { freeBytes } from '#domain/free-bytes.ts'
import { chunkBytes } from '#domain/item.ts'
import { headerBytes, sealedStart, segmentAt, segmentBytes } from '#formats/sealed/layout.ts'
import type { PlacedExtent, ReadPack } from './item-bytes.ts'
import { readAhead, type Wanted } from './read-ahead.ts'

/** Sealed bytes fetched at once: several slices with one request. */
const mostAhead = 4_194_304

/** Segments between a stream's header and those that are wanted which cost less than another request does. */
const nearSegments = 4

/** What plain bytes `start … end-1` of the item whose extents these are take: the segments, and their headers. */
export function* wantedOf(extents: readonly PlacedExtent[], start: number, end: number): Generator<Wanted> {
  for (const extent of extents) {
    const at = extent.first * chunkBytes
    const from = Math.max(0, start - at)
    const to = Math.min(extent.length, end - at)
    if (from >= to) continue
    const { pack, offset } = extent
    const first = segmentAt(from)
    const last = Math.min(extent.sealedLength, (segmentAt(to - 1) + 1) * segmentBytes)
    const near = first <= nearSegments
    if (!near) yield { pack, offset, sealedLength: headerBytes }
    const begin = near ? 0 : sealedStart(first)
    yield { pack, offset: offset + begin, sealedLength: last - begin }
  }
}

/** `close` gives its buffer back at once; left alone, megabytes wait for V8. A call after it takes a new one. */
export type ReadWanted = ReadPack & { readonly close: () => void }

/**
 * Reads like `read`, ahead as far as `wanted` goes, into one buffer of its own that is no longer than need be and taken
 * at the first call. What it gives is a view, good until the next call, and calls may not overlap.
 */
export const readWanted = (read: ReadPack, wanted: readonly Wanted[]): ReadWanted => {
  const all = wanted.reduce((sum, { sealedLength }) => sum + sealedLength, 0)
  const most = Math.min(mostAhead, all)
  let buffer: Buffer | null = null
  let reading = 0
  const ahead = readAhead(read, wanted, most, () => {
    buffer ??= Buffer.allocUnsafeSlow(most)
    return buffer
  })

  const readOn: ReadPack = async (pack, offset, length) => {
    reading += 1
    try {
      return await ahead(pack, offset, length)
    } finally {
      reading -= 1
    }
  }

  const close = (): void => {
    ahead.forget()
    // A store may still be writing into it.
    if (buffer !== null && reading === 0) freeBytes(buffer)
    buffer = null
  }
  return Object.assign(readOn, { close })
}
