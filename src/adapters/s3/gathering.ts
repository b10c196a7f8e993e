/**
 * Gathering: bytes of an object that wait to be sent, with their digest where one PUT may take them all. S3 wants
 * length and digest before the first byte, so an object is held until it is whole. It is copied into blocks that
 * are used again and again: memory that is warm costs less than keeping the pieces as they came.
 */
import { createHash } from 'node:crypto'

const blockBytes = 1_048_576

/** Blocks kept for the next objects. */
const mostSpare = 64

const spare: Buffer[] = []

export type Gathering = {
  /** Bytes that wait. */
  readonly bytes: number
  /** Copies the buffers. */
  add(buffers: readonly Uint8Array[]): void
  /** Everything, and its SHA-256 in base64. Once, after the last `add`, and not after a `cut`. */
  whole(): { readonly pieces: readonly Buffer[]; readonly digest: string }
  /** The first `bytes` of what waits, or all; they wait no longer. */
  cut(bytes: number): Buffer[]
  /** Forgets everything and lets its memory be used again. Only when no request can still be sending it. */
  reuse(): void
}

/** SHA-256 of these pieces, in base64. */
export const digestOf = (pieces: readonly Buffer[]): string => {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('base64')
}

/** Nothing yet. */
export const gather = (): Gathering => {
  const hash = createHash('sha256')
  const blocks: Buffer[] = []
  let pieces: Buffer[] = []
  let block: Buffer = Buffer.alloc(0)
  let begun = 0
  let filled = 0
  let bytes = 0
  let isCut = false

  /** Adds what the block has got since the last time to the pieces. */
  const close = (): void => {
    if (filled === begun) return
    const piece = block.subarray(begun, filled)
    if (!isCut) hash.update(piece)
    pieces.push(piece)
    begun = filled
  }

  const nextBlock = (): void => {
    close()
    block = spare.pop() ?? Buffer.allocUnsafeSlow(blockBytes)
    blocks.push(block)
    begun = 0
    filled = 0
  }

  return {
    get bytes() {
      return bytes
    },
    add(buffers) {
      for (const buffer of buffers)
        for (let at = 0; at < buffer.length; ) {
          if (filled === block.length) nextBlock()
          const part = buffer.subarray(at, at + block.length - filled)
          block.set(part, filled)
          filled += part.length
          at += part.length
          bytes += part.length
        }
    },
    whole() {
      close()
      return { pieces, digest: hash.digest('base64') }
    },
    cut(wanted) {
      close()
      isCut = true
      const taken: Buffer[] = []
      const rest: Buffer[] = []
      let left = Math.min(wanted, bytes)
      bytes -= left
      for (const piece of pieces) {
        if (left > 0) taken.push(piece.subarray(0, left))
        if (piece.length > left) rest.push(piece.subarray(left))
        left = Math.max(0, left - piece.length)
      }
      pieces = rest
      return taken
    },
    reuse() {
      // Parts that were cut off share their blocks, and may be on their way.
      if (!isCut) spare.push(...blocks.slice(0, mostSpare - spare.length))
      blocks.length = 0
      pieces = []
      block = Buffer.alloc(0)
      begun = 0
      filled = 0
      bytes = 0
    },
  }
}
