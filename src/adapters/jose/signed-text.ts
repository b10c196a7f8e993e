/**
 * Signed texts: compact JWS (RFC 7515), EdDSA. Writing sets exactly `alg`, `typ` and `kid`; reading accepts
 * exactly that, byte for byte as written here, so that there is one spelling of a token and nothing to negotiate
 * (RFC 8725 §3.1–3.12). Nothing is parsed before its size and alphabet are known.
 */
import { CompactSign, compactVerify } from 'jose'
import { Fault } from '#domain/fault.ts'
import { keyFault } from './key-file.ts'
import { type PublicKey, stillVerifies } from './public-set.ts'
import type { Purpose } from './signing-key.ts'
import type { SigningKeys } from './signing-keys.ts'

/** No token is longer, characters. */
export const longestToken = 4096

const compact = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})$/

export type Members = Readonly<Record<string, unknown>>

/** What a text must be: its type and the purpose of the key that signed it. */
export type Wanted = { readonly typ: string; readonly purpose: Purpose }

/**
 * Signs `payload` with the newest key of the purpose. Same payload and key give the same text.
 * @throws Fault `key.unavailable` when this half of the ring has no such key.
 */
export const signText = async (
  keys: SigningKeys,
  { typ, purpose }: Wanted,
  payload: string,
): Promise<string> => {
  const signer = keys.signer(purpose)
  if (signer === null) throw keyFault(`no key here signs for ${purpose}`)
  return new CompactSign(new TextEncoder().encode(payload))
    .setProtectedHeader({ alg: 'EdDSA', typ, kid: signer.kid })
    .sign(signer.key)
}

/** Members of an object as `JSON.stringify` writes it; a repeated member or other spelling gives null. */
const readMembers = (bytes: Buffer): Members | null => {
  const text = bytes.toString('utf8')
  try {
    const value: unknown = JSON.parse(text)
    const written = typeof value === 'object' && value !== null && !Array.isArray(value)
    return written && JSON.stringify(value) === text ? (value as Members) : null
  } catch {
    return null
  }
}

const decode = (part: string | undefined): Buffer | null => {
  const bytes = Buffer.from(part ?? '', 'base64url')
  return bytes.toString('base64url') === part ? bytes : null
}

/** The key of a header with no other members than ours; `kid` is only ever looked up in the set in memory. */
const keyFor = (keys: SigningKeys, header: Members, wanted: Wanted, now: Date): PublicKey | null => {
  const { alg, typ, kid, ...others } = header
  if (alg !== 'EdDSA' || typ !== wanted.typ || typeof kid !== 'string' || kid.length !== 43) return null
  if (Object.keys(others).length > 0) return null
  const key = keys.find(kid)
  return key !== null && key.purpose === wanted.purpose && stillVerifies(key, now) ? key : null
}

/** The payload of a text this ring signed as what is wanted; null for any other. */
export const readSigned = async (
  keys: SigningKeys,
  wanted: Wanted,
  token: unknown,
  now: Date,
): Promise<Members | null> => {
  if (typeof token !== 'string' || token.length > longestToken) return null
  const parts = compact.exec(token)
  if (parts === null) return null
  const [header, payload, signature] = [decode(parts[1]), decode(parts[2]), decode(parts[3])]
  if (header === null || payload === null || signature === null) return null
  const members = readMembers(header)
  const key = members === null ? null : keyFor(keys, members, wanted, now)
  if (key === null) return null
  try {
    await compactVerify(token, key.key, { algorithms: ['EdDSA'] })
  } catch {
    return null
  }
  return readMembers(payload)
}

/** A programming error of the caller: what it asked for must not be signed. */
export const notToSign = (what: string): Fault => new Fault('internal', { cause: new RangeError(what) })
