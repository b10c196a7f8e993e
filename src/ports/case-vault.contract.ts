/** What every adapter of `case-vault.ts` must do, together with the intake seal that locks for it. */
import { randomBytes, randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { CaseId, SenderId } from '#domain/id.ts'
import type { CaseVault, NewCaseKey } from './case-vault.ts'
import type { IntakeSeal } from './intake-seal.ts'

export type CaseVaultUnderTest = { readonly vault: CaseVault; readonly seal: IntakeSeal }

/** Runs the suite on a fresh vault and seal of one key ring from `make`. */
export const describeCaseVault = (name: string, make: () => Promise<CaseVaultUnderTest>): void => {
  describe(`case vault: ${name}`, () => {
    let vault: CaseVault
    let seal: IntakeSeal
    let kept: NewCaseKey
    const id = randomUUID() as CaseId
    const other = randomUUID() as CaseId
    const key = new Uint8Array(randomBytes(32))
    const unavailable = { code: 'key.unavailable' }
    const damaged = { code: 'store.damaged' }

    beforeEach(async () => {
      ;({ vault, seal } = await make())
      kept = await vault.create(id)
    })

    it('unlocks what the intake locked', async () => {
      const locked = await seal.lock(id, kept.intakeKey, key)
      const opened = await vault.open(id, kept.wrappedKey)
      expect(new Uint8Array(await opened.unlock(locked))).toEqual(key)
      expect(await seal.lock(id, kept.intakeKey, key)).not.toBe(locked)
    })

    it('locks 32 bytes and nothing else', async () => {
      for (const length of [0, 16, 31, 33])
        await expect(seal.lock(id, kept.intakeKey, new Uint8Array(length))).rejects.toBeInstanceOf(Error)
    })

    it('locks only to the intake key signed for that case', async () => {
      await expect(seal.lock(other, kept.intakeKey, key)).rejects.toMatchObject(unavailable)
      await expect(seal.lock(id, '', key)).rejects.toMatchObject(unavailable)
      const foreign = await make()
      const { intakeKey } = await foreign.vault.create(id)
      await expect(seal.lock(id, intakeKey, key)).rejects.toMatchObject(unavailable)
      await seal.lock(id, kept.intakeKey, key)
      await expect(seal.lock(other, kept.intakeKey, key)).rejects.toMatchObject(unavailable)
    })

    it('wraps and seals so that any later opening of the same key can undo it', async () => {
      const before = await vault.open(id, kept.wrappedKey)
      const wrapped = before.wrap(key)
      const sealed = before.seal(Buffer.from('Doe^Jane'), 'facts/1')
      expect(wrapped.byteLength).toBe(40)
      const after = await vault.open(id, kept.wrappedKey)
      expect(new Uint8Array(after.unwrap(wrapped))).toEqual(key)
      expect(Buffer.from(after.unseal(sealed, 'facts/1')).toString()).toBe('Doe^Jane')
    })

    it('opens nothing of another case', async () => {
      const mine = await vault.open(id, kept.wrappedKey)
      const theirs = await vault.open(other, (await vault.create(other)).wrappedKey)
      const locked = await seal.lock(id, kept.intakeKey, key)
      await expect(theirs.unlock(locked)).rejects.toMatchObject(damaged)
      expect(() => theirs.unwrap(mine.wrap(key))).toThrow('store.damaged')
      expect(() => theirs.unseal(mine.seal(key, 'a'), 'a')).toThrow('store.damaged')
      expect(() => mine.unseal(mine.seal(key, 'a'), 'b')).toThrow('store.damaged')
    })

    it('does not open the key of one case as that of another', async () => {
      await expect(vault.open(other, kept.wrappedKey)).rejects.toMatchObject(unavailable)
    })

    it('does not open an unknown, emptied or changed key', async () => {
      const foreign = await make()
      await expect(foreign.vault.open(id, kept.wrappedKey)).rejects.toMatchObject(unavailable)
      for (const text of [
        '',
        '1..',
        `${kept.wrappedKey}A`,
        kept.wrappedKey.slice(0, -1),
        `2${kept.wrappedKey}`,
      ])
        await expect(vault.open(id, text)).rejects.toMatchObject(unavailable)
      for (let at = 0; at < kept.wrappedKey.length; at++) {
        const changed = `${kept.wrappedKey.slice(0, at)}${kept.wrappedKey[at] === 'b' ? 'c' : 'b'}${kept.wrappedKey.slice(at + 1)}`
        await expect(vault.open(id, changed)).rejects.toMatchObject(unavailable)
      }
    })

    it('does not unlock a changed or foreign text', async () => {
      const opened = await vault.open(id, kept.wrappedKey)
      const locked = await seal.lock(id, kept.intakeKey, key)
      const changes = ['', 'a.b.c.d.e', locked.slice(0, -1), `${locked}A`, 'x'.repeat(1_000_000)]
      for (const part of [1, 2, 3, 4])
        changes.push(
          locked
            .split('.')
            .map((text, at) => (at === part ? (text.startsWith('A') ? 'B' : 'A') + text.slice(1) : text))
            .join('.'),
        )
      for (const text of changes) await expect(opened.unlock(text)).rejects.toMatchObject(damaged)
    })

    it('makes another key every time', async () => {
      const again = await vault.create(id)
      expect(again.wrappedKey).not.toBe(kept.wrappedKey)
      expect(again.intakeKey).not.toBe(kept.intakeKey)
    })

    it('fingerprints by sender and text', () => {
      const sender = randomUUID() as SenderId
      const one = seal.fingerprint(sender, 'CT/IM0001')
      expect(one.byteLength).toBe(32)
      expect(seal.fingerprint(sender, 'CT/IM0001')).toEqual(one)
      expect(seal.fingerprint(sender, 'CT/IM0002')).not.toEqual(one)
      expect(seal.fingerprint(randomUUID() as SenderId, 'CT/IM0001')).not.toEqual(one)
    })
  })
}
