/** What every object store does. An adapter's test hands in a way to open a fresh one. */
import { randomBytes, randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ObjectStore } from './object-store.ts'

export type OpenedStore = { readonly store: ObjectStore; close(): Promise<void> }

/** Runs the suite; `reopen` gives another store over the same objects, as another process would have. */
export const objectStoreContract = (
  name: string,
  open: () => Promise<OpenedStore & { reopen(): Promise<OpenedStore> }>,
): void => {
  describe(`object store: ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>>
    let store: ObjectStore
    beforeEach(async () => {
      opened = await open()
      store = opened.store
    })
    afterEach(() => opened.close())

    const newKey = (): string => `packs/${randomUUID()}`
    const put = async (key: string, ...pieces: Buffer[]): Promise<void> => {
      const writer = await store.create(key)
      for (const piece of pieces) await writer.write([piece])
      await writer.commit()
    }

    it('gives back what was written, whole and by range, to this process and another', async () => {
      const key = newKey()
      const bytes = randomBytes(3_000_001)
      await put(key, bytes.subarray(0, 7), bytes.subarray(7, 1_500_000), bytes.subarray(1_500_000))
      expect(await store.size(key)).toBe(bytes.length)
      const other = await opened.reopen()
      for (const from of [store, other.store])
        for (const [start, end] of [
          [0, bytes.length],
          [0, 1],
          [bytes.length - 1, bytes.length],
          [1_499_990, 1_500_010],
        ] as const)
          expect((await from.read(key, start, end - start)).equals(bytes.subarray(start, end))).toBe(true)
      await other.close()
    })

    it('fills the buffer it is given, or one of its own', async () => {
      const key = newKey()
      const bytes = randomBytes(1_000)
      await put(key, bytes)
      const into = Buffer.alloc(2_000, 7)
      const read = await store.read(key, 100, 500, into)
      expect(read.length).toBe(500)
      expect(read.equals(bytes.subarray(100, 600))).toBe(true)
      expect(into.subarray(500).every((byte) => byte === 7)).toBe(true)
    })

    it('keeps an empty object', async () => {
      const key = newKey()
      await put(key)
      expect(await store.size(key)).toBe(0)
    })

    it('shows nothing before commit and keeps nothing after abort', async () => {
      const key = newKey()
      const writer = await store.create(key)
      await writer.write([randomBytes(100)])
      expect(await store.size(key)).toBeNull()
      await writer.abort()
      await writer.abort()
      expect(await store.size(key)).toBeNull()
      await expect(store.read(key, 0, 1)).rejects.toThrow('store.damaged')
    })

    it('creates a key once, whatever races', async () => {
      const key = newKey()
      const bodies = Array.from({ length: 8 }, () => randomBytes(1_000))
      const results = await Promise.allSettled(bodies.map((body) => put(key, body)))
      const won = results.flatMap((result, index) => (result.status === 'fulfilled' ? [index] : []))
      expect(won).toHaveLength(1)
      const refused = results.flatMap((result) =>
        result.status === 'rejected' ? [result.reason as unknown] : [],
      )
      for (const reason of refused) expect(reason).toMatchObject({ code: 'state.conflict' })
      expect((await store.read(key, 0, 1_000)).equals(bodies[won[0] ?? 0] ?? Buffer.alloc(0))).toBe(true)
    })

    it('refuses to read past the end or what is not there', async () => {
      const key = newKey()
      await put(key, randomBytes(10))
      await expect(store.read(key, 5, 6)).rejects.toThrow('store.damaged')
      await expect(store.read(newKey(), 0, 1)).rejects.toThrow('store.damaged')
      expect(await store.size(newKey())).toBeNull()
    })

    it('removes, also twice', async () => {
      const key = newKey()
      await put(key, randomBytes(10))
      await store.read(key, 0, 10)
      await store.remove(key)
      await store.remove(key)
      expect(await store.size(key)).toBeNull()
      await expect(store.read(key, 0, 1)).rejects.toThrow('store.damaged')
    })

    it('lists every committed key of a prefix and nothing else', async () => {
      const keys = [newKey(), newKey(), newKey()]
      for (const key of keys) await put(key, randomBytes(5))
      const draft = await store.create(newKey())
      const listed: string[] = []
      for await (const entry of store.list('packs/')) {
        expect(entry.size).toBe(5)
        listed.push(entry.key)
      }
      await draft.abort()
      expect(listed.toSorted()).toEqual(keys.toSorted())
    })
  })
}
