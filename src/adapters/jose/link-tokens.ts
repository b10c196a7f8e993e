/**
 * Upload-link tokens, `upload-link+jwt`: `sub` names the link, `jti` is its secret. Only the vault writes them;
 * an upload edge reads them with the public set alone.
 */

import { type LinkId, readId } from '#domain/id.ts'
import { longestLinkDays } from '#domain/link.ts'
import type { Clock } from '#ports/clock.ts'
import type { LinkTokens } from '#ports/tokens.ts'
import { type Frame, inSeconds, readFrame } from './claims.ts'
import { notToSign, readSigned, signText } from './signed-text.ts'
import type { SigningKeys } from './signing-keys.ts'

const wanted = { typ: 'upload-link+jwt', purpose: 'link' } as const
const longest = longestLinkDays * 86_400
const secretShape = /^[A-Za-z0-9_-]{43}$/

const frameOf = (issuer: string): Frame => ({ iss: issuer, aud: `${issuer}/api/send`, longest })

/** The reading side. */
export const linkReader = (keys: SigningKeys, clock: Clock, issuer: string): Pick<LinkTokens, 'read'> => ({
  read: async (token) => {
    const now = clock.now()
    const claims = await readSigned(keys, wanted, token, now)
    if (claims === null) return null
    const standing = readFrame(claims, frameOf(issuer), now)
    const link = readId<LinkId>(claims['sub'])
    const secret = claims['jti']
    if (standing === null || link === null) return null
    if (typeof secret !== 'string' || !secretShape.test(secret)) return null
    return { link, secret, expired: standing === 'expired' }
  },
})

/** Both sides. Writing throws Fault `internal` for a secret that is not 43 base64url characters or over 30 days. */
export const linkTokens = (keys: SigningKeys, clock: Clock, issuer: string): LinkTokens => ({
  ...linkReader(keys, clock, issuer),
  write: ({ link, secret, expiresAt }) => {
    const { iss, aud } = frameOf(issuer)
    const iat = inSeconds(clock.now())
    const exp = inSeconds(expiresAt)
    if (!secretShape.test(secret)) throw notToSign('a link secret is 43 base64url characters')
    if (!(exp - iat <= longest)) throw notToSign('a link lives at most 30 days')
    return signText(keys, wanted, JSON.stringify({ iss, aud, sub: link, jti: secret, iat, nbf: iat, exp }))
  },
})
