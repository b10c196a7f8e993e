/** Signatures: what jose signed holds, and nothing that was touched does. */
import fc from 'fast-check'
import { CompactSign, exportJWK, generateKeyPair, type JWK } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { openSigned } from './signature.ts'

const typ = 'receipt+jws'
let keys: JWK[]
let other: JWK
let jws: string

beforeAll(async () => {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519' })
  const stranger = await generateKeyPair('EdDSA', { crv: 'Ed25519' })
  keys = [{ ...(await exportJWK(pair.publicKey)), kid: 'one' }]
  other = { ...(await exportJWK(stranger.publicKey)), kid: 'one' }
  jws = await new CompactSign(new TextEncoder().encode('{"case":"ä"}'))
    .setProtectedHeader({ alg: 'EdDSA', kid: 'one', typ })
    .sign(pair.privateKey)
})

const withHead = (head: object): string =>
  [Buffer.from(JSON.stringify(head)).toString('base64url'), ...jws.split('.').slice(1)].join('.')

describe('openSigned', () => {
  it('opens what was signed', async () => {
    expect(await openSigned(jws, keys, typ)).toEqual({ kind: 'right', payload: { case: 'ä' } })
  })

  it('opens nothing signed by somebody else, for something else, or with a key that is not there', async () => {
    expect(await openSigned(jws, [other], typ)).toEqual({ kind: 'wrong' })
    expect(await openSigned(jws, keys, 'statement+jws')).toEqual({ kind: 'wrong' })
    expect(await openSigned(jws, [], typ)).toEqual({ kind: 'wrong' })
    expect(await openSigned(jws, [...keys, other], typ)).toEqual({ kind: 'wrong' })
  })

  it.each([
    { alg: 'none', kid: 'one', typ: 'receipt+jws' },
    { alg: 'HS256', kid: 'one', typ: 'receipt+jws' },
    { alg: 'EdDSA', kid: 'one', typ: 'receipt+jws', crit: ['exp'], exp: 1 },
    { alg: 'EdDSA', kid: 'one', typ: 'receipt+jws', b64: false },
    { alg: 'EdDSA', kid: 'one', typ: 'receipt+jws', more: 1 },
  ])('opens nothing under the header %j', async (head) => {
    expect(await openSigned(withHead(head), keys, typ)).toEqual({ kind: 'wrong' })
  })

  it('opens nothing of which a letter is another, and never throws', async () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_. é'
    await fc.assert(
      fc.asyncProperty(fc.nat(jws.length - 3), fc.constantFrom(...letters.split('')), async (at, letter) => {
        fc.pre(jws[at] !== letter)
        const touched = jws.slice(0, at) + letter + jws.slice(at + 1)
        expect(await openSigned(touched, keys, typ)).toEqual({ kind: 'wrong' })
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(await openSigned(text, keys, typ)).toEqual({ kind: 'wrong' })
      }),
    )
  })
})
