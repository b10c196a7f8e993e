/**
 * An item's bytes as they go out: the bytes that came, with its patches. An item without patches costs nothing
 * here; of one with them the plain bytes, which are nobody else's, are changed in place.
 */
import { createHash } from 'node:crypto'
import { freeBytes } from '#domain/free-bytes.ts'
import { chunkBytes } from '#domain/item.ts'
import { applyPatches, type Patch, type ServedCopy } from '#domain/patch.ts'
import { crc32 } from '#formats/crc32.ts'
import {
  digestBatches,
  type OpenExtent,
  type OpenPlace,
  openItemRange,
  type ReadPack,
  sumItem,
} from './item-bytes.ts'

async function* patchBatches(
  batches: AsyncIterable<Buffer[]>,
  patches: readonly Patch[],
  start: number,
): AsyncGenerator<Buffer[]> {
  let at = start
  for await (const batch of batches) {
    for (const piece of batch) {
      applyPatches(patches, at, piece)
      at += piece.length
    }
    yield batch
  }
}

/** Like `openItemRange`, of the served copy; the extents must be all of the item's. */
export const openServedRange = (
  extents: readonly OpenPlace[],
  read: ReadPack,
  patches: readonly Patch[],
  start: number,
  end: number,
  scratch?: Buffer,
): AsyncGenerator<Buffer[]> => {
  const batches = openItemRange(extents, read, start, end, scratch)
  return patches.length === 0 ? batches : patchBatches(batches, patches, start)
}

/**
 * Digest and CRC-32 of what goes out of these extents, in order, each opened once. `seen` is given every piece as it
 * came, before it is changed, and may not keep it. Sealed bytes are read into `scratch` (at least `readBytes` long) when there is one.
 * @throws `store.damaged`, and what `extents` and `read` throw.
 */
export const sumServed = async (
  extents: Iterable<OpenExtent> | AsyncIterable<OpenExtent>,
  read: ReadPack,
  patches: readonly Patch[],
  scratch?: Buffer,
  seen: (piece: Buffer) => void = () => {},
): Promise<ServedCopy> => {
  const hash = createHash('sha256')
  let crc = 0
  for await (const extent of extents) {
    let at = extent.first * chunkBytes
    for await (const batch of openItemRange([extent], read, at, at + extent.length, scratch))
      for (const piece of batch) {
        seen(piece)
        applyPatches(patches, at, piece)
        hash.update(piece)
        crc = crc32(piece, crc)
        at += piece.length
        freeBytes(piece)
      }
  }
  return { patches, sha256: hash.digest(), crc32: crc }
}

/** SHA-1 of what goes out of an item of `size` bytes, lower-case hex: a label that IHE XDM asks for, and no proof. */
export const labelServed = async (
  extents: readonly OpenExtent[],
  read: ReadPack,
  size: number,
  patches: readonly Patch[],
): Promise<string> => {
  const label = await digestBatches('sha1', openServedRange(extents, read, patches, 0, size))
  return label.toString('hex')
}

export type ItemSums = {
  /** Of the bytes that came. */
  readonly sha256: Uint8Array
  readonly crc32: number
  /** Only with patches. */
  readonly served?: ServedCopy
}

/** `sumItem`, and the sums of the served copy where there are patches: both in the one pass that these take. */
export const sumBoth = async (
  extents: readonly OpenExtent[],
  read: ReadPack,
  size: number,
  patches: readonly Patch[],
  sha256?: Uint8Array,
): Promise<ItemSums> => {
  if (patches.length === 0) return sumItem(extents, read, size, sha256)
  const hash = extents.length > 1 && sha256 === undefined ? createHash('sha256') : null
  const served = await sumServed(extents, read, patches, undefined, (piece) => hash?.update(piece))
  return { ...(await sumItem(extents, read, size, hash?.digest() ?? sha256)), served }
}
