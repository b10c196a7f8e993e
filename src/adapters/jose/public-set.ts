/**
 * The public set, `public.jwks.json`: the public half of every key that still verifies something, as a JWK Set
 * (RFC 7517) with three members of our own on each key: `purpose`, `createdAt`, `retiredAt`. It is replaced after
 * every change of the ring, so its change is also the sign for other processes to read the ring again.
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { keyFault, readOpenFile } from './key-file.ts'
import { type Purpose, purposes, type SigningKey, thumbprint } from './signing-key.ts'

const base64url32 = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

const setShape = z.strictObject({
  keys: z.array(
    z.strictObject({
      kty: z.literal('OKP'),
      crv: z.literal('Ed25519'),
      x: base64url32,
      kid: base64url32,
      use: z.literal('sig'),
      alg: z.literal('EdDSA'),
      purpose: z.enum(purposes),
      createdAt: z.iso.datetime(),
      retiredAt: z.iso.datetime().optional(),
    }),
  ),
})

type Jwk = z.infer<typeof setShape>['keys'][number]

export type PublicKey = {
  readonly kid: string
  readonly purpose: Purpose
  readonly retiredAt: Date | null
  readonly key: KeyObject
  readonly jwk: Readonly<Jwk>
}

/** By `kid`. */
export type PublicSet = ReadonlyMap<string, PublicKey>

/** A minute on top of a token's life: for clocks that differ and processes that notice a rotation late. */
const graceSeconds = 60

/** How long the last token of a key may live, seconds; null: what it signed is to be verifiable for ever. */
const lifeSeconds: Record<Purpose, number | null> = {
  link: 30 * 86_400,
  access: 600,
  receipt: null,
  manifest: null,
  intake: null,
}

/** True while something this key signed may still be good. */
export const stillVerifies = (key: { purpose: Purpose; retiredAt: Date | null }, now: Date): boolean => {
  const life = lifeSeconds[key.purpose]
  if (key.retiredAt === null || life === null) return true
  return now.getTime() < key.retiredAt.getTime() + (life + graceSeconds) * 1000
}

/** Where a ring's public set stands. */
export const publicSetPath = (folder: string): string => join(folder, 'public.jwks.json')

/** The public set of these keys as its file's bytes. */
export const writePublicSet = (keys: readonly SigningKey[], now: Date): Buffer => {
  const jwks = keys
    .filter((key) => stillVerifies(key, now))
    .map(({ x, kid, purpose, createdAt, retiredAt }) => ({
      kty: 'OKP',
      crv: 'Ed25519',
      x,
      kid,
      use: 'sig',
      alg: 'EdDSA',
      purpose,
      createdAt,
      ...(retiredAt === null ? {} : { retiredAt }),
    }))
  return Buffer.from(`${JSON.stringify({ keys: jwks }, null, 2)}\n`)
}

const readKey = (jwk: Jwk): PublicKey => {
  if (thumbprint(jwk.x) !== jwk.kid) throw keyFault('public.jwks.json has a kid that is not its key’s')
  return {
    kid: jwk.kid,
    purpose: jwk.purpose,
    retiredAt: jwk.retiredAt === undefined ? null : new Date(jwk.retiredAt),
    key: createPublicKey({ key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x }, format: 'jwk' }),
    jwk: Object.freeze({ ...jwk }),
  }
}

/**
 * The public set of a ring.
 * @throws Fault `key.unavailable` when it is missing, damaged, or writable by others.
 */
export const readPublicSet = (folder: string): PublicSet => {
  let raw: unknown
  try {
    raw = JSON.parse(readOpenFile(publicSetPath(folder)).toString('utf8'))
  } catch (cause) {
    throw cause instanceof SyntaxError ? keyFault('public.jwks.json is not JSON', cause) : cause
  }
  const { data } = setShape.safeParse(raw)
  if (data === undefined) throw keyFault('public.jwks.json is not a key set of this program')
  return new Map(data.keys.map((jwk) => [jwk.kid, readKey(jwk)]))
}
