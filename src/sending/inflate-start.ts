/** Inflate: the beginning of a deflated data set (PS3.5 §A.5), by the platform's own decompressor. */
import type { FileWindow } from './file-window.ts'

const mostBytes = 131_072
const pieceBytes = 8_192

/** RFC 1950 §2.2: some writers put zlib's header before it. */
const format = (first: Uint8Array): 'deflate' | 'deflate-raw' => {
  const [one = 0, other = 0] = first
  return (one & 0x0f) === 8 && (one * 256 + other) % 31 === 0 ? 'deflate' : 'deflate-raw'
}

/** Up to 128 KiB and a piece of what lies deflated from `from` on; less where it is damaged. @throws FileTrouble */
export const inflateStart = async (window: FileWindow, from: number): Promise<Uint8Array> => {
  const first = await window.bytes(from, Math.min(pieceBytes, window.size - from))
  if (first === null || first.length === 0) return new Uint8Array()
  const inflater = new DecompressionStream(format(first))
  const pieces: Uint8Array[] = []
  let length = 0

  const read = async (): Promise<void> => {
    const reader = inflater.readable.getReader()
    while (length < mostBytes) {
      const { done, value } = await reader.read()
      if (done) return
      pieces.push(value)
      length += value.length
    }
    await reader.cancel()
  }
  const write = async (): Promise<void> => {
    const writer = inflater.writable.getWriter()
    let piece: Uint8Array | null = first
    for (let at = from; piece !== null && piece.length > 0 && length < mostBytes; ) {
      await writer.write(piece.slice())
      at += piece.length
      piece = await window.bytes(at, Math.min(pieceBytes, window.size - at))
    }
    await writer.close()
  }
  // Broken or cut: what came out before that is what there is.
  await Promise.allSettled([read(), write()])
  const bytes = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
