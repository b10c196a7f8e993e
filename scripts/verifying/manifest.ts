/** The signed manifest of a bundle: what was signed, by which key, and the files it lists. */
import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet, type JWK } from 'jose'

export const signatureName = 'MANIFEST.JWS'

/** `kind` as the manifest says it; pages that were made for the bundle have none. */
export type Line = {
  readonly path: string
  readonly size: number
  readonly sha256: string
  readonly kind?: unknown
}
export type Manifest = { readonly case: string; readonly revision: number; readonly lines: readonly Line[] }

const isLine = (value: unknown): value is Line => {
  const { path, size, sha256 } = (value ?? {}) as Record<string, unknown>
  return typeof path === 'string' && Number.isSafeInteger(size) && /^[0-9a-f]{64}$/.test(String(sha256))
}

/** Null for anything that is no manifest of ours. */
export const readManifest = (bytes: Uint8Array): Manifest | null => {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown>
    const lines: unknown[] = [value['pages'], value['files']].flat()
    const known =
      value['version'] === 1 && typeof value['case'] === 'string' && Number.isInteger(value['revision'])
    return known && lines.every(isLine)
      ? { case: String(value['case']), revision: Number(value['revision']), lines }
      : null
  } catch {
    return null
  }
}

export type Signed = { readonly payload: Uint8Array; readonly key: string }

/** What was signed, or why it does not hold, for a person. */
export const verifySignature = async (signature: Buffer, keys: JSONWebKeySet): Promise<Signed | string> => {
  try {
    // A set of ours says what each of its keys is for.
    const fit = keys.keys.filter(
      (key: JWK & { purpose?: unknown }) => (key.purpose ?? 'manifest') === 'manifest',
    )
    const set = createLocalJWKSet({ keys: fit })
    const text = signature.toString('latin1')
    const { payload, protectedHeader } = await compactVerify(text, set, { algorithms: ['EdDSA'] })
    return protectedHeader.typ === 'manifest+jws'
      ? { payload, key: String(protectedHeader.kid ?? '') }
      : `${signatureName}: signed as something else than a manifest.`
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey)
      return `${signatureName}: signed with a key that is not in this set. Ask the sender for the keys of that day.`
    return `${signatureName}: the signature does not hold. The bundle was changed, or is not from whom these keys are.`
  }
}
