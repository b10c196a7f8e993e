/** What every object store does. An adapter's test hands in a way to open a fresh one. */
import { randomBytes, randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OpenedObjectStore } from './object-store.ts'
import { objectWriterContract } from './object-writer.contract.ts'

export type OpenedStore = { readonly store: OpenedObjectStore; close(): Promise<void> }

/** Runs the suite; `reopen` gives another store over the same objects, as another process would have. */
export const objectStoreContract = (
  name: string,
  open: () => Promise<OpenedStore & { reopen(): Promise<OpenedStore> }>,
): void => {
  describe(`object store: ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>>
    let store: OpenedObjectStore
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
    const whole = async (key: string, size: number): Promise<Buffer> => store.read(key, 0, size)

    objectWriterContract(() => store)

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

    it('lists more keys than one page has', async () => {
      const keys = Array.from({ length: 25 }, newKey)
      for (const key of keys) await put(key, randomBytes(3))
      const listed: string[] = []
      for await (const { key, at } of store.list('packs/')) {
        expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(60_000)
        listed.push(key)
      }
      expect(listed.toSorted()).toEqual(keys.toSorted())
    })

    it('keeps a large object, written in pieces of any size, and reads across its parts', async () => {
      const key = newKey()
      const bytes = randomBytes(17_000_003)
      const writer = await store.create(key)
      let at = 0
      for (const size of [1, 6_000_000, 300, 0, 5_242_880, 65_536, bytes.length]) {
        await writer.write([bytes.subarray(at, at + size), Buffer.alloc(0)])
        at += size
      }
      expect(await store.size(key)).toBeNull()
      await writer.commit()
      expect(await store.size(key)).toBe(bytes.length)
      expect((await whole(key, bytes.length)).equals(bytes)).toBe(true)
      for (const offset of [5_242_800, 10_485_700, 16_999_903])
        expect((await store.read(key, offset, 100)).equals(bytes.subarray(offset, offset + 100))).toBe(true)
      await expect(store.read(key, 17_000_000, 4)).rejects.toThrow('store.damaged')
    })

    it('overwrites nothing, small or large, and keeps nothing of a large one that was aborted', async () => {
      const key = newKey()
      const first = randomBytes(1_000)
      await put(key, first)
      for (const size of [1_000, 12_000_000]) {
        await expect(put(key, randomBytes(size))).rejects.toMatchObject({ code: 'state.conflict' })
        expect(await store.size(key)).toBe(1_000)
        expect((await whole(key, 1_000)).equals(first)).toBe(true)
      }
      const aborted = newKey()
      const writer = await store.create(aborted)
      await writer.write([randomBytes(12_000_000)])
      await writer.abort()
      expect(await store.size(aborted)).toBeNull()
    })

    it('serves many writers and readers at once', async () => {
      const objects = Array.from({ length: 40 }, (_, n) => ({
        key: newKey(),
        bytes: randomBytes(50_000 + n),
      }))
      await Promise.all(
        objects.map(async ({ key, bytes }) => put(key, bytes.subarray(0, 999), bytes.subarray(999))),
      )
      const read = await Promise.all(objects.map(async ({ key, bytes }) => whole(key, bytes.length)))
      expect(read.every((bytes, n) => bytes.equals(objects[n]?.bytes ?? Buffer.alloc(0)))).toBe(true)
    })

    it('lets a write land after its name was removed, and be removed then', async () => {
      const key = newKey()
      const late = await store.create(key)
      await late.write([randomBytes(10)])
      await store.remove(key)
      await late.commit()
      expect(await store.size(key)).toBe(10)
      await store.remove(key)
      expect(await store.size(key)).toBeNull()
    })

    it('refuses every name that we did not make', async () => {
      for (const key of [
        '../x/y',
        'packs/../../etc',
        '/etc/passwd',
        'packs/',
        'packs',
        'a/b/c',
        'packs/a b?c',
      ]) {
        const attempts = [() => store.create(key), () => store.size(key), () => store.remove(key)]
        for (const attempt of [...attempts, () => store.read(key, 0, 1)])
          await expect(attempt()).rejects.toMatchObject({ code: 'internal' })
      }
    })

    it('says that it is there', async () => {
      expect(await store.alive()).toBe(true)
    })
  })
}
