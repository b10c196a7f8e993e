/** The token suite on a key ring, and statements checked with nothing but the published set. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose'
import { afterAll, describe, expect, it } from 'vitest'
import { describeTokens, type TokensUnderTest } from '#ports/tokens.contract.ts'
import { openEdgeRing } from './edge-ring.ts'
import { createKeyRing } from './key-ring.ts'
import { openVaultRing } from './vault-ring.ts'

const issuer = 'https://records.example'
const folders: string[] = []
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })))

const make = async (): Promise<TokensUnderTest> => {
  const folder = mkdtempSync(join(tmpdir(), 'ring-'))
  folders.push(folder)
  let at = Date.parse('2026-11-22T12:00:00.500Z')
  const clock = { now: () => new Date(at) }
  createKeyRing(folder, clock.now())
  const edge = openEdgeRing(folder, clock, issuer)
  const vault = openVaultRing(folder, clock, issuer)
  return {
    linkTokens: { ...vault.linkTokens, ...edge.linkReader },
    accessTokens: vault.accessTokens,
    statements: {
      sign: (kind, canonical) => (kind === 'receipt' ? edge : vault).statements.sign(kind, canonical),
    },
    publicKeys: edge.publicKeys,
    now: clock.now,
    wait: (seconds) => {
      at += seconds * 1000
    },
  }
}

describeTokens('jose', make)

describe('statements', () => {
  it('verify with the published set and any JOSE library', async () => {
    const { statements, publicKeys } = await make()
    const set = createLocalJWKSet({ keys: publicKeys.keys() } as unknown as JSONWebKeySet)
    for (const kind of ['receipt', 'manifest'] as const) {
      const { payload, protectedHeader } = await compactVerify(
        await statements.sign(kind, '{"a":null,"z":1}'),
        set,
      )
      expect(new TextDecoder().decode(payload)).toBe('{"a":null,"z":1}')
      expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: `${kind}+jws` })
    }
  })

  it('are signed only by the half of the ring that has the key', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ring-'))
    folders.push(folder)
    createKeyRing(folder, new Date())
    const clock = { now: () => new Date() }
    const edge = openEdgeRing(folder, clock, issuer)
    const vault = openVaultRing(folder, clock, issuer)
    await expect(edge.statements.sign('manifest', '{}')).rejects.toMatchObject({ code: 'key.unavailable' })
    await expect(vault.statements.sign('receipt', '{}')).rejects.toMatchObject({ code: 'key.unavailable' })
  })
})
