/**
 * Access tokens, `at+jwt` (RFC 9068): one grant, one case, at most ten minutes. `sub` is the grant, which the
 * ledger is asked about on every call; `jti` only tells two tokens of one grant apart.
 */
import { randomBytes } from 'node:crypto'
import { longestGrantSeconds, type Scope, scopes } from '#domain/grant.ts'
import { type CaseId, type GrantId, readId } from '#domain/id.ts'
import type { Clock } from '#ports/clock.ts'
import type { AccessTokens } from '#ports/tokens.ts'
import { type Frame, inSeconds, readFrame } from './claims.ts'
import { notToSign, readSigned, signText } from './signed-text.ts'
import type { SigningKeys } from './signing-keys.ts'

const wanted = { typ: 'at+jwt', purpose: 'access' } as const
const client = 'second-read'
const jtiShape = /^[A-Za-z0-9_-]{22}$/

const frameOf = (issuer: string): Frame => ({
  iss: issuer,
  aud: `${issuer}/api`,
  longest: longestGrantSeconds,
})

const isScope = (word: string): word is Scope => (scopes as readonly string[]).includes(word)

/** Known scopes, each once, at least one; null for any other list (RFC 6749 §3.3). */
const readScopes = (text: unknown): readonly Scope[] | null => {
  if (typeof text !== 'string') return null
  const words = text.split(' ')
  return words.every(isScope) && new Set(words).size === words.length ? words : null
}

/** Writes and reads access tokens; only the vault has their key. */
export const accessTokens = (keys: SigningKeys, clock: Clock, issuer: string): AccessTokens => ({
  write: (claims) => {
    const { iss, aud } = frameOf(issuer)
    const iat = inSeconds(clock.now())
    const exp = inSeconds(claims.expiresAt)
    if (!(exp - iat <= longestGrantSeconds)) throw notToSign('an access token lives at most ten minutes')
    const scope = claims.scopes.join(' ')
    if (readScopes(scope) === null) throw notToSign('an access token has known scopes, each once')
    const jti = randomBytes(16).toString('base64url')
    const common = { iss, aud, sub: claims.grant, client_id: client, iat, nbf: iat, exp, jti }
    return signText(keys, wanted, JSON.stringify({ ...common, case: claims.case, scope }))
  },
  read: async (token) => {
    const now = clock.now()
    const claims = await readSigned(keys, wanted, token, now)
    if (claims === null || readFrame(claims, frameOf(issuer), now) !== 'current') return null
    const { sub, client_id, jti, case: ofCase, scope } = claims
    if (client_id !== client || typeof jti !== 'string' || !jtiShape.test(jti)) return null
    const grant = readId<GrantId>(sub)
    const id = readId<CaseId>(ofCase)
    const granted = readScopes(scope)
    return grant === null || id === null || granted === null ? null : { grant, case: id, scopes: granted }
  },
})
