/**
 * The key of one sealed stream: HKDF-SHA-256 (RFC 5869) for 32 bytes, the first block of its output, written out in
 * hashes at once. Node's `hkdfSync` makes a job, a derivation and two key objects for each stream, cold by then in every
 * cache; for slices of half a megabyte that was 3 % of what receiving them costs. Its test holds the two together.
 */
import { createSecretKey, hash, type KeyObject } from 'node:crypto'

/** Of SHA-256: what it takes in at a time, and gives. */
const blockBytes = 64
const digestBytes = 32

const innerPad = 0x36
const outerPad = 0x5c

/** T(1) of RFC 5869 §2.3 ends with its number. */
const first = Buffer.from([1])
const none = Buffer.alloc(0)

const outer = Buffer.alloc(blockBytes + digestBytes)

const setPadded = (target: Buffer, key: Uint8Array, pad: number): void => {
  target.fill(pad, 0, blockBytes)
  for (let at = 0; at < key.length; at += 1) target[at] = (key[at] ?? 0) ^ pad
}

/** HMAC-SHA-256 (RFC 2104 §2) under a key of at most a block. */
const authenticate = (key: Uint8Array, text: Uint8Array, end: Uint8Array): Buffer => {
  const inner = Buffer.allocUnsafe(blockBytes + text.length + end.length)
  setPadded(inner, key, innerPad)
  inner.set(text, blockBytes)
  inner.set(end, blockBytes + text.length)
  setPadded(outer, key, outerPad)
  outer.set(hash('sha256', inner, 'buffer'), blockBytes)
  inner.fill(0)
  const code = hash('sha256', outer, 'buffer')
  outer.fill(0)
  return code
}

/**
 * The first 32 bytes of HKDF-SHA-256.
 * @throws RangeError for a salt longer than a block, which would have to be hashed first.
 */
export const deriveKey = (key: Uint8Array, salt: Uint8Array, info: Uint8Array): Buffer => {
  if (salt.byteLength > blockBytes) throw new RangeError('a salt of more than 64 bytes')
  return authenticate(authenticate(salt, key, none), info, first)
}

/** A `KeyObject`, since Node takes five times longer per segment to import raw bytes. */
export const deriveStreamKey = (key: Uint8Array, salt: Uint8Array, associated: string): KeyObject =>
  createSecretKey(deriveKey(key, salt, Buffer.from(associated, 'utf8')))
