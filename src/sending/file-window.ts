/**
 * File window: a piece of a file at a time, read as it is needed and not often. However a file is built, looking
 * into it costs a bounded number of reads of a bounded size.
 */
import { type ListedFile, readSlice } from './listed-file.ts'

const pieceBytes = 16_384

export type FileWindow = {
  readonly size: number
  /** `length` bytes from `at`; null when the file has not so many, or was read often enough. */
  bytes(at: number, length: number): Promise<Uint8Array | null>
}

/** Begins with `head`, the file's first bytes. @throws FileTrouble from `bytes`. */
export const openWindow = (file: ListedFile, head: Uint8Array<ArrayBuffer>, mostReads = 48): FileWindow => {
  let piece = head
  let base = 0
  let left = mostReads
  return {
    size: file.size,
    bytes: async (at, length) => {
      if (at < 0 || length < 0 || length > pieceBytes || at + length > file.size) return null
      if (at < base || at + length > base + piece.length) {
        if (left === 0) return null
        left -= 1
        piece = await readSlice(file, at, Math.min(file.size, at + pieceBytes))
        base = at
      }
      return piece.subarray(at - base, at - base + length)
    },
  }
}

/** A window on bytes in memory. */
export const windowOnBytes = (bytes: Uint8Array): FileWindow => ({
  size: bytes.length,
  bytes: async (at, length) =>
    at < 0 || length < 0 || at + length > bytes.length ? null : bytes.subarray(at, at + length),
})

/** One character a byte, up to the first NUL. */
export const latin = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) {
    if (byte === 0) break
    text += String.fromCharCode(byte)
  }
  return text
}

/** True when these bytes stand at `at`; one character of `magic` a byte. */
export const hasMagic = (bytes: Uint8Array, at: number, magic: string): boolean => {
  for (let n = 0; n < magic.length; n += 1) if (bytes[at + n] !== magic.charCodeAt(n)) return false
  return true
}
