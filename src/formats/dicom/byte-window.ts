/**
 * Byte window: a small moving view on a file that is only read by range, so that a header of any length costs
 * the memory of one window and a large value is stepped over, never read.
 */

/** A file whose bytes are asked for by range. */
export type ByteRange = {
  readonly size: number
  /** Exactly `length` bytes from `offset`; both lie within `size`. */
  read(offset: number, length: number): Promise<Buffer>
}

export type ByteWindow = {
  readonly size: number
  /** The bytes in view; `bytes[i]` is byte `base + i` of the file. */
  bytes: Buffer
  base: number
  /** True when the next `length` bytes from `at`, or all that are left, are in view. */
  holds(at: number, length: number): boolean
  /** Brings them into view; `length` is a constant of the program, never a length read from the file. */
  move(at: number, length: number): Promise<void>
}

const pieceBytes = 65_536
const largestPiece = 1_048_576

/** Opens a window that shows `head`, the file's first bytes. */
export const openWindow = (range: ByteRange, head: Buffer): ByteWindow => {
  let ahead = pieceBytes
  const window: ByteWindow = {
    size: range.size,
    bytes: head,
    base: 0,
    holds: (at, length) =>
      at >= window.base && Math.min(at + length, range.size) <= window.base + window.bytes.length,
    move: async (at, length) => {
      if (window.holds(at, length)) return
      const joins = at <= window.base + window.bytes.length && at >= window.base
      ahead = joins ? Math.min(ahead * 2, largestPiece) : pieceBytes
      const wanted = Math.min(Math.max(length, ahead), range.size - at)
      window.bytes = await range.read(at, wanted)
      window.base = at
    },
  }
  return window
}

/** A window on bytes that are all there. */
export const windowOn = (bytes: Buffer): ByteWindow =>
  openWindow(
    {
      size: bytes.length,
      read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
    },
    bytes,
  )
