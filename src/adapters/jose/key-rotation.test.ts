/** Rotation: new keys sign at once, old ones verify until what they signed is over, and nobody has to restart. */
import { randomUUID } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { Fault } from '#domain/fault.ts'
import type { CaseId, GrantId, LinkId } from '#domain/id.ts'
import { openEdgeRing } from './edge-ring.ts'
import { createKeyRing, rotateMasterKey, rotateSigningKey } from './key-ring.ts'
import { openVaultRing } from './vault-ring.ts'

const issuer = 'https://records.example'
const start = Date.parse('2026-11-22T12:00:00Z')
const root = mkdtempSync(join(tmpdir(), 'rings-'))
afterAll(() => rmSync(root, { recursive: true }))

let folder: string
let at: number
const clock = { now: () => new Date(at) }
const wait = (seconds: number): void => {
  at += seconds * 1000
}
const read = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>
const whyOf = (run: () => unknown): string => {
  try {
    run()
  } catch (fault) {
    if (fault instanceof Fault && fault.code === 'key.unavailable') return String(fault.cause)
    throw fault
  }
  return 'nothing was refused'
}

beforeEach(() => {
  at = start
  folder = join(root, randomUUID())
  createKeyRing(folder, clock.now())
})

describe('rotation', () => {
  const link = randomUUID() as LinkId
  const secret = 'A'.repeat(43)
  const kidOf = (token: string): unknown =>
    (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid
  const inSeconds = (seconds: number): Date => new Date(at + seconds * 1000)
  const accessClaims = () => ({
    grant: randomUUID() as GrantId,
    case: randomUUID() as CaseId,
    scopes: ['case:read'] as const,
    expiresAt: inSeconds(600),
  })

  it('signs with the new key within a second and verifies with the old one until its tokens end', async () => {
    const ring = openVaultRing(folder, clock, issuer)
    const old = await ring.accessTokens.write(accessClaims())
    rotateSigningKey(folder, 'access', clock.now())
    wait(1)
    const fresh = await ring.accessTokens.write(accessClaims())
    expect(kidOf(fresh)).not.toBe(kidOf(old))
    wait(590)
    expect(await ring.accessTokens.read(old)).not.toBeNull()
    expect(ring.publicKeys.keys().map(({ kid }) => kid)).toContain(kidOf(old))
    wait(80)
    expect(ring.publicKeys.keys().map(({ kid }) => kid)).not.toContain(kidOf(old))
    expect(ring.publicKeys.keys().map(({ kid }) => kid)).toContain(kidOf(fresh))
  })

  it('ends what a retired key signed, even a token that claims to be new', async () => {
    const old = join(root, randomUUID())
    cpSync(folder, old, { recursive: true })
    rotateSigningKey(folder, 'access', clock.now())
    const ring = openVaultRing(folder, clock, issuer)
    const stolen = openVaultRing(old, clock, issuer)
    wait(600)
    expect(await ring.accessTokens.read(await stolen.accessTokens.write(accessClaims()))).not.toBeNull()
    wait(61)
    expect(await ring.accessTokens.read(await stolen.accessTokens.write(accessClaims()))).toBeNull()
  })

  it('keeps links of a retired key readable for thirty days', async () => {
    const ring = openVaultRing(folder, clock, issuer)
    const token = await ring.linkTokens.write({ link, secret, expiresAt: inSeconds(30 * 86_400) })
    rotateSigningKey(folder, 'link', clock.now())
    wait(30 * 86_400 - 1)
    expect(await ring.linkTokens.read(token)).toEqual({ link, secret, expired: false })
    wait(62)
    expect(await ring.linkTokens.read(token)).toBeNull()
  })

  it('keeps receipt, manifest and intake keys in the public set for ever', () => {
    for (const purpose of ['receipt', 'manifest', 'intake'] as const)
      rotateSigningKey(folder, purpose, clock.now())
    wait(50 * 366 * 86_400)
    createKeyRing(folder, clock.now())
    const all = openEdgeRing(folder, clock, issuer).publicKeys.keys()
    for (const purpose of ['receipt', 'manifest', 'intake'])
      expect(all.filter((key) => key['purpose'] === purpose)).toHaveLength(2)
  })

  it('is noticed at once by a reader that meets the new kid', async () => {
    const edge = openEdgeRing(folder, clock, issuer)
    rotateSigningKey(folder, 'link', clock.now())
    const vault = openVaultRing(folder, clock, issuer)
    const token = await vault.linkTokens.write({ link, secret, expiresAt: inSeconds(60) })
    expect(await edge.linkReader.read(token)).toEqual({ link, secret, expired: false })
  })

  it('records the date in the old file and takes its private half away', () => {
    wait(10)
    rotateSigningKey(folder, 'manifest', clock.now())
    expect(read('vault/manifest-1.json')).toMatchObject({ retiredAt: '2026-11-22T12:00:10.000Z' })
    expect(read('vault/manifest-1.json')['key']).not.toHaveProperty('d')
    expect(read('vault/manifest-2.json')).toMatchObject({ retiredAt: null })
  })

  it('cut off before the public set was written has not happened, and the next start completes it', async () => {
    const before = readFileSync(join(folder, 'public.jwks.json'))
    const link1 = readFileSync(join(folder, 'vault', 'link-1.json'))
    rotateSigningKey(folder, 'link', clock.now())
    writeFileSync(join(folder, 'public.jwks.json'), before)
    writeFileSync(join(folder, 'vault', 'link-1.json'), link1)
    const write1 = await openVaultRing(folder, clock, issuer).linkTokens.write({
      link,
      secret,
      expiresAt: inSeconds(9),
    })
    expect(kidOf(write1)).toBe(read('vault/link-1.json')['kid'])
    createKeyRing(folder, clock.now())
    const write2 = await openVaultRing(folder, clock, issuer).linkTokens.write({
      link,
      secret,
      expiresAt: inSeconds(9),
    })
    expect(kidOf(write2)).toBe(read('vault/link-2.json')['kid'])
    expect(await openEdgeRing(folder, clock, issuer).linkReader.read(write1)).not.toBeNull()
  })

  it('of the master key: new cases use the new one, old ones still open', async () => {
    const id = randomUUID() as CaseId
    const ring = openVaultRing(folder, clock, issuer)
    const old = await ring.vault.create(id)
    const wrapped = (await ring.vault.open(id, old.wrappedKey)).wrap(new Uint8Array(32))
    rotateMasterKey(folder, clock.now())
    const other = openVaultRing(folder, clock, issuer)
    const fresh = await other.vault.create(id)
    expect(fresh.wrappedKey.split('.')[1]).not.toBe(old.wrappedKey.split('.')[1])
    expect(Buffer.from((await other.vault.open(id, old.wrappedKey)).unwrap(wrapped))).toEqual(
      Buffer.alloc(32),
    )
    await ring.vault.open(id, fresh.wrappedKey)
    wait(1)
    expect((await ring.vault.create(id)).wrappedKey.split('.')[1]).toBe(fresh.wrappedKey.split('.')[1])
  })

  it('that damages the ring leaves a running process with the keys it has', async () => {
    const ring = openVaultRing(folder, clock, issuer)
    writeFileSync(join(folder, 'public.jwks.json'), 'no set')
    utimesSync(join(folder, 'public.jwks.json'), 1, 1)
    wait(5)
    const token = await ring.linkTokens.write({ link, secret, expiresAt: inSeconds(60) })
    expect(await ring.linkTokens.read(token)).not.toBeNull()
    expect(whyOf(() => openVaultRing(folder, clock, issuer))).toContain('not JSON')
  })
})
