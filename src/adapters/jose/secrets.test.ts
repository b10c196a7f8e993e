/** Secrets: their shape, their evenness, and what is kept of a typed code. */
import { argon2Sync, createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createSecrets } from './secrets.ts'

const secrets = createSecrets()

describe('tokens', () => {
  it('are 43 base64url characters, never twice', () => {
    const all = Array.from({ length: 1000 }, () => secrets.token())
    for (const token of all) expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(new Set(all).size).toBe(1000)
  })

  it('are kept as SHA-256', () => {
    expect(secrets.hash('abc')).toEqual(createHash('sha256').update('abc').digest())
  })
})

describe('codes', () => {
  it('are eight of 32 letters, each as likely as any other', () => {
    const rounds = 8000
    const counts = new Map<string, number>()
    for (let n = 0; n < rounds; n++) {
      const code = secrets.code()
      expect(code).toMatch(/^[2-9A-HJ-NP-Z]{8}$/)
      for (const letter of code) counts.set(letter, (counts.get(letter) ?? 0) + 1)
    }
    expect(counts.size).toBe(32)
    const expected = (rounds * 8) / 32
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    // 31 degrees of freedom: more than 95 comes once in ten million even draws.
    expect(chiSquare).toBeLessThan(95)
  })

  it('match what was stretched, however they were typed, and nothing else', async () => {
    const kept = await secrets.stretch('ABCL2345')
    for (const typed of ['ABCL2345', 'abcl-2345', ' abc i2345', 'ABC1—2345', 'ＡＢＣＬ２３４５'])
      expect(await secrets.matches(typed, kept)).toBe(true)
    for (const typed of ['ABCL2346', 'ABCL234', 'ABCL23455', '', 'A'.repeat(1_000_000)])
      expect(await secrets.matches(typed, kept)).toBe(false)
  })

  it('are salted, and kept in a form that says how it was made', async () => {
    const [one, two] = await Promise.all([secrets.stretch('ABCDEFGH'), secrets.stretch('ABCDEFGH')])
    expect(one).not.toEqual(two)
    const [name, version, cost, salt = '', tag] = Buffer.from(one).toString('latin1').split('$')
    expect([name, version, cost]).toEqual(['argon2id', 'v=19', 'm=19456,t=2,p=1'])
    const again = argon2Sync('argon2id', {
      message: 'ABCDEFGH',
      nonce: Buffer.from(salt, 'base64url'),
      memory: 19_456,
      passes: 2,
      parallelism: 1,
      tagLength: 32,
    })
    expect(tag).toBe(again.toString('base64url'))
  })

  it.each([
    '',
    'argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA',
    `argon2id$v=19$m=999999,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
    `argon2id$v=19$m=19456,t=99,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
    `argon2id$v=19$m=1,t=1,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
    `argon2id$v=19$m=0,t=1,p=0$${'A'.repeat(22)}$${'A'.repeat(43)}`,
    `argon2i$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
  ])('do not match what was never stretched: %s', async (kept) => {
    await expect(secrets.matches('ABCDEFGH', Buffer.from(kept))).rejects.toMatchObject({
      code: 'store.damaged',
    })
  })

  it('wait their turn, and a crowd is sent away', async () => {
    const crowded = createSecrets()
    const all = await Promise.allSettled(Array.from({ length: 40 }, () => crowded.stretch('ABCDEFGH')))
    const away = all.filter((one) => one.status === 'rejected')
    expect(away).toHaveLength(6)
    for (const one of away) expect(one.reason).toMatchObject({ code: 'rate.limited' })
    expect(await crowded.matches('ABCDEFGH', await crowded.stretch('ABCDEFGH'))).toBe(true)
  })
})
