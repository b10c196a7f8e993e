/**
 * Range reader: bytes of an archive with two small windows, one for the listing and one for what it points to, so
 * that thousands of short headers do not become thousands of reads. A read that fails is remembered: it is no fault
 * of the archive.
 */
import { type ByteRange, stop } from './archive.ts'

export type RangeReader = {
  readonly size: number
  /** Exactly `length` bytes, or ARCHIVE_DAMAGED where the archive has none there. */
  fill(offset: number, length: number): Promise<Buffer>
  /** Between 1 and `most` bytes. */
  some(offset: number, most: number): Promise<Buffer>
  /** What `read` rejected with, where it did. */
  lost(): { readonly cause: unknown } | null
}

const windowBytes = 65_536
const mostAtOnce = 1_048_576

type Window = { readonly at: number; readonly bytes: Buffer }

export const rangeReader = (range: ByteRange): RangeReader => {
  let windows: readonly Window[] = []
  let failure: { readonly cause: unknown } | null = null

  const readAt = async (offset: number, length: number): Promise<Buffer> => {
    const wanted = Math.min(length, range.size - offset)
    const bytes = await range.read(offset, wanted).catch((cause: unknown) => {
      failure ??= { cause }
      return stop('ARCHIVE_DAMAGED')
    })
    if (bytes.length < wanted) stop('ARCHIVE_DAMAGED')
    return bytes.subarray(0, wanted)
  }
  const windowAt = (offset: number): Window | undefined => {
    const found = windows.find(({ at, bytes }) => offset >= at && offset < at + bytes.length)
    if (found !== undefined && found !== windows[0]) windows = [found, ...windows.filter((w) => w !== found)]
    return found
  }
  const load = async (offset: number): Promise<Window> => {
    const window = { at: offset, bytes: await readAt(offset, windowBytes) }
    windows = [window, ...windows.slice(0, 1)]
    return window
  }
  const hold = (offset: number, length: number): void => {
    const inside = Number.isSafeInteger(offset) && offset >= 0 && offset + length <= range.size
    if (!inside) stop('ARCHIVE_DAMAGED')
  }
  const some = async (offset: number, most: number): Promise<Buffer> => {
    hold(offset, 1)
    const near = windowAt(offset)
    if (near === undefined && most > windowBytes) return readAt(offset, Math.min(most, mostAtOnce))
    const { at, bytes } = near ?? (await load(offset))
    return bytes.subarray(offset - at, offset - at + most)
  }

  return {
    size: range.size,
    some,
    fill: async (offset, length) => {
      hold(offset, length)
      const near = windowAt(offset)
      if (near !== undefined && offset + length <= near.at + near.bytes.length)
        return near.bytes.subarray(offset - near.at, offset - near.at + length)
      if (length <= windowBytes) return (await load(offset)).bytes.subarray(0, length)
      const pieces: Buffer[] = []
      for (let at = 0; at < length; ) {
        const piece = await some(offset + at, length - at)
        pieces.push(piece)
        at += piece.length
      }
      return Buffer.concat(pieces)
    },
    lost: () => failure,
  }
}
