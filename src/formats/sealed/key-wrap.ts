/**
 * Key wrap: one AES-256 key enclosed in another, AES Key Wrap (RFC 3394, NIST SP 800-38F "KW") with the default
 * initial value A6A6A6A6A6A6A6A6. 32 bytes become 40: the wrapped text of §2.2.1, the integrity register first,
 * and nothing else. It is deterministic and detects a wrong key or a changed byte.
 */
import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { Fault } from '#domain/fault.ts'

/** Bytes of a key, and of a key wrapped. */
export const keyBytes = 32
export const wrappedKeyBytes = 40

const cipher = 'id-aes256-wrap'
const initialValue = Buffer.alloc(8, 0xa6)

/**
 * The 32 bytes of `key` wrapped under a 256-bit `kek`, 40 bytes (RFC 3394 §2.2.1).
 * @throws Fault `internal` when `key` is not 32 bytes.
 */
export const wrapKey = (kek: KeyObject, key: Uint8Array): Buffer => {
  if (key.byteLength !== keyBytes) throw new Fault('internal', { cause: new RangeError('not a 32-byte key') })
  const wrap = createCipheriv(cipher, kek, initialValue)
  return Buffer.concat([wrap.update(key), wrap.final()])
}

/**
 * Reverses `wrapKey` (RFC 3394 §2.2.2).
 * @throws Fault `store.damaged` for another length, another `kek` or a changed byte.
 */
export const unwrapKey = (kek: KeyObject, wrapped: Uint8Array): Buffer => {
  if (wrapped.byteLength !== wrappedKeyBytes)
    throw new Fault('store.damaged', { facts: { bytes: wrapped.length } })
  const unwrap = createDecipheriv(cipher, kek, initialValue)
  try {
    return Buffer.concat([unwrap.update(wrapped), unwrap.final()])
  } catch (cause) {
    throw new Fault('store.damaged', { cause })
  }
}
