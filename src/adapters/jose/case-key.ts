/**
 * Case key: 32 bytes from which everything of one case follows by HKDF-SHA256 (RFC 5869; empty salt, 32 bytes):
 *
 *     info `second-read/1/case/wrap`    key that wraps extent keys (AES-KW)
 *     info `second-read/1/case/box`     key of the case's boxes (facts, details)
 *     info `second-read/1/case/intake`  the X25519 private key of the case's intake
 *
 * The texts are part of the stored format and never change.
 */
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { compactDecrypt } from 'jose'
import { Fault } from '#domain/fault.ts'
import { openBox, sealBox } from '#formats/sealed/box.ts'
import { unwrapKey, wrapKey } from '#formats/sealed/key-wrap.ts'
import type { CaseKey } from '#ports/case-vault.ts'
import { intakePrivateKey } from './intake-key.ts'

const longestLocked = 1024
const lockedShape =
  /^([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{22}$/

const derive = (caseKey: KeyObject, name: 'wrap' | 'box' | 'intake'): Buffer =>
  Buffer.from(hkdfSync('sha256', caseKey, Buffer.alloc(0), `second-read/1/case/${name}`, 32))

/** The private half of a case's intake key pair. */
export const intakeKeyOf = (caseKey: KeyObject): KeyObject => intakePrivateKey(derive(caseKey, 'intake'))

const hasOnlyOurHeader = (locked: string): boolean => {
  const header = locked.length <= longestLocked ? lockedShape.exec(locked)?.[1] : undefined
  if (header === undefined) return false
  try {
    const members: unknown = JSON.parse(Buffer.from(header, 'base64url').toString('utf8'))
    return typeof members === 'object' && members !== null && Object.keys(members).join(' ') === 'alg enc epk'
  } catch {
    return false
  }
}

const unlock = async (privateKey: KeyObject, locked: string): Promise<Uint8Array> => {
  if (!hasOnlyOurHeader(locked)) throw new Fault('store.damaged')
  try {
    const { plaintext } = await compactDecrypt(locked, privateKey, {
      keyManagementAlgorithms: ['ECDH-ES+A256KW'],
      contentEncryptionAlgorithms: ['A256GCM'],
    })
    if (plaintext.byteLength !== 32) throw new RangeError('what was locked is not a 32-byte key')
    return plaintext
  } catch (cause) {
    throw new Fault('store.damaged', { cause })
  }
}

/** The case key as the port has it. Whatever does not open throws `store.damaged`. */
export const caseKey = (key: KeyObject): CaseKey => {
  const wrapping = createSecretKey(derive(key, 'wrap'))
  const box = createSecretKey(derive(key, 'box'))
  let intake: KeyObject | null = null
  return {
    // Four fifths of what opening a case key costs, and readers never unlock.
    unlock: async (locked) => unlock((intake ??= intakeKeyOf(key)), locked),
    wrap: (plain) => wrapKey(wrapping, plain),
    unwrap: (wrapped) => unwrapKey(wrapping, wrapped),
    seal: (plain, associated) => sealBox(box, plain, associated),
    unseal: (sealed, associated) => openBox(box, sealed, associated),
  }
}
