/**
 * Proof: everything a pack or an item holds is opened and compared with what was recorded when it arrived. Memory
 * stays flat whatever the length.
 */
import { createHash, type Hash } from 'node:crypto'
import { Fault } from '#domain/fault.ts'
import { freeBytes } from '#domain/free-bytes.ts'
import type { CaseId, PackId } from '#domain/id.ts'
import { extentSeal } from '#domain/seal-name.ts'
import { combineCrc32 } from '#formats/bundle/crc32-combine.ts'
import { crc32 } from '#formats/crc32.ts'
import { sealedLength } from '#formats/sealed/layout.ts'
import { openAll, openRange, type SealedSource } from '#formats/sealed/opener.ts'
import type { OpenExtent, ReadPack } from './item-bytes.ts'
import { readContents, readEnding } from './reader.ts'

/** The tail of a pack that is read in one piece: its ending and a usual table of contents. */
const tailBytes = 65_536

const proveExtent = async (
  extent: OpenExtent,
  read: ReadPack,
  scratch: Buffer,
  whole: Hash | null,
): Promise<boolean> => {
  if (sealedLength(extent.length) !== extent.sealedLength) return false
  const source = {
    read: (offset: number, length: number) => read(extent.pack, extent.offset + offset, length, scratch),
  }
  const seal = extentSeal(extent.pack, extent.item, extent.first)
  const hash = createHash('sha256')
  let crc = 0
  // A range of no bytes opens no segment; an empty text has one all the same.
  if (extent.length === 0) openAll(extent.key, seal, await source.read(0, extent.sealedLength))
  for await (const batch of openRange(source, extent.key, seal, extent.length, 0, extent.length))
    for (const piece of batch) {
      hash.update(piece)
      whole?.update(piece)
      crc = crc32(piece, crc)
      freeBytes(piece)
    }
  return crc === extent.crc32 && hash.digest().equals(extent.sha256)
}

/** What extents in the order of their chunks come to; `sha256` is null where there was none. */
export type Sum = { readonly bytes: number; readonly crc32: number; readonly sha256: Buffer | null }

/**
 * Opens every byte of these extents and sums them up; null when one has not the length, SHA-256 or CRC-32 it is
 * said to have. The digest of a `single` extent is not computed a second time. Sealed bytes are read into
 * `scratch`, at least `readBytes` long.
 * @throws `store.damaged` for bytes that do not open, and what `extents` and `read` throw.
 */
export const proveExtents = async (
  extents: AsyncIterable<OpenExtent>,
  single: boolean,
  read: ReadPack,
  scratch: Buffer,
): Promise<Sum | null> => {
  const whole = single ? null : createHash('sha256')
  let sum: Sum = { bytes: 0, crc32: 0, sha256: null }
  for await (const extent of extents) {
    if (!(await proveExtent(extent, read, scratch, whole))) return null
    const crc = combineCrc32(sum.crc32, extent.crc32, extent.length)
    sum = { bytes: sum.bytes + extent.length, crc32: crc, sha256: Buffer.from(extent.sha256) }
  }
  return whole === null ? sum : { ...sum, sha256: whole.digest() }
}

/**
 * Proves that an object of `size` bytes is this pack: its ending, and its table of contents with the key that
 * `unlock` gives.
 * @throws `store.damaged` when it is not, and what `source` and `unlock` throw.
 */
export const provePack = async (
  source: SealedSource,
  size: number,
  pack: { readonly id: PackId; readonly case: CaseId; readonly lockedKey: string },
  unlock: (lockedKey: string) => Promise<Uint8Array>,
): Promise<void> => {
  const from = Math.max(0, size - tailBytes)
  const tail = await source.read(from, size - from)
  const cached = {
    read: async (offset: number, length: number): Promise<Buffer> =>
      offset < from ? source.read(offset, length) : tail.subarray(offset - from, offset - from + length),
  }
  const ending = await readEnding(cached, size)
  const known = ending.pack === pack.id && ending.case === pack.case && ending.lockedKey === pack.lockedKey
  if (!known) throw new Fault('store.damaged')
  await readContents(cached, ending, await unlock(pack.lockedKey))
}
