/** Unlocking keys on a real ring: what is asked for again opens without being unlocked, and with its own case alone. */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { CaseId, PlanId } from '#domain/id.ts'
import type { CaseKey } from '#ports/case-vault.ts'
import { keyUnlocker } from '#ports/unlock-keys.ts'
import { openEdgeRing } from './edge-ring.ts'
import { createKeyRing } from './key-ring.ts'
import { openVaultRing } from './vault-ring.ts'

const clock = { now: () => new Date() }
const folder = mkdtempSync(join(tmpdir(), 'ring-'))
createKeyRing(folder, clock.now())
afterAll(() => rmSync(folder, { recursive: true }))
const { vault } = openVaultRing(folder, clock, 'https://records.example')
const { seal } = openEdgeRing(folder, clock, 'https://records.example')

/** A case, its key counting what it unlocks, and `count` plans with their keys. */
const newCase = async (count: number) => {
  const of = randomUUID() as string as CaseId
  const { wrappedKey, intakeKey } = await vault.create(of)
  const keys = Array.from({ length: count }, () => randomBytes(32))
  const locked = new Map<PlanId, string>()
  for (const key of keys) locked.set(randomUUID() as string as PlanId, await seal.lock(of, intakeKey, key))
  const seen = { unlocked: 0 }
  const open = async (): Promise<CaseKey> => {
    const key = await vault.open(of, wrappedKey)
    return {
      ...key,
      unlock: (text) => {
        seen.unlocked += 1
        return key.unlock(text)
      },
    }
  }
  return { keys, locked, open, seen }
}

const opened = (found: ReadonlyMap<PlanId, Uint8Array>): Buffer[] =>
  [...found.values()].map((bytes) => Buffer.from(bytes))

it('a key that is asked for again is unlocked once, whoever opens the case', async () => {
  const unlocker = keyUnlocker()
  const { keys, locked, open, seen } = await newCase(2)
  for (let nth = 0; nth < 3; nth += 1)
    expect(opened(await unlocker.unlockAgain(await open(), locked))).toEqual(keys)
  expect(seen.unlocked).toBe(2)
})

it('a key that is needed once is unlocked each time, and never kept', async () => {
  const unlocker = keyUnlocker()
  const { keys, locked, open, seen } = await newCase(1)
  for (let nth = 0; nth < 2; nth += 1)
    expect(opened(await unlocker.unlock(await open(), locked))).toEqual(keys)
  await unlocker.unlockAgain(await open(), locked)
  expect(seen.unlocked).toBe(3)
})

it('what is kept is closed to every other case', async () => {
  const unlocker = keyUnlocker()
  const [mine, other] = [await newCase(1), await newCase(0)]
  await unlocker.unlockAgain(await mine.open(), mine.locked)
  await expect(unlocker.unlockAgain(await other.open(), mine.locked)).rejects.toThrow('store.damaged')
})

it('no more than some hundred are kept, and those used last', async () => {
  const unlocker = keyUnlocker()
  const [often, many] = [await newCase(1), await newCase(256)]
  await unlocker.unlockAgain(await often.open(), often.locked)
  const some = [...many.locked]
  await unlocker.unlockAgain(await many.open(), new Map(some.slice(0, 200)))
  await unlocker.unlockAgain(await often.open(), often.locked)
  await unlocker.unlockAgain(await many.open(), new Map(some.slice(200)))
  await unlocker.unlockAgain(await often.open(), often.locked)
  expect(often.seen.unlocked).toBe(1)
  await unlocker.unlockAgain(await many.open(), new Map(some.slice(0, 1)))
  expect(many.seen.unlocked).toBe(257)
})
