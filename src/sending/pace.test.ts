/** Pace: on any steady line, parts come to take between two and eight seconds, or are as small or large as may be. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { partBytes } from '#domain/pack.ts'
import { createPace } from './pace.ts'

const least = 262_272

describe('pace', () => {
  it('finds the size that fits the line within ten parts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 100_000_000 }), (rate) => {
        const pace = createPace(least, partBytes)
        for (let nth = 0; nth < 10; nth += 1) pace.took(pace.room(), (pace.room() / rate) * 1_000)
        const seconds = pace.room() / rate
        const fits = seconds >= 2 && seconds <= 8
        expect(
          fits || (seconds > 8 && pace.room() === least) || (seconds < 2 && pace.room() === partBytes),
        ).toBe(true)
      }),
    )
  })

  it('is not misled by a small part at the end of a folder', () => {
    const pace = createPace(least, partBytes)
    for (let nth = 0; nth < 5; nth += 1) pace.took(pace.room(), 4_000 * (pace.room() / partBytes))
    expect(pace.room()).toBe(partBytes)
    pace.took(1_000, 900)
    expect(pace.room()).toBe(partBytes)
  })

  it('lets a part get going on a slow line, and costs a fast one next to nothing', () => {
    const leads = [10_000, 1_000_000, 100_000_000].map((rate) => {
      const pace = createPace(least, partBytes)
      expect(pace.lead()).toBe(0)
      for (let nth = 0; nth < 10; nth += 1) pace.took(pace.room(), (pace.room() / rate) * 1_000)
      return Math.round(pace.lead())
    })
    expect(leads).toEqual([200, 200, 8])
  })

  it('gets smaller until it cannot, and waits long enough for the slowest line that is served', () => {
    const pace = createPace(least, partBytes)
    let times = 0
    while (pace.shrink()) times += 1
    expect([times, pace.room()]).toEqual([2, least])
    expect(pace.patience(least)).toBeGreaterThan((least / 2_000) * 1_000)
    pace.took(least, 100)
    expect(pace.patience(least)).toBeLessThan(40_000)
  })
})
