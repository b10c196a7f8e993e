import { describe, expect, it, vi } from 'vitest'
import type { Dependency } from '#domain/dependency.ts'
import { type Probe, seeReady } from './see-ready.ts'

const up: Probe = async () => true
const down: Probe = async () => false

const look = (probes: Partial<Record<Dependency, Probe>>) => {
  const told: string[] = []
  const see = seeReady({ probes, spared: ['queue'], told: (name, isUp) => told.push(`${name} ${isUp}`) })
  return { see, told }
}

describe('readiness', () => {
  it('names what is down, and does without the queue', async () => {
    const { see, told } = look({ ledger: up, queue: down, store: up })
    const seen = await see()
    expect(seen.ready).toBe(true)
    expect(seen.dependencies.map(({ name, up: isUp }) => [name, isUp])).toEqual([
      ['ledger', true],
      ['queue', false],
      ['store', true],
    ])
    expect(seen.dependencies.map(({ words }) => words === null)).toEqual([true, false, true])
    expect(told).toEqual(['queue false'])
  })

  it('tells of what is not there by decision, and is ready all the same', async () => {
    const absent = { scanner: 'There is none.' }
    const seen = await seeReady({ probes: { ledger: up }, absent, spared: [], told: () => {} })()
    expect(seen).toEqual({
      ready: true,
      dependencies: [
        { name: 'ledger', up: true, words: null },
        { name: 'scanner', up: false, words: 'There is none.' },
      ],
    })
  })

  it('takes a rejection and silence of a second for down', async () => {
    const { see } = look({
      ledger: () => Promise.reject(new Error('no')),
      store: () => new Promise(() => {}),
    })
    const began = performance.now()
    const { ready, dependencies } = await see()
    expect(performance.now() - began).toBeLessThan(1_500)
    expect([ready, ...dependencies.map(({ up: isUp }) => isUp)]).toEqual([false, false, false])
  })

  it('asks once a second at most, however many want to know, and never beside a probe that hangs', async () => {
    const ledger = vi.fn<Probe>(up)
    const store = vi.fn<Probe>(() => new Promise(() => {}))
    const { see } = look({ ledger, store })
    await Promise.all(Array.from({ length: 100 }, see))
    expect(ledger).toHaveBeenCalledTimes(1)
    await new Promise((again) => setTimeout(again, 1_050))
    await see()
    expect(ledger).toHaveBeenCalledTimes(2)
    expect(store).toHaveBeenCalledTimes(1)
  })

  it('tells of every change once', async () => {
    let isUp = true
    const { see, told } = look({ store: async () => isUp })
    for (const state of [true, false, false, true]) {
      isUp = state
      await see()
      await new Promise((again) => setTimeout(again, 1_010))
    }
    expect(told).toEqual(['store false', 'store true'])
  })
})
