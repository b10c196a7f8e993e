/** The case-vault suite on a key ring, the edge that cannot read what it took, and the stored format read anew. */
import {
  createDecipheriv,
  createPrivateKey,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  randomUUID,
} from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompactEncrypt, compactDecrypt } from 'jose'
import { afterAll, describe, expect, it } from 'vitest'
import type { CaseId } from '#domain/id.ts'
import { describeCaseVault } from '#ports/case-vault.contract.ts'
import { openEdgeRing } from './edge-ring.ts'
import { createKeyRing } from './key-ring.ts'
import { openVaultRing } from './vault-ring.ts'

const issuer = 'https://records.example'
const clock = { now: () => new Date() }
const folders: string[] = []
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'ring-'))
  folders.push(folder)
  return folder
}
const newRing = (): string => {
  const folder = newFolder()
  createKeyRing(folder, clock.now())
  return folder
}
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })))

describeCaseVault('jose', async () => {
  const folder = newRing()
  return {
    vault: openVaultRing(folder, clock, issuer).vault,
    seal: openEdgeRing(folder, clock, issuer).seal,
  }
})

const id = randomUUID() as CaseId
const key = randomBytes(32)

/** Every private key there is in a folder's files: as an Ed25519 seed, and taken for an X25519 key. */
const privateKeysIn = (folder: string): readonly KeyObject[] => {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  const texts = names.map((entry) => readFileSync(join(entry.parentPath, entry.name)))
  const seeds = texts.flatMap((text) =>
    text.length === 32
      ? [text]
      : Array.from(text.toString('utf8').matchAll(/"[dx]": "([A-Za-z0-9_-]{43})"/g), ([, seed = '']) =>
          Buffer.from(seed, 'base64url'),
        ),
  )
  const head = Buffer.from('302e020100300506032b656e04220420', 'hex')
  return seeds.map((seed) =>
    createPrivateKey({ key: Buffer.concat([head, seed]), format: 'der', type: 'pkcs8' }),
  )
}

describe('an upload edge', () => {
  it('has edge/ and the public set alone, works, and cannot open what it locked', async () => {
    const whole = newRing()
    const alone = newFolder()
    cpSync(join(whole, 'edge'), join(alone, 'edge'), { recursive: true })
    cpSync(join(whole, 'public.jwks.json'), join(alone, 'public.jwks.json'))
    expect(readdirSync(alone).sort()).toEqual(['edge', 'public.jwks.json'])

    const vault = openVaultRing(whole, clock, issuer)
    const kept = await vault.vault.create(id)
    const edge = openEdgeRing(alone, clock, issuer)
    const locked = await edge.seal.lock(id, kept.intakeKey, key)
    const token = await vault.linkTokens.write({
      link: randomUUID() as never,
      secret: randomBytes(32).toString('base64url'),
      expiresAt: new Date(Date.now() + 60_000),
    })
    expect(await edge.linkReader.read(token)).not.toBeNull()
    expect(await edge.statements.sign('receipt', '{}')).toBeTypeOf('string')

    const all = privateKeysIn(alone)
    expect(all.length).toBeGreaterThan(2)
    for (const privateKey of all)
      await expect(compactDecrypt(locked, privateKey)).rejects.toMatchObject({
        code: 'ERR_JWE_DECRYPTION_FAILED',
      })
    expect(() => openVaultRing(alone, clock, issuer)).toThrow('key.unavailable')
    expect(Buffer.from(await (await vault.vault.open(id, kept.wrappedKey)).unlock(locked))).toEqual(key)
  })

  it('looks at no file of the vault even where there is one', async () => {
    const whole = newRing()
    const { vault } = openVaultRing(whole, clock, issuer)
    const { intakeKey } = await vault.create(id)
    rmSync(join(whole, 'vault'), { recursive: true })
    mkdirSync(join(whole, 'vault'), { mode: 0o000 })
    expect(await openEdgeRing(whole, clock, issuer).seal.lock(id, intakeKey, key)).toBeTypeOf('string')
    rmdirSync(join(whole, 'vault'))
  })

  it('does not lock to a key that another purpose’s key signed', async () => {
    const folder = newRing()
    const { linkTokens } = openVaultRing(folder, clock, issuer)
    const token = await linkTokens.write({
      link: id as never,
      secret: 'A'.repeat(43),
      expiresAt: new Date(Date.now() + 60_000),
    })
    const { seal } = openEdgeRing(folder, clock, issuer)
    await expect(seal.lock(id, token, key)).rejects.toMatchObject({ code: 'key.unavailable' })
  })
})

describe('the stored format', () => {
  const folder = newRing()
  const { vault } = openVaultRing(folder, clock, issuer)

  /** A second reader, from the description alone. */
  const caseKeyOf = (wrappedKey: string): Buffer => {
    const [version, master, text = ''] = wrappedKey.split('.')
    const file = JSON.parse(readFileSync(join(folder, 'vault', 'master-1.json'), 'utf8')) as Record<
      string,
      string
    >
    expect([version, master]).toEqual(['1', file['id']])
    const box = Buffer.from(text, 'base64url')
    const open = createDecipheriv(
      'aes-256-gcm',
      Buffer.from(file['key'] ?? '', 'base64url'),
      box.subarray(0, 12),
    )
    open.setAAD(Buffer.from(`second-read/1/case-key/${id}`))
    open.setAuthTag(box.subarray(-16))
    return Buffer.concat([open.update(box.subarray(12, -16)), open.final()])
  }
  const derive = (from: Buffer, info: string): Buffer =>
    Buffer.from(hkdfSync('sha256', from, Buffer.alloc(0), info, 32))

  it('is read by a second reader: case key, wrapped key, box, locked key', async () => {
    const { wrappedKey, intakeKey } = await vault.create(id)
    const own = await vault.open(id, wrappedKey)
    const bytes = caseKeyOf(wrappedKey)

    const unwrap = createDecipheriv(
      'id-aes256-wrap',
      derive(bytes, 'second-read/1/case/wrap'),
      Buffer.alloc(8, 0xa6),
    )
    expect(Buffer.concat([unwrap.update(own.wrap(key)), unwrap.final()])).toEqual(key)

    const sealed = Buffer.from(own.seal(key, 'facts'))
    const boxKey = createSecretKey(derive(bytes, 'second-read/1/case/box'))
    const open = createDecipheriv('aes-256-gcm', boxKey, sealed.subarray(0, 12))
    open.setAAD(Buffer.from('facts')).setAuthTag(sealed.subarray(-16))
    expect(Buffer.concat([open.update(sealed.subarray(12, -16)), open.final()])).toEqual(key)

    const locked = await openEdgeRing(folder, clock, issuer).seal.lock(id, intakeKey, key)
    const head = Buffer.from('302e020100300506032b656e04220420', 'hex')
    const der = Buffer.concat([head, derive(bytes, 'second-read/1/case/intake')])
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    const { plaintext, protectedHeader } = await compactDecrypt(locked, privateKey)
    expect(Buffer.from(plaintext)).toEqual(key)
    expect(protectedHeader).toMatchObject({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM' })
  })

  const publicOf = (intakeKey: string): { kty: string; crv: string; x: string } =>
    (JSON.parse(Buffer.from(intakeKey.split('.')[1] ?? '', 'base64url').toString()) as { jwk: never }).jwk

  it.each([
    ['another enc', { alg: 'ECDH-ES+A256KW', enc: 'A128GCM' }, 32],
    ['another alg', { alg: 'ECDH-ES', enc: 'A256GCM' }, 32],
    ['a weaker alg', { alg: 'ECDH-ES+A128KW', enc: 'A256GCM' }, 32],
    ['compression', { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', zip: 'DEF' }, 32],
    ['another member', { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', kid: 'x' }, 32],
    ['31 bytes', { alg: 'ECDH-ES+A256KW', enc: 'A256GCM' }, 31],
    ['33 bytes', { alg: 'ECDH-ES+A256KW', enc: 'A256GCM' }, 33],
    ['nothing', { alg: 'ECDH-ES+A256KW', enc: 'A256GCM' }, 0],
  ])('does not unlock %s, though it was locked to the right key', async (_, header, length) => {
    const { wrappedKey, intakeKey } = await vault.create(id)
    const locked = await new CompactEncrypt(new Uint8Array(length))
      .setProtectedHeader(header)
      .encrypt(publicOf(intakeKey))
    const opened = await vault.open(id, wrappedKey)
    await expect(opened.unlock(locked)).rejects.toMatchObject({ code: 'store.damaged' })
  })
})
