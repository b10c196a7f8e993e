/**
 * Watches encapsulated pixel data (PS3.5 §A.4) go by, in pieces of any size, and finds where it ends. It reads nothing
 * but the headers of items, whatever their number.
 */
import { itemTag, sequenceEndTag, undefinedLength } from './element-header.ts'

export type FragmentWatch = {
  /** How many bytes of this piece, which follows the one before, belong to it; null for what is damaged. */
  take(piece: Uint8Array): number | null
  /** True once the delimiter that ends it has gone by. */
  ended(): boolean
}

const headerBytes = 8

/** Begins at the element's header, which is of `elementHeader` bytes: 12, or 8 where types are not written. */
export const watchFragments = (elementHeader: number): FragmentWatch => {
  const header = Buffer.alloc(headerBytes)
  let skip = elementHeader
  let have = 0
  let over = false
  return {
    ended: () => over,
    take: (piece) => {
      let at = 0
      while (at < piece.length && !over) {
        if (skip > 0) {
          const some = Math.min(skip, piece.length - at)
          skip -= some
          at += some
          continue
        }
        const some = piece.subarray(at, at + headerBytes - have)
        header.set(some, have)
        have += some.length
        at += some.length
        if (have < headerBytes) continue
        have = 0
        const tag = header.readUInt16LE(0) * 0x10000 + header.readUInt16LE(2)
        const length = header.readUInt32LE(4)
        if (tag === sequenceEndTag) over = true
        else if (tag !== itemTag || length === undefinedLength) return null
        else skip = length
      }
      return at
    },
  }
}
