/** Marks: the same list is known again, another one is not. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareMarks, markOf } from './marks.ts'

describe('marks', () => {
  it('are whole numbers, the same for the same text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(markOf(text)).toBe(markOf(text))
        expect(Number.isSafeInteger(markOf(text))).toBe(true)
      }),
    )
  })

  it('differ for a hundred thousand names of a disc', () => {
    const marks = new Set(Array.from({ length: 100_000 }, (_, n) => markOf(`disc/IM${n}\n524288\n0`)))
    expect(marks.size).toBe(100_000)
  })

  it('tell what is missing and what is new', () => {
    expect(compareMarks([1, 2, 3], [3, 4])).toEqual({ missing: 2, others: 1 })
    expect(compareMarks([1, 2], [2, 1])).toEqual({ missing: 0, others: 0 })
  })
})
