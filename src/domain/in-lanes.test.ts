/** Lanes: every entry once, never more side by side than lanes, and nothing new after a failure. */
import { describe, expect, it } from 'vitest'
import { inLanes } from './in-lanes.ts'

async function* count(to: number, ended: { closed?: boolean } = {}): AsyncGenerator<number> {
  try {
    for (let at = 0; at < to; at += 1) yield at
  } finally {
    ended.closed = true
  }
}

const pause = (): Promise<void> => new Promise((done) => setImmediate(done))

describe('in lanes', () => {
  it('works on every entry once, at most so many at a time', async () => {
    const seen: number[] = []
    const lanes = new Set<number>()
    let [running, most] = [0, 0]
    await inLanes(count(50), 4, async (entry, lane) => {
      running += 1
      most = Math.max(most, running)
      lanes.add(lane)
      await pause()
      seen.push(entry)
      running -= 1
    })
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, at) => at))
    expect(most).toBe(4)
    expect(lanes).toEqual(new Set([0, 1, 2, 3]))
    await inLanes(count(0), 4, () => Promise.reject(new Error('nothing to do')))
  })

  it('takes a list, or anything that can be gone through, as well', async () => {
    const seen: unknown[] = []
    const work = async (entry: unknown): Promise<void> => {
      await pause()
      seen.push(entry)
    }
    await inLanes([1, undefined, 3], 2, work)
    await inLanes(new Map([['a', 'b']]).entries(), 2, work)
    expect(seen).toEqual([1, undefined, 3, ['a', 'b']])
    await expect(inLanes([1, 2], 1, () => Promise.reject(new Error('one')))).rejects.toThrow('one')
  })

  it('throws the failure when the others have ended, begins nothing new, and closes the source', async () => {
    const ended: { closed?: boolean } = {}
    const begun: number[] = []
    let running = 0
    const work = inLanes(count(1_000, ended), 3, async (entry) => {
      begun.push(entry)
      running += 1
      await pause()
      running -= 1
      if (entry === 5) throw new Error('the sixth')
    })
    await expect(work).rejects.toThrow('the sixth')
    expect(running).toBe(0)
    expect(begun.length).toBeLessThan(12)
    expect(ended.closed).toBe(true)
  })

  it('throws what the source throws', async () => {
    async function* broken(): AsyncGenerator<number> {
      yield 1
      throw new Error('the source')
    }
    await expect(inLanes(broken(), 2, pause)).rejects.toThrow('the source')
  })
})
