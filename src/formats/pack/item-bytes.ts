/**
 * An item's bytes out of its extents, any range of them, opening only the segments that hold it.
 */
import { createHash } from 'node:crypto'
import { Fault } from '#domain/fault.ts'
import { freeBytes } from '#domain/free-bytes.ts'
import type { PackId } from '#domain/id.ts'
import { chunkBytes, type Extent } from '#domain/item.ts'
import { extentSeal } from '#domain/seal-name.ts'
import { combineCrc32 } from '#formats/bundle/crc32-combine.ts'
import { openRange } from '#formats/sealed/opener.ts'

/** Sealed bytes of a pack's object. The result may be a view of `into` and is used before the next call. */
export type ReadPack = (pack: PackId, offset: number, length: number, into?: Buffer) => Promise<Buffer>

/** What reading takes of an extent: where it lies, and what it was sealed as. */
export type PlacedExtent = Omit<Extent, 'count' | 'sha256' | 'crc32'>

type Keyed = { readonly key: Uint8Array }

/** An extent with its key open: 32 bytes, in memory for as long as one request or job. */
export type OpenExtent = Extent & Keyed

/** The same of what reading takes. */
export type OpenPlace = PlacedExtent & Keyed

/** The most sealed bytes an opening reads at once. */
export const readBytes = 1_048_576

/** The first plain byte of an extent within its item. */
const startOf = (extent: PlacedExtent): number => extent.first * chunkBytes

/**
 * Plain bytes `start … end-1` of the item whose extents these are, in order of their first chunk; in batches of
 * up to about 1 MiB. With `scratch` (at least `readBytes` long) sealed bytes are read into that one buffer.
 * @throws `store.damaged`, and what `read` throws.
 */
export async function* openItemRange(
  extents: readonly OpenPlace[],
  read: ReadPack,
  start: number,
  end: number,
  scratch?: Buffer,
): AsyncGenerator<Buffer[]> {
  for (const extent of extents) {
    const at = startOf(extent)
    if (at + extent.length <= start || at >= end) continue
    const source = {
      read: (offset: number, length: number) => read(extent.pack, extent.offset + offset, length, scratch),
    }
    const seal = extentSeal(extent.pack, extent.item, extent.first)
    const from = Math.max(0, start - at)
    const to = Math.min(extent.length, end - at)
    yield* openRange(source, extent.key, seal, extent.length, from, to)
  }
}

/** The same as one buffer; for small ranges. */
export const readItemRange = async (
  extents: readonly OpenExtent[],
  read: ReadPack,
  start: number,
  end: number,
): Promise<Buffer> => {
  const out: Buffer[] = []
  for await (const batch of openItemRange(extents, read, start, end)) out.push(...batch)
  const [only] = out
  return out.length === 1 && only !== undefined ? only : Buffer.concat(out)
}

/** Digest of batches that nobody else uses: each piece is given back once it is hashed. */
export const digestBatches = async (
  algorithm: 'sha1' | 'sha256',
  batches: AsyncIterable<readonly Buffer[]>,
): Promise<Buffer> => {
  const hash = createHash(algorithm)
  for await (const batch of batches)
    for (const piece of batch) {
      hash.update(piece)
      freeBytes(piece)
    }
  return hash.digest()
}

/**
 * Digest and CRC-32 of a whole item of `size` bytes: known from intake for one extent, computed for more, unless
 * somebody who read it whole knows `sha256` already.
 */
export const sumItem = async (
  extents: readonly OpenExtent[],
  read: ReadPack,
  size: number,
  sha256?: Uint8Array,
): Promise<{ sha256: Uint8Array; crc32: number }> => {
  const [first, ...rest] = extents
  if (first === undefined) throw new Fault('store.damaged')
  if (rest.length === 0) return { sha256: first.sha256, crc32: first.crc32 }
  const crc32 = rest.reduce((crc, extent) => combineCrc32(crc, extent.crc32, extent.length), first.crc32)
  if (sha256 !== undefined) return { sha256, crc32 }
  return { sha256: await digestBatches('sha256', openItemRange(extents, read, 0, size)), crc32 }
}
