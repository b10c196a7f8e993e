/** What every writer of every object store does; the contract of stores runs this. */
import { randomBytes, randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { OpenedObjectStore } from './object-store.ts'

/** Runs the suite on the store that is open then. */
export const objectWriterContract = (store: () => OpenedObjectStore): void => {
  const newKey = (): string => `packs/${randomUUID()}`
  const whole = async (key: string, size: number): Promise<Buffer> => store().read(key, 0, size)

  it('takes at once or not at all, in the order of what is written, and nothing of it is used after', async () => {
    const key = newKey()
    const bytes = randomBytes(13_000_003)
    const writer = await store().create(key)
    let taken = 0
    for (let at = 0; at < bytes.length; at += 123_457) {
      const pieces = [bytes.subarray(at, at + 100_000), bytes.subarray(at + 100_000, at + 123_457)]
      const lent = pieces.map((piece) => Buffer.from(piece))
      if (writer.takeNow(lent)) taken += 1
      else await writer.write(lent)
      for (const piece of lent) piece.fill(0)
    }
    expect(taken).toBeGreaterThan(20)
    const committing = writer.commit()
    expect(writer.takeNow([randomBytes(10)])).toBe(false)
    await committing
    expect(writer.takeNow([randomBytes(10)])).toBe(false)
    expect(await store().size(key)).toBe(bytes.length)
    expect((await whole(key, bytes.length)).equals(bytes)).toBe(true)
  })

  it('takes nothing at once between the pieces of a write', async () => {
    const key = newKey()
    const bytes = randomBytes(9_000_000)
    const small = randomBytes(100)
    const writer = await store().create(key)
    let over = false
    const writing = writer.write([bytes]).then(() => (over = true))
    await Promise.resolve()
    for (let turn = 0; !over; turn += 1) {
      expect([turn, writer.takeNow([small])]).toEqual([turn, false])
      await new Promise(setImmediate)
    }
    await writing
    if (!writer.takeNow([small])) await writer.write([small])
    await writer.commit()
    const written = await whole(key, bytes.length + small.length)
    expect(written.equals(Buffer.concat([bytes, small]))).toBe(true)
  })

  it('does not use a buffer after its write, nor touch the memory around it', async () => {
    const key = newKey()
    const own = randomBytes(70_000)
    const larger = randomBytes(90_000)
    const part = larger.subarray(10_000, 80_000)
    const expected = Buffer.concat([own, part])
    const untouched = Buffer.from(larger)
    const writer = await store().create(key)
    await writer.write([own, part])
    expect(larger.equals(untouched)).toBe(true)
    own.fill(0)
    larger.fill(0)
    await writer.commit()
    expect((await whole(key, expected.length)).equals(expected)).toBe(true)
  })

  it('ends a writer with its commit or abort', async () => {
    const key = newKey()
    const committed = await store().create(key)
    await committed.write([randomBytes(10)])
    await committed.commit()
    await expect(committed.commit()).rejects.toMatchObject({ code: 'state.conflict' })
    await expect(committed.write([randomBytes(10)])).rejects.toMatchObject({ code: 'state.conflict' })
    await committed.abort()
    expect(await store().size(key)).toBe(10)
    const aborted = await store().create(newKey())
    await aborted.abort()
    await expect(aborted.commit()).rejects.toMatchObject({ code: 'state.conflict' })
  })
}
