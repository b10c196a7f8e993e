/**
 * Signing keys: Ed25519, one kind of statement each. In a file `<purpose>-<n>.json` they stand as
 * `{format, purpose, createdAt, retiredAt, kid, key}`, `key` being a JWK (RFC 8037 §2) with its private half `d`
 * until it is retired. A key is retired by the one numbered after it. `kid` is its RFC 7638 thumbprint.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { keyFault, listFolder, readPrivateFile } from './key-file.ts'

export const purposes = ['link', 'access', 'receipt', 'manifest', 'intake'] as const
export type Purpose = (typeof purposes)[number]

/** Which half of the ring signs: an upload edge has nothing but its receipt keys. */
export const halfOf = {
  link: 'vault',
  access: 'vault',
  receipt: 'edge',
  manifest: 'vault',
  intake: 'vault',
} as const satisfies Record<Purpose, 'edge' | 'vault'>

const format = 'second-read/1/signing-key'
const fileName = /^(link|access|receipt|manifest|intake)-([1-9]\d{0,5})\.json$/
const base64url32 = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
const instant = z.iso.datetime()

const fileShape = z.strictObject({
  format: z.literal(format),
  purpose: z.enum(purposes),
  createdAt: instant,
  retiredAt: instant.nullable(),
  kid: base64url32,
  key: z.strictObject({
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    x: base64url32,
    d: base64url32.optional(),
  }),
})

export type SigningKey = {
  readonly purpose: Purpose
  readonly number: number
  readonly kid: string
  readonly createdAt: Date
  readonly retiredAt: Date | null
  /** Public half, base64url of 32 bytes. */
  readonly x: string
  /** Null once its file was stripped of it. */
  readonly d: string | null
}

/** RFC 7638 thumbprint of an Ed25519 public key. */
export const thumbprint = (x: string): string =>
  createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url')

/** A fresh key. */
export const makeSigningKey = (purpose: Purpose, number: number, now: Date): SigningKey => {
  const { x = '', d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  return { purpose, number, kid: thumbprint(x), createdAt: now, retiredAt: null, x, d }
}

/** Where a key's file stands. */
export const signingKeyPath = (folder: string, { purpose, number }: SigningKey): string =>
  join(folder, halfOf[purpose], `${purpose}-${number}.json`)

/** A key as its file's bytes. */
export const writeSigningKey = (key: SigningKey): Buffer => {
  const { purpose, createdAt, retiredAt, kid, x, d } = key
  const jwk = { kty: 'OKP', crv: 'Ed25519', x, ...(d === null ? {} : { d }) }
  return Buffer.from(`${JSON.stringify({ format, purpose, createdAt, retiredAt, kid, key: jwk }, null, 2)}\n`)
}

/** The private half of a key, ready to sign; null when its file has none. */
export const privateHalf = ({ x, d }: SigningKey): KeyObject | null =>
  d === null ? null : createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', x, d }, format: 'jwk' })

const halvesAgree = (key: SigningKey): boolean => {
  const half = privateHalf(key)
  return half === null || createPublicKey(half).export({ format: 'jwk' }).x === key.x
}

/**
 * A key from its file's name and bytes.
 * @throws Fault `key.unavailable` for another format, a changed value, or halves that do not belong together.
 */
export const readSigningKey = (name: string, bytes: Uint8Array): SigningKey => {
  const named = fileName.exec(name)
  let raw: unknown
  try {
    raw = JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    // The cause of a failed parse quotes the text, which is a private key.
    throw keyFault(`${name} is not JSON`)
  }
  const { data } = fileShape.safeParse(raw)
  if (named === null || data === undefined) throw keyFault(`${name} is not of the format ${format}`)
  const key: SigningKey = {
    purpose: data.purpose,
    number: Number(named[2]),
    kid: data.kid,
    createdAt: new Date(data.createdAt),
    retiredAt: data.retiredAt === null ? null : new Date(data.retiredAt),
    x: data.key.x,
    d: data.key.d ?? null,
  }
  if (named[1] !== key.purpose || key.kid !== thumbprint(key.x) || !halvesAgree(key))
    throw keyFault(`${name} contradicts itself`)
  return key
}

/** Every signing key of one half of a ring, oldest first; one with a successor is retired, whatever its file says. */
export const listSigningKeys = (folder: string, half: 'edge' | 'vault'): readonly SigningKey[] => {
  const keys = listFolder(join(folder, half))
    .filter((name) => fileName.test(name))
    .map((name) => readSigningKey(name, readPrivateFile(join(folder, half, name))))
    .sort((a, b) => purposes.indexOf(a.purpose) - purposes.indexOf(b.purpose) || a.number - b.number)
  return keys.map((key, at) => {
    const next = keys[at + 1]
    return next?.purpose === key.purpose ? { ...key, retiredAt: key.retiredAt ?? next.createdAt } : key
  })
}
