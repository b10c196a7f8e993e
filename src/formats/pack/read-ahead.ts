/**
 * Read-ahead: sealed bytes of packs, fetched by the megabyte. Extents lie one behind another in a pack and are
 * mostly wanted one after another, while a store may charge a request, a seek or a round trip for each read.
 */
import type { PackId } from '#domain/id.ts'
import type { Extent } from '#domain/item.ts'
import type { ReadPack } from './item-bytes.ts'

/** Sealed bytes that lie together in a pack: an extent, or a part of one. */
export type Wanted = Pick<Extent, 'pack' | 'offset' | 'sealedLength'>

type Span = { readonly start: number; end: number }

/** Runs of them without a gap, in order, by pack. Nothing outside them is ever read ahead. */
const spansOf = (wanted: Iterable<Wanted>): Map<PackId, Span[]> => {
  const spans = new Map<PackId, Span[]>()
  for (const [pack, list] of Map.groupBy(wanted, ({ pack }) => pack)) {
    const joined: Span[] = []
    for (const { offset, sealedLength } of list.toSorted((a, b) => a.offset - b.offset)) {
      const last = joined.at(-1)
      if (last !== undefined && offset <= last.end) last.end = Math.max(last.end, offset + sealedLength)
      else joined.push({ start: offset, end: offset + sealedLength })
    }
    spans.set(pack, joined)
  }
  return spans
}

type Window = { readonly pack: PackId; readonly start: number; readonly end: number; bytes: Promise<Buffer> }

/** `forget` lets go of what was fetched; a call after it fetches again. */
export type ReadAhead = ReadPack & { readonly forget: () => void }

/**
 * Reads like `read`, at most `most` bytes at once, as far as what may be `wanted` goes on. The result
 * is a view; with `scratch`, which gives `most` bytes for each fetch, it is good until the next call, and calls may not
 * overlap. `into` is not used.
 */
export const readAhead = (
  read: ReadPack,
  wanted: Iterable<Wanted>,
  most: number,
  scratch?: () => Buffer,
): ReadAhead => {
  const spans = spansOf(wanted)
  let window: Window | null = null

  const fetch = (pack: PackId, offset: number, length: number): Window => {
    const span = spans.get(pack)?.find(({ start, end }) => start <= offset && offset < end)
    const end = Math.max(offset + length, Math.min(span?.end ?? 0, offset + most))
    const into = end - offset <= most ? scratch?.() : undefined
    return { pack, start: offset, end, bytes: read(pack, offset, end - offset, into) }
  }

  const readOn: ReadPack = async (pack, offset, length) => {
    const holds =
      window !== null && window.pack === pack && window.start <= offset && offset + length <= window.end
    const from: Window = holds && window !== null ? window : fetch(pack, offset, length)
    window = from
    try {
      return (await from.bytes).subarray(offset - from.start, offset - from.start + length)
    } catch (error) {
      // The next call asks again.
      if (window === from) window = null
      throw error
    }
  }

  const forget = (): void => {
    window = null
  }
  return Object.assign(readOn, { forget })
}
