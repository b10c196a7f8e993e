/** Preparing ahead: order kept, so many ahead and no more, a failure where it belongs, and the source is let go. */
import { describe, expect, it } from 'vitest'
import { prepareAhead } from './prepare-ahead.ts'

const source = (most: number) => {
  const state = { taken: 0, closed: false }
  async function* entries(): AsyncGenerator<number, void, void> {
    try {
      for (let n = 0; n < most; n += 1) {
        state.taken += 1
        yield n
      }
    } finally {
      state.closed = true
    }
  }
  return { state, entries: entries() }
}

const soon = (): Promise<void> => new Promise((done) => setTimeout(done, 5))

describe('preparing ahead', () => {
  it('gives everything in its order, and takes no more than it was told to ahead of need', async () => {
    const { state, entries } = source(6)
    const got: string[] = []
    for await (const ready of prepareAhead(entries, async (n) => `ready ${n}`, 2)) {
      got.push(ready)
      await soon()
      expect(state.taken).toBe(Math.min(6, got.length + 2))
    }
    expect(got).toEqual([0, 1, 2, 3, 4, 5].map((n) => `ready ${n}`))
    expect(state.closed).toBe(true)
  })

  it('throws a failure after what came before it, and leaves no rejection behind', async () => {
    const { state, entries } = source(9)
    const got: number[] = []
    const run = async (): Promise<void> => {
      const prepare = async (n: number): Promise<number> => {
        if (n === 2) throw new Error('scratched')
        return n
      }
      for await (const n of prepareAhead(entries, prepare, 3)) got.push(n)
    }
    await expect(run()).rejects.toThrow('scratched')
    expect(got).toEqual([0, 1])
    expect(state.closed).toBe(true)
  })

  it('lets the source go when nobody wants more', async () => {
    const { state, entries } = source(9)
    for await (const n of prepareAhead(entries, async (n) => n, 2)) if (n === 1) break
    expect(state.closed).toBe(true)
  })
})
