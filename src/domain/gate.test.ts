/** Gate: never more inside than there is room for, in order, and a failure gives its room back. */
import { describe, expect, it } from 'vitest'
import { createGate } from './gate.ts'

const pause = (): Promise<void> => new Promise((done) => setImmediate(done))

describe('gate', () => {
  it('lets so many in at once, in the order they came', async () => {
    const gate = createGate(3)
    const begun: number[] = []
    let [inside, most] = [0, 0]
    const work = async (at: number): Promise<number> => {
      begun.push(at)
      inside += 1
      most = Math.max(most, inside)
      // The later ones are the quicker ones.
      for (let round = 20 - at; round > 0; round -= 1) await pause()
      inside -= 1
      return at
    }
    const numbers = Array.from({ length: 20 }, (_, at) => at)
    const results = Promise.all(numbers.map((at) => gate.run(() => work(at))))
    expect(gate.waiting()).toBe(17)
    expect(await results).toEqual(numbers)
    expect(begun).toEqual(numbers)
    expect(most).toBe(3)
    expect(gate.waiting()).toBe(0)
  })

  it('makes room after a failure, thrown or rejected', async () => {
    const gate = createGate(1)
    const failures = [
      gate.run(() => Promise.reject(new Error('rejected'))),
      gate.run(() => {
        throw new Error('thrown')
      }),
    ]
    const after = gate.run(async () => 'in')
    expect((await Promise.allSettled(failures)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await after).toBe('in')
  })

  it('hands a place over: who comes in the same moment goes behind those who wait', async () => {
    const gate = createGate(1)
    const order: string[] = []
    const first = gate.run(async () => {
      order.push('first')
    })
    const waiting = gate.run(async () => {
      order.push('waiting')
    })
    const late = first.then(() =>
      gate.run(async () => {
        order.push('late')
      }),
    )
    await Promise.all([first, waiting, late])
    expect(order).toEqual(['first', 'waiting', 'late'])
  })
})
