/** Tokens that are not ours: every trick of RFC 8725 and a few more, each refused by both readers. */
import {
  createHmac,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
} from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openEdgeRing } from './edge-ring.ts'
import { createKeyRing } from './key-ring.ts'
import { openVaultRing } from './vault-ring.ts'

const issuer = 'https://records.example'
const at = 1_795_000_000
const clock = { now: () => new Date(at * 1000) }
const folder = mkdtempSync(join(tmpdir(), 'ring-'))
afterAll(() => rmSync(folder, { recursive: true }))
createKeyRing(folder, clock.now())
const vault = openVaultRing(folder, clock, issuer)
const edge = openEdgeRing(folder, clock, issuer)

type File = { kid: string; key: { x: string; d: string } }
const fileOf = (half: string, purpose: string): File =>
  JSON.parse(readFileSync(join(folder, half, `${purpose}-1.json`), 'utf8')) as File
const privateOf = ({ key }: File): KeyObject =>
  createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', ...key }, format: 'jwk' })

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const join3 = (header: unknown, claims: unknown, signer: (input: Buffer) => Buffer): string => {
  const input = `${encode(header)}.${encode(claims)}`
  return `${input}.${signer(Buffer.from(input)).toString('base64url')}`
}
const ed =
  (key: KeyObject) =>
  (input: Buffer): Buffer =>
    sign(null, input, key)

const subject = randomUUID()
const kinds = {
  link: {
    typ: 'upload-link+jwt',
    claims: { iss: issuer, aud: `${issuer}/api/send`, sub: subject, jti: 'A'.repeat(43) },
    read: (token: string) => edge.linkReader.read(token),
  },
  access: {
    typ: 'at+jwt',
    claims: {
      iss: issuer,
      aud: `${issuer}/api`,
      sub: subject,
      client_id: 'second-read',
      jti: 'A'.repeat(22),
      case: randomUUID(),
      scope: 'case:read case:download',
    },
    read: (token: string) => vault.accessTokens.read(token),
  },
} as const
const times = { iat: at, nbf: at, exp: at + 600 }

describe.each(['link', 'access'] as const)('a forged %s token', (kind) => {
  const { typ, read } = kinds[kind]
  const claims = { ...kinds[kind].claims, ...times }
  const file = fileOf('vault', kind)
  const own = ed(privateOf(file))
  const header = { alg: 'EdDSA', typ, kid: file.kid }
  const other = kind === 'link' ? 'access' : 'link'
  const stranger = generateKeyPairSync('ed25519')
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicBytes = Buffer.from(file.key.x, 'base64url')
  const strangerJwk = stranger.publicKey.export({ format: 'jwk' })
  const without = (name: string): object =>
    Object.fromEntries(Object.entries(claims).filter(([member]) => member !== name))

  it('is told from a true one: the table’s own pattern is read', async () => {
    expect(await read(join3(header, claims, own))).not.toBeNull()
  })

  const withHeader = (more: object): string => join3({ ...header, ...more }, claims, own)
  const withClaims = (more: object): string => join3(header, { ...claims, ...more }, own)
  const good = join3(header, claims, own)
  const pad = (length: number): string => withClaims({ pad: 'x'.repeat(length) })

  const forgeries: readonly (readonly [string, string])[] = [
    ['alg none, no signature', `${encode({ ...header, alg: 'none' })}.${encode(claims)}.`],
    ['alg none, a signature', join3({ ...header, alg: 'none' }, claims, own)],
    ['alg nOnE', join3({ ...header, alg: 'nOnE' }, claims, own)],
    [
      'HS256 with the public key as secret',
      join3({ ...header, alg: 'HS256' }, claims, (input) =>
        createHmac('sha256', publicBytes).update(input).digest(),
      ),
    ],
    [
      'HS512 with the public key as secret (as long as an Ed25519 signature)',
      join3({ ...header, alg: 'HS512' }, claims, (input) =>
        createHmac('sha512', publicBytes).update(input).digest(),
      ),
    ],
    ['RS256', join3({ ...header, alg: 'RS256' }, claims, (input) => sign('sha256', input, rsa.privateKey))],
    [
      'ES256',
      join3({ ...header, alg: 'ES256' }, claims, (input) =>
        sign('sha256', input, { key: ec.privateKey, dsaEncoding: 'ieee-p1363' }),
      ),
    ],
    ['alg ES256 on a good signature', withHeader({ alg: 'ES256' })],
    ['alg Ed25519 on a good signature', withHeader({ alg: 'Ed25519' })],
    ['a signature of zeros', join3(header, claims, () => Buffer.alloc(64))],
    ['another key, our kid', join3(header, claims, ed(stranger.privateKey))],
    ['wrong typ', withHeader({ typ: 'JWT' })],
    ['typ of the other kind', withHeader({ typ: kinds[other].typ })],
    ['typ in capitals', withHeader({ typ: typ.toUpperCase() })],
    ['no typ', join3({ alg: 'EdDSA', kid: file.kid }, claims, own)],
    ['no kid', join3({ alg: 'EdDSA', typ }, claims, own)],
    ['unknown kid', withHeader({ kid: 'A'.repeat(43) })],
    ['kid with a path', withHeader({ kid: `../vault/${kind}-1.json` })],
    ['kid with a path, as long as a kid', withHeader({ kid: '../'.repeat(14).padEnd(43, 'x') })],
    ['kid of Object.prototype', withHeader({ kid: '__proto__' })],
    ['kid that is a number', withHeader({ kid: 1 })],
    ['kid that is a list', withHeader({ kid: [file.kid] })],
    [
      'right key, wrong purpose',
      join3({ ...header, kid: fileOf('vault', other).kid }, claims, ed(privateOf(fileOf('vault', other)))),
    ],
    [
      'the manifest key',
      join3(
        { ...header, kid: fileOf('vault', 'manifest').kid },
        claims,
        ed(privateOf(fileOf('vault', 'manifest'))),
      ),
    ],
    [
      'the receipt key of an edge',
      join3(
        { ...header, kid: fileOf('edge', 'receipt').kid },
        claims,
        ed(privateOf(fileOf('edge', 'receipt'))),
      ),
    ],
    ['crit', withHeader({ crit: ['exp'], exp: 1 })],
    ['empty crit', withHeader({ crit: [] })],
    ['b64 false', withHeader({ b64: false, crit: ['b64'] })],
    ['jku', withHeader({ jku: 'https://evil.example/jwks' })],
    ['jwk, signed by it', join3({ ...header, jwk: strangerJwk }, claims, ed(stranger.privateKey))],
    ['jwk, signed by us', withHeader({ jwk: strangerJwk })],
    ['x5u', withHeader({ x5u: 'https://evil.example/cert' })],
    ['x5c', withHeader({ x5c: ['AAAA'] })],
    ['zip', withHeader({ zip: 'DEF' })],
    [
      'header with a repeated member',
      join3(`{"alg":"none","alg":"EdDSA","typ":"${typ}","kid":"${file.kid}"}`, claims, own),
    ],
    ['claims with a repeated member', join3(header, `{"sub":"x",${JSON.stringify(claims).slice(1)}`, own)],
    ['claims with white space', join3(header, ` ${JSON.stringify(claims)}`, own)],
    ['claims that are a list', join3(header, [claims], own)],
    ['claims that are no JSON', join3(header, 'exp', own)],
    ['wrong iss', withClaims({ iss: 'https://records.example.evil' })],
    ['iss with a slash', withClaims({ iss: `${issuer}/` })],
    ['wrong aud', withClaims({ aud: kinds[other].claims.aud })],
    ['aud that is a list', withClaims({ aud: [claims.aud] })],
    ['iat in the future', withClaims({ iat: at + 31, exp: at + 60 })],
    ['nbf in the future', withClaims({ nbf: at + 31 })],
    ['exp too far away', withClaims({ exp: at + 31 * 86_400 })],
    ['exp that is a text', withClaims({ exp: String(at + 600) })],
    ['exp that is a fraction', withClaims({ exp: at + 0.5 })],
    ['exp before 1970', withClaims({ exp: -1 })],
    ['exp without end', join3(header, JSON.stringify(claims).replace(String(at + 600), '1e999'), own)],
    ['sub that is no id', withClaims({ sub: '../x' })],
    ['sub that is a number', withClaims({ sub: 1 })],
    ['jti too short', withClaims({ jti: 'A' })],
    ['jti that is a list', withClaims({ jti: [claims.jti] })],
    ...Object.keys(claims).map((name) => [`no ${name}`, join3(header, without(name), own)] as const),
    ['truncated', good.slice(0, -1)],
    ['one character more', `${good}A`],
    ['padded', `${good}==`],
    ['two parts', good.split('.').slice(0, 2).join('.')],
    ['four parts', `${good}.${good.split('.')[2]}`],
    ['five parts (a JWE)', 'a.b.c.d.e'],
    ['empty', ''],
    ['line end after it', `${good}\n`],
    ['longer than 4 KiB', pad(4096)],
    ['of a megabyte', pad(1_048_576)],
    ['a megabyte of dots', '.'.repeat(1_048_576)],
  ]

  it.each(forgeries)('is refused: %s', async (_, token) => {
    expect(await read(token)).toBeNull()
  })

  it('is refused with the other spelling of the last character of its signature', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const last = alphabet.indexOf(good.slice(-1))
    const other2 = good.slice(0, -1) + alphabet.charAt(last + 1)
    expect(Buffer.from(other2.split('.')[2] ?? '', 'base64url')).toEqual(
      Buffer.from(good.split('.')[2] ?? '', 'base64url'),
    )
    expect(await read(other2)).toBeNull()
  })

  it('is refused when it is no text at all', async () => {
    for (const value of [null, undefined, 1, {}, [good]])
      expect(await read(value as unknown as string)).toBeNull()
  })
})

describe('an old token', () => {
  const sent = (kind: 'link' | 'access', more: object): string => {
    const file = fileOf('vault', kind)
    const { typ, claims } = kinds[kind]
    return join3({ alg: 'EdDSA', typ, kid: file.kid }, { ...claims, ...times, ...more }, ed(privateOf(file)))
  }

  it('gives nothing when it gave access, and says expired when it was a link', async () => {
    const over = { iat: at - 700, nbf: at - 700, exp: at - 100 }
    expect(await kinds.access.read(sent('access', over))).toBeNull()
    expect(await kinds.link.read(sent('link', over))).toMatchObject({ expired: true })
  })

  it('is still good within 30 seconds, not after', async () => {
    const edgeOf = (exp: number): object => ({ iat: exp - 600, nbf: exp - 600, exp })
    expect(await kinds.access.read(sent('access', edgeOf(at - 29)))).not.toBeNull()
    expect(await kinds.access.read(sent('access', edgeOf(at - 30)))).toBeNull()
  })

  it.each(['case:write', 'case:read case:read', ' case:read', 'case:read  case:download', ''])(
    'gives nothing with the scope "%s"',
    async (scope) => {
      expect(await kinds.access.read(sent('access', { scope }))).toBeNull()
    },
  )

  it.each([{ client_id: 'other' }, { case: 'x' }, { case: 1 }, { scope: ['case:read'] }, { exp: at + 601 }])(
    'gives nothing with %j',
    async (more) => {
      expect(await kinds.access.read(sent('access', more))).toBeNull()
    },
  )
})
