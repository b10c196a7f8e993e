/**
 * One item as it goes out, read by range in any order: for whoever looks into a file before sending a part of it.
 * Each reading fetches and opens only the segments that hold it.
 */
import type { Patch } from '#domain/patch.ts'
import type { OpenExtent, ReadPack } from './item-bytes.ts'
import { openServedRange } from './served-bytes.ts'
import { readWanted, wantedOf } from './wanted.ts'

export type ServedItem = {
  readonly size: number
  /** Exactly `length` bytes from `offset`. @throws `store.damaged`, and what reading packs throws */
  read(offset: number, length: number): Promise<Buffer>
  /** Bytes `start … end-1` in batches, which are nobody else's. */
  open(start: number, end: number): AsyncIterable<readonly Buffer[]>
}

/** The item of `size` bytes whose extents these are, all of them. */
export const servedItem = (
  size: number,
  extents: readonly OpenExtent[],
  patches: readonly Patch[],
  read: ReadPack,
): ServedItem => {
  async function* open(start: number, end: number): AsyncGenerator<readonly Buffer[]> {
    const ahead = readWanted(read, [...wantedOf(extents, start, end)])
    try {
      yield* openServedRange(extents, ahead, patches, start, end)
    } finally {
      ahead.close()
    }
  }
  return {
    size,
    open,
    read: async (offset, length) => {
      const pieces: Buffer[] = []
      for await (const batch of open(offset, offset + length)) pieces.push(...batch)
      const [only] = pieces
      return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces)
    },
  }
}
