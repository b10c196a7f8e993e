/**
 * Intake seal: locks pack keys to a case's intake key and fingerprints announced files. All it has of the ring is
 * the fingerprint key and the public set.
 */
import { createHmac, type KeyObject } from 'node:crypto'
import { CompactEncrypt } from 'jose'
import type { Clock } from '#ports/clock.ts'
import type { IntakeSeal } from '#ports/intake-seal.ts'
import { readIntakeKey } from './intake-key.ts'
import { keyFault } from './key-file.ts'
import { notToSign } from './signed-text.ts'
import type { SigningKeys } from './signing-keys.ts'

/** `generation()` is another object whenever the ring was read again: what was verified before then is forgotten. */
export type IntakeLockNeeds = {
  readonly keys: SigningKeys
  readonly clock: Clock
  readonly generation: () => object
}

export type IntakeSealNeeds = IntakeLockNeeds & { readonly fingerprintKey: () => KeyObject }

const mostVerified = 1024

/**
 * The half of a seal that takes nothing but public keys. The signature of an intake key is verified once and then
 * remembered, the last 1,024 of them.
 */
export const intakeLock = ({ keys, clock, generation }: IntakeLockNeeds): Pick<IntakeSeal, 'lock'> => {
  const verified = new Map<string, KeyObject>()
  let since = generation()

  const publicKeyOf: typeof readIntakeKey = async (_, id, intakeKey, now) => {
    const current = generation()
    if (current !== since) verified.clear()
    since = current
    const name = `${id}\n${intakeKey}`
    const known = verified.get(name)
    if (known !== undefined) return known
    const key = await readIntakeKey(keys, id, intakeKey, now)
    if (key === null) return null
    const [oldest] = verified.keys()
    if (verified.size >= mostVerified && oldest !== undefined) verified.delete(oldest)
    verified.set(name, key)
    return key
  }

  return {
    lock: async (id, intakeKey, key) => {
      if (key.byteLength !== 32) throw notToSign('only a 32-byte key is locked')
      const publicKey = await publicKeyOf(keys, id, intakeKey, clock.now())
      if (publicKey === null) throw keyFault('an intake key was not signed by this ring for this case')
      return new CompactEncrypt(key)
        .setProtectedHeader({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM' })
        .encrypt(publicKey)
    },
  }
}

/** Builds the seal. */
export const intakeSeal = ({ fingerprintKey, ...needs }: IntakeSealNeeds): IntakeSeal => ({
  ...intakeLock(needs),
  fingerprint: (sender, text) =>
    createHmac('sha256', fingerprintKey()).update(`${sender}\n${text}`, 'utf8').digest(),
})
