/** What every adapter of `tokens.ts` must do, whatever signs. */
import { randomBytes, randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { canonicalJson } from '#domain/canonical-json.ts'
import type { CaseId, GrantId, LinkId } from '#domain/id.ts'
import type { AccessTokens, LinkTokens, PublicKeys, Statements } from './tokens.ts'

export type TokensUnderTest = {
  readonly linkTokens: LinkTokens
  readonly accessTokens: AccessTokens
  readonly statements: Statements
  readonly publicKeys: PublicKeys
  now(): Date
  /** Moves the adapter's clock. */
  wait(seconds: number): void
}

const tenMinutes = 600
const days = 86_400

/** Runs the suite on fresh tokens from `make`. */
export const describeTokens = (name: string, make: () => Promise<TokensUnderTest>): void => {
  describe(`tokens: ${name}`, () => {
    let subject: TokensUnderTest
    const link = randomUUID() as LinkId
    const grant = randomUUID() as GrantId
    const id = randomUUID() as CaseId
    const secret = randomBytes(32).toString('base64url')
    const after = (seconds: number): Date => new Date(subject.now().getTime() + seconds * 1000)
    const access = (seconds = tenMinutes): Promise<string> =>
      subject.accessTokens.write({ grant, case: id, scopes: ['case:read'], expiresAt: after(seconds) })

    beforeEach(async () => {
      subject = await make()
    })

    it('reads a link it wrote', async () => {
      const token = await subject.linkTokens.write({ link, secret, expiresAt: after(7 * days) })
      expect(await subject.linkTokens.read(token)).toEqual({ link, secret, expired: false })
    })

    it('still reads a link whose time is over, and says so', async () => {
      const token = await subject.linkTokens.write({ link, secret, expiresAt: after(7 * days) })
      subject.wait(7 * days - 1)
      expect(await subject.linkTokens.read(token)).toMatchObject({ expired: false })
      subject.wait(60)
      expect(await subject.linkTokens.read(token)).toEqual({ link, secret, expired: true })
    })

    it('reads an access token it wrote, until its time is over', async () => {
      const token = await access()
      expect(await subject.accessTokens.read(token)).toEqual({ grant, case: id, scopes: ['case:read'] })
      subject.wait(tenMinutes - 1)
      expect(await subject.accessTokens.read(token)).not.toBeNull()
      subject.wait(60)
      expect(await subject.accessTokens.read(token)).toBeNull()
    })

    it('writes no access token for more than ten minutes', async () => {
      await expect((async () => access(tenMinutes + 1))()).rejects.toBeInstanceOf(Error)
    })

    it('does not take a token from a clock that is ahead', async () => {
      const token = await access()
      const upload = await subject.linkTokens.write({ link, secret, expiresAt: after(7 * days) })
      subject.wait(-31)
      expect(await subject.accessTokens.read(token)).toBeNull()
      expect(await subject.linkTokens.read(upload)).toBeNull()
    })

    it('does not take one kind for the other', async () => {
      const upload = await subject.linkTokens.write({ link, secret, expiresAt: after(60) })
      expect(await subject.accessTokens.read(upload)).toBeNull()
      expect(await subject.linkTokens.read(await access())).toBeNull()
      const statement = await subject.statements.sign('receipt', canonicalJson({ case: id }))
      expect(await subject.linkTokens.read(statement)).toBeNull()
    })

    it('does not take a token of which any character was changed, or a cut one', async () => {
      const token = await access()
      for (let at = 0; at < token.length; at += 7) {
        const other = token[at] === 'A' ? 'B' : 'A'
        const changed = token.slice(0, at) + other + token.slice(at + 1)
        expect(await subject.accessTokens.read(changed)).toBeNull()
        expect(await subject.accessTokens.read(token.slice(0, at))).toBeNull()
      }
      expect(await subject.accessTokens.read(`${token}A`)).toBeNull()
    })

    it('does not take a token of another issuer’s keys', async () => {
      const token = await access()
      const other = await make()
      expect(await other.accessTokens.read(token)).toBeNull()
    })

    it('signs the same statement of the same text', async () => {
      const one = await subject.statements.sign('receipt', '{"a":1,"b":[2,"é"]}')
      expect(await subject.statements.sign('receipt', '{"a":1,"b":[2,"é"]}')).toBe(one)
      expect(await subject.statements.sign('receipt', '{"a":2,"b":[2,"é"]}')).not.toBe(one)
    })

    it('publishes no private member', () => {
      const keys = subject.publicKeys.keys()
      expect(keys.length).toBeGreaterThan(0)
      for (const key of keys) {
        expect(key).toMatchObject({ use: 'sig', kid: expect.any(String) as string })
        for (const member of ['d', 'k', 'p', 'q']) expect(key).not.toHaveProperty(member)
      }
    })
  })
}
