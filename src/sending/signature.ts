/**
 * Signature: whether a compact JWS (RFC 7515) was signed with one of some public Ed25519 keys (RFC 8037), by the
 * platform's own cryptography. What it cannot check it does not call wrong.
 */
import { type Fields, isFields } from './replies.ts'

/** `unknown`: this platform has no Ed25519. */
export type Signature =
  | { readonly kind: 'right'; readonly payload: Fields }
  | { readonly kind: 'wrong' | 'unknown' }

const wrong: Signature = { kind: 'wrong' }

/** The fields of an object, none of anything else. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {})

/** RFC 7515 §2. @throws Error for what is not base64url */
export const bytesOfBase64url = (text: string): Uint8Array<ArrayBuffer> => {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Error('not base64url')
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
    letter.charCodeAt(0),
  )
}

const jsonOf = (part: string): Fields =>
  fieldsOf(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytesOfBase64url(part))))

/** What a JWS says, proved by nothing; no fields when it cannot be read. */
export const payloadOf = (jws: string): Fields => {
  try {
    return jsonOf(jws.split('.')[1] ?? '')
  } catch {
    return {}
  }
}

const keyFor = (keys: readonly unknown[], kid: unknown): { readonly x: string } | null => {
  const fits = keys
    .map(fieldsOf)
    .filter((key) => key['kty'] === 'OKP' && key['crv'] === 'Ed25519' && typeof key['x'] === 'string')
    .filter((key) => key['kid'] === kid)
  const [key] = fits
  return fits.length === 1 && key !== undefined ? { x: String(key['x']) } : null
}

const open = async (jws: string, keys: readonly unknown[], typ: string): Promise<Signature> => {
  const [head = '', payload = '', signature = '', ...more] = jws.split('.')
  const { alg, kid, typ: told, crit, b64 } = jsonOf(head)
  // What must be understood and is not, is no signature (RFC 7515 §4.1.11).
  if (more.length > 0 || told !== typ || crit !== undefined || b64 !== undefined) return wrong
  const found = alg === 'EdDSA' || alg === 'Ed25519' ? keyFor(keys, kid) : null
  if (found === null) return wrong
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: found.x }
  const key = await crypto.subtle.importKey('jwk', jwk, 'Ed25519', false, ['verify'])
  const signed = new TextEncoder().encode(`${head}.${payload}`)
  const right = await crypto.subtle.verify('Ed25519', key, bytesOfBase64url(signature), signed)
  return right ? { kind: 'right', payload: jsonOf(payload) } : wrong
}

const hasEd25519 = async (): Promise<boolean> => {
  try {
    // The base point of the curve (RFC 8032 §5.1) is a key that every platform takes.
    const point = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 0x58 : 0x66))
    await crypto.subtle.importKey('raw', point, 'Ed25519', false, ['verify'])
    return true
  } catch {
    return false
  }
}

/** `keys` of a JWK set (RFC 7517); `typ` what the header must say it is. Never throws for what it is given. */
export const openSigned = async (jws: string, keys: readonly unknown[], typ: string): Promise<Signature> => {
  try {
    return await open(jws, keys, typ)
  } catch {
    return (await hasEd25519()) ? wrong : { kind: 'unknown' }
  }
}
