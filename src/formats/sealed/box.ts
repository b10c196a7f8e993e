/**
 * Box: a small text (facts, details, one key) sealed in one piece.
 *
 *     offset 0    12 bytes  nonce, random for every box
 *     offset 12    n bytes  AES-256-GCM ciphertext, as long as the plain text
 *     offset 12+n 16 bytes  AES-256-GCM tag
 *
 * The associated data is the UTF-8 text that says what the box is and whose; it is not stored. The key is 32
 * bytes. With random nonces one key stays good for 2^32 boxes (NIST SP 800-38D §8.3).
 */
import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto'
import { Fault } from '#domain/fault.ts'

const cipher = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/** Bytes a box is longer than what is in it. */
export const boxOverhead = nonceBytes + tagBytes

/** Seals `plain` under a 256-bit key; the result is `boxOverhead` bytes longer. */
export const sealBox = (key: KeyObject, plain: Uint8Array, associated: string): Buffer => {
  const nonce = randomBytes(nonceBytes)
  const seal = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes })
  seal.setAAD(Buffer.from(associated, 'utf8'))
  return Buffer.concat([nonce, seal.update(plain), seal.final(), seal.getAuthTag()])
}

/**
 * Reverses `sealBox`.
 * @throws Fault `store.damaged` for another key, other associated data or a changed byte.
 */
export const openBox = (key: KeyObject, box: Uint8Array, associated: string): Buffer => {
  if (box.byteLength < boxOverhead) throw new Fault('store.damaged', { facts: { bytes: box.byteLength } })
  const end = box.byteLength - tagBytes
  const open = createDecipheriv(cipher, key, box.subarray(0, nonceBytes), { authTagLength: tagBytes })
  open.setAAD(Buffer.from(associated, 'utf8'))
  open.setAuthTag(box.subarray(end))
  try {
    const plain = open.update(box.subarray(nonceBytes, end))
    open.final()
    return plain
  } catch (cause) {
    throw new Fault('store.damaged', { cause })
  }
}
