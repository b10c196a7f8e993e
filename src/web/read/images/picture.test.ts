/** Letters, windows, measures, and what is fetched next. */
import { assert, double, integer, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { angleOf, lengthOf } from './measure.ts'
import { outward } from './order.ts'
import { edgeLetters, lettersOf } from './orientation.ts'
import { dragged, presets, rangeOf, windowOf } from './window.ts'

describe('letters', () => {
  it('of an axial slice are those of a patient seen from the feet', () => {
    expect(edgeLetters([1, 0, 0], [0, 1, 0])).toEqual({ right: 'L', left: 'R', bottom: 'P', top: 'A' })
  })

  it('of a slanted one name the stronger direction first', () => {
    expect([lettersOf([0.5, 0, -0.8]), lettersOf([0, 0.1, 1]), lettersOf([0, 0, 0])]).toEqual(['FL', 'H', ''])
  })
})

describe('windows', () => {
  it('come back from their range', () => {
    assert(
      property(integer({ min: -2_000, max: 4_000 }), integer({ min: 1, max: 5_000 }), (centre, width) => {
        const back = windowOf(rangeOf({ centre, width }))
        expect(back.centre).toBeCloseTo(centre)
        expect(back.width).toBeCloseTo(width)
      }),
    )
  })

  it('never close', () => {
    assert(
      property(double({ min: -1e5, max: 1e5, noNaN: true }), (dx) => {
        expect(dragged(presets.brain, dx, 0).width).toBeGreaterThanOrEqual(1)
      }),
    )
  })
})

describe('measures', () => {
  it('are in millimetres as the pixels lie in the patient, or in pixels', () => {
    expect(lengthOf([0, 0], [30, 40], [0.5, 0.5])).toEqual({ amount: 25, unit: 'mm' })
    expect(lengthOf([0, 0], [30, 0], [0.5, 2])).toEqual({ amount: 60, unit: 'mm' })
    expect(lengthOf([0, 0], [0, 30], [0.5, 2])).toEqual({ amount: 15, unit: 'mm' })
    expect(lengthOf([0, 0], [3, 4], null)).toEqual({ amount: 5, unit: 'px' })
  })

  it('of angles take pixels that are not square as they lie', () => {
    expect(angleOf([1, 0], [0, 0], [0, 1], null)).toBeCloseTo(90)
    expect(angleOf([1, 0], [0, 0], [1, 1], [1, 1])).toBeCloseTo(45)
    expect(angleOf([1, 0], [0, 0], [1, 1], [2, 1])).toBeCloseTo(63.43)
    expect(angleOf([0, 0], [0, 0], [1, 1], null)).toBe(0)
  })
})

describe('outward', () => {
  it('has every other slice once, the nearest first', () => {
    assert(
      property(integer({ min: 1, max: 60 }), integer({ min: 0, max: 59 }), (count, where) => {
        const at = where % count
        const found = outward(at, count, 1_000)
        expect(new Set(found).size).toBe(count - 1)
        expect(found).not.toContain(at)
        const far = found.map((one) => Math.abs(one - at))
        expect(far).toEqual(far.toSorted((a, b) => a - b))
      }),
    )
  })

  it('has no more than there is room for', () => {
    expect(outward(5, 100, 4)).toEqual([6, 4, 7, 3])
  })
})
