/**
 * Sealing as the bytes come. A segment's nonce says whether it is the last. When the whole length is told
 * beforehand that is known at once, and pieces are sealed where they lie; otherwise a segment waits in memory
 * until a byte beyond it comes or the text ends.
 */
import { type CipherGCM, createCipheriv, type KeyObject, randomBytes } from 'node:crypto'
import {
  firstPlainBytes,
  headerBytes,
  plainBytes,
  saltBytes,
  segmentCount,
  setNonce,
  tagBytes,
} from './layout.ts'
import { deriveStreamKey } from './stream-key.ts'

/** Largest number of segments: the counter has 32 bits. */
const mostSegments = 2 ** 32

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

type Start = { readonly key: KeyObject; readonly nonce: Buffer; readonly header: Buffer }

const beginStream = (key: Uint8Array, associated: string, fixed: FixedStart | undefined): Start => {
  const header = fixed === undefined ? randomBytes(headerBytes) : Buffer.alloc(headerBytes)
  header[0] = headerBytes
  fixed?.salt.copy(header, 1)
  fixed?.prefix.copy(header, 1 + saltBytes)
  const nonce = Buffer.alloc(12)
  header.copy(nonce, 0, 1 + saltBytes)
  return { key: deriveStreamKey(key, header.subarray(1, 1 + saltBytes), associated), nonce, header }
}

const openCipher = ({ key, nonce }: Start, index: number, last: boolean): CipherGCM => {
  if (index >= mostSegments) throw new RangeError('sealed stream is full')
  setNonce(nonce, index, last)
  return createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
}

const roomOf = (index: number): number => (index === 0 ? firstPlainBytes : plainBytes)

/** For a text of `length` bytes: no piece is copied. @throws RangeError for more or fewer bytes than told. */
const createExactSealer = (start: Start, length: number): Sealer => {
  const last = segmentCount(length) - 1
  let index = 0
  let left = length
  let room = 0
  let cipher: CipherGCM | null = null
  let sealed = 0

  const open = (out: Uint8Array[]): CipherGCM => {
    if (index === 0) {
      out.push(start.header)
      sealed += headerBytes
    }
    room = roomOf(index)
    cipher = openCipher(start, index, index === last)
    return cipher
  }
  const close = (current: CipherGCM, out: Uint8Array[]): void => {
    current.final()
    out.push(current.getAuthTag())
    sealed += tagBytes
    index += 1
    cipher = null
  }

  return {
    push(piece, out) {
      if (piece.length > left) throw new RangeError('more bytes than were told')
      left -= piece.length
      for (let at = 0; at < piece.length; ) {
        const current = cipher ?? open(out)
        const take = Math.min(room, piece.length - at)
        out.push(current.update(piece.subarray(at, at + take)))
        sealed += take
        room -= take
        at += take
        if (room === 0) close(current, out)
      }
    },
    end(out) {
      if (left > 0) throw new RangeError('fewer bytes than were told')
      if (cipher !== null || length === 0) close(cipher ?? open(out), out)
    },
    get sealed() {
      return sealed
    },
  }
}

/** For a text whose end is not known: one segment waits, in `spare` where the caller keeps such memory. */
const createOpenSealer = (start: Start, spare: Buffer | undefined): Sealer => {
  const waiting = spare ?? Buffer.allocUnsafeSlow(plainBytes)
  let filled = 0
  let index = 0
  let sealed = 0

  const close = (plain: Uint8Array, last: boolean, out: Uint8Array[]): void => {
    if (index === 0) {
      out.push(start.header)
      sealed += headerBytes
    }
    const cipher = openCipher(start, index, last)
    if (plain.length > 0) out.push(cipher.update(plain))
    cipher.final()
    out.push(cipher.getAuthTag())
    sealed += plain.length + tagBytes
    index += 1
  }

  return {
    push(piece, out) {
      for (let at = 0; at < piece.length; ) {
        const room = roomOf(index)
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

export type SealerTerms = {
  /** Plain bytes of the whole text, where that is known. */
  readonly length?: number | undefined
  readonly fixed?: FixedStart | undefined
  /** `plainBytes` of memory for a text of unknown length, nobody else's until the stream has ended. */
  readonly spare?: Buffer | undefined
}

/**
 * Starts a sealed stream under a 32-byte key that is used for this stream only. The header is given out with the first bytes.
 */
export const createSealer = (
  key: Uint8Array,
  associated: string,
  { length, fixed, spare }: SealerTerms = {},
): Sealer => {
  const start = beginStream(key, associated, fixed)
  return length === undefined ? createOpenSealer(start, spare) : createExactSealer(start, length)
}

/** Seals a whole text at once. */
export const sealAll = (
  key: Uint8Array,
  associated: string,
  plain: Uint8Array,
  fixed?: FixedStart,
): Buffer => {
  const out: Uint8Array[] = []
  const sealer = createSealer(key, associated, { length: plain.length, fixed })
  sealer.push(plain, out)
  sealer.end(out)
  return Buffer.concat(out)
}
