/**
 * Intake keys: the public half of a case's X25519 key pair, signed by the ring so that an upload edge can tell it
 * from one that somebody put into the ledger. Compact JWS, `intake-key+jwt`, `{case, jwk}`.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { CaseId } from '#domain/id.ts'
import { readSigned, signText } from './signed-text.ts'
import type { SigningKeys } from './signing-keys.ts'

const wanted = { typ: 'intake-key+jwt', purpose: 'intake' } as const
const pkcs8Head = Buffer.from('302e020100300506032b656e04220420', 'hex')

/** The X25519 private key of these 32 bytes (RFC 8410 §7). */
export const intakePrivateKey = (bytes: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([pkcs8Head, bytes]), format: 'der', type: 'pkcs8' })

/**
 * The signed public half of a case's intake key.
 * @throws Fault `key.unavailable` when there is no key to sign with.
 */
export const signIntakeKey = (keys: SigningKeys, id: CaseId, privateKey: KeyObject): Promise<string> => {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
  return signText(keys, wanted, JSON.stringify({ case: id, jwk: { kty: 'OKP', crv: 'X25519', x } }))
}

const isJwk = (value: unknown): value is { kty: 'OKP'; crv: 'X25519'; x: string } => {
  if (typeof value !== 'object' || value === null || Object.keys(value).join(' ') !== 'kty crv x')
    return false
  const { kty, crv, x } = value as Readonly<Record<string, unknown>>
  return kty === 'OKP' && crv === 'X25519' && typeof x === 'string' && /^[A-Za-z0-9_-]{43}$/.test(x)
}

/** The public key that was signed for this case; null for any other text. */
export const readIntakeKey = async (
  keys: SigningKeys,
  id: CaseId,
  signed: string,
  now: Date,
): Promise<KeyObject | null> => {
  const claims = await readSigned(keys, wanted, signed, now)
  if (claims === null || claims['case'] !== id || !isJwk(claims['jwk'])) return null
  return createPublicKey({ key: claims['jwk'], format: 'jwk' })
}
