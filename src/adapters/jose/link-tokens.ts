/**
 * Tokens of links, `upload-link+jwt` and `reader-link+jwt`: `sub` names whom the link is for, `jti` is its secret. Only
 * the vault writes them; an upload edge reads its own with the public set alone. They share a signing key; `typ` and
 * audience keep one from being taken for the other.
 */

import { type AnyId, type LinkId, type ReaderId, readId } from '#domain/id.ts'
import { longestLinkDays } from '#domain/link.ts'
import { longestReaderDays } from '#domain/reader.ts'
import type { Clock } from '#ports/clock.ts'
import type { LinkTokens, ReaderTokens } from '#ports/tokens.ts'
import { type Frame, inSeconds, readFrame } from './claims.ts'
import { notToSign, readSigned, signText } from './signed-text.ts'
import type { SigningKeys } from './signing-keys.ts'

const secretShape = /^[A-Za-z0-9_-]{43}$/
const daySeconds = 86_400

type Kind = {
  readonly wanted: { readonly typ: string; readonly purpose: 'link' }
  readonly path: '/api/send' | '/api/read'
  readonly days: number
}

const upload: Kind = {
  wanted: { typ: 'upload-link+jwt', purpose: 'link' },
  path: '/api/send',
  days: longestLinkDays,
}
const reading: Kind = {
  wanted: { typ: 'reader-link+jwt', purpose: 'link' },
  path: '/api/read',
  days: longestReaderDays,
}

const frameOf = ({ path, days }: Kind, issuer: string): Frame => ({
  iss: issuer,
  aud: `${issuer}${path}`,
  longest: days * daySeconds,
})

const readToken =
  <Id extends AnyId>(kind: Kind, keys: SigningKeys, clock: Clock, issuer: string) =>
  async (token: string): Promise<{ id: Id; secret: string; expired: boolean } | null> => {
    const now = clock.now()
    const claims = await readSigned(keys, kind.wanted, token, now)
    if (claims === null) return null
    const standing = readFrame(claims, frameOf(kind, issuer), now)
    const id = readId<Id>(claims['sub'])
    const secret = claims['jti']
    if (standing === null || id === null) return null
    if (typeof secret !== 'string' || !secretShape.test(secret)) return null
    return { id, secret, expired: standing === 'expired' }
  }

const writeToken =
  (kind: Kind, keys: SigningKeys, clock: Clock, issuer: string) =>
  (sub: AnyId, secret: string, expiresAt: Date): Promise<string> => {
    const { iss, aud, longest } = frameOf(kind, issuer)
    const iat = inSeconds(clock.now())
    const exp = inSeconds(expiresAt)
    if (!secretShape.test(secret)) throw notToSign('a link secret is 43 base64url characters')
    if (!(exp - iat <= longest)) throw notToSign(`a link lives at most ${kind.days} days`)
    return signText(keys, kind.wanted, JSON.stringify({ iss, aud, sub, jti: secret, iat, nbf: iat, exp }))
  }

/** The reading side of upload links. */
export const linkReader = (keys: SigningKeys, clock: Clock, issuer: string): Pick<LinkTokens, 'read'> => {
  const read = readToken<LinkId>(upload, keys, clock, issuer)
  return {
    read: async (token) => {
      const claims = await read(token)
      return claims && { link: claims.id, secret: claims.secret, expired: claims.expired }
    },
  }
}

/** Both sides. Writing throws Fault `internal` for a secret that is not 43 base64url characters or over 30 days. */
export const linkTokens = (keys: SigningKeys, clock: Clock, issuer: string): LinkTokens => {
  const write = writeToken(upload, keys, clock, issuer)
  return {
    ...linkReader(keys, clock, issuer),
    write: ({ link, secret, expiresAt }) => write(link, secret, expiresAt),
  }
}

/** Both sides of readers' links, with the same limits. */
export const readerTokens = (keys: SigningKeys, clock: Clock, issuer: string): ReaderTokens => {
  const read = readToken<ReaderId>(reading, keys, clock, issuer)
  const write = writeToken(reading, keys, clock, issuer)
  return {
    read: async (token) => {
      const claims = await read(token)
      return claims && { reader: claims.id, secret: claims.secret, expired: claims.expired }
    },
    write: ({ reader, secret, expiresAt }) => write(reader, secret, expiresAt),
  }
}
