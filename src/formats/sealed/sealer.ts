/**
 * Sealing as the bytes come. A segment is closed only when a byte beyond it is known or the text ends, because
 * its nonce says whether it is the last; so at most one segment waits in memory.
 */
import { createCipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import {
  firstPlainBytes,
  headerBytes,
  plainBytes,
  prefixBytes,
  saltBytes,
  setNonce,
  tagBytes,
} from './layout.ts'

/** Largest number of segments: the counter has 32 bits. */
const mostSegments = 2 ** 32

/** The stream's own key. A `KeyObject`, since Node takes five times longer per segment to import raw bytes. */
export const deriveStreamKey = (key: Uint8Array, salt: Uint8Array, associated: string): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync('sha256', key, salt, Buffer.from(associated, 'utf8'), 32)))

/** Fixes what is random otherwise: salt (32 bytes) and nonce prefix (7 bytes). For test vectors only. */
export type FixedStart = { readonly salt: Buffer; readonly prefix: Buffer }

export type Sealer = {
  /** Takes plain bytes and appends what became ready to `out`. `piece` may be reused afterwards. */
  push(piece: Uint8Array, out: Uint8Array[]): void
  /** Closes the last segment. Nothing may be pushed afterwards. */
  end(out: Uint8Array[]): void
  /** Sealed bytes given out so far, header included. */
  readonly sealed: number
}

/**
 * Starts a sealed stream under a 32-byte key that is used for this stream only.
 * The header is given out with the first bytes.
 */
export const createSealer = (key: Uint8Array, associated: string, fixed?: FixedStart): Sealer => {
  const salt = fixed?.salt ?? randomBytes(saltBytes)
  const prefix = fixed?.prefix ?? randomBytes(prefixBytes)
  const streamKey = deriveStreamKey(key, salt, associated)
  const nonce = Buffer.alloc(12)
  prefix.copy(nonce)
  const waiting = Buffer.allocUnsafeSlow(plainBytes)
  let filled = 0
  let index = 0
  let sealed = 0

  const close = (plain: Uint8Array, last: boolean, out: Uint8Array[]): void => {
    if (index >= mostSegments) throw new RangeError('sealed stream is full')
    if (index === 0) {
      out.push(Buffer.concat([Buffer.of(headerBytes), salt, prefix]))
      sealed += headerBytes
    }
    setNonce(nonce, index, last)
    const cipher = createCipheriv('aes-256-gcm', streamKey, nonce, { authTagLength: tagBytes })
    if (plain.length > 0) out.push(cipher.update(plain))
    cipher.final()
    out.push(cipher.getAuthTag())
    sealed += plain.length + tagBytes
    index += 1
  }

  return {
    push(piece, out) {
      let at = 0
      while (at < piece.length) {
        const room = index === 0 ? firstPlainBytes : plainBytes
        if (filled === room) {
          close(waiting.subarray(0, room), false, out)
          filled = 0
        } else if (filled === 0 && piece.length - at > room) {
          close(piece.subarray(at, at + room), false, out)
          at += room
        } else {
          const take = Math.min(room - filled, piece.length - at)
          waiting.set(piece.subarray(at, at + take), filled)
          filled += take
          at += take
        }
      }
    },
    end(out) {
      close(waiting.subarray(0, filled), true, out)
      filled = 0
    },
    get sealed() {
      return sealed
    },
  }
}

/** Seals a whole text at once. */
export const sealAll = (
  key: Uint8Array,
  associated: string,
  plain: Uint8Array,
  fixed?: FixedStart,
): Buffer => {
  const out: Uint8Array[] = []
  const sealer = createSealer(key, associated, fixed)
  sealer.push(plain, out)
  sealer.end(out)
  return Buffer.concat(out)
}
