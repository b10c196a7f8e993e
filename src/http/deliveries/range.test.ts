/** RFC 9110 §13–14 as tables. */
import { assert, integer, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isKnown, rangeHolds, readRange } from './range.ts'

describe('readRange', () => {
  it.each([
    ['bytes=0-499', 1_000, { start: 0, end: 500 }],
    ['bytes=500-', 1_000, { start: 500, end: 1_000 }],
    ['bytes=-300', 1_000, { start: 700, end: 1_000 }],
    ['bytes=-3000', 1_000, { start: 0, end: 1_000 }],
    ['bytes=999-5000', 1_000, { start: 999, end: 1_000 }],
    ['BYTES=0-0', 1, { start: 0, end: 1 }],
    ['bytes= 1-2 , ', 10, { start: 1, end: 3 }],
    ['bytes=0-99999999999999999999999', 10, { start: 0, end: 10 }],
    ['bytes=1000-', 1_000, 'unsatisfiable'],
    ['bytes=99999999999999999999999-', 10, 'unsatisfiable'],
    ['bytes=-0', 1_000, 'unsatisfiable'],
    ['bytes=0-', 0, 'unsatisfiable'],
    ['bytes=-5', 0, 'unsatisfiable'],
    ['bytes=5-4', 10, null],
    ['bytes=0-1,3-4', 10, null],
    ['bytes=-', 10, null],
    ['bytes=', 10, null],
    ['bytes=a-b', 10, null],
    ['bytes=1 - 2', 10, null],
    ['bytes=0x1-2', 10, null],
    ['items=0-1', 10, null],
    ['0-1', 10, null],
    [undefined, 10, null],
  ])('%s of %i bytes', (field, length, expected) => {
    expect(readRange(field, length)).toEqual(expected)
  })

  it('never leaves the content, whatever is asked', () => {
    assert(
      property(string(), integer({ min: 0, max: 100 }), (text, length) => {
        const range = readRange(`bytes=${text}`, length)
        if (range === null || range === 'unsatisfiable') return
        expect(range.start).toBeGreaterThanOrEqual(0)
        expect(range.end).toBeGreaterThan(range.start)
        expect(range.end).toBeLessThanOrEqual(length)
      }),
    )
  })
})

const modified = new Date('2026-03-01T10:00:00.900Z')

describe('rangeHolds', () => {
  it.each([
    [undefined, true],
    ['"a"', true],
    ['Sun, 01 Mar 2026 10:00:00 GMT', true],
    ['Sun, 01 Mar 2026 10:00:01 GMT', false],
    ['W/"a"', false],
    ['"b"', false],
    ['', false],
  ])('%s', (field, holds) => {
    expect(rangeHolds(field, '"a"', modified)).toBe(holds)
  })
})

describe('isKnown', () => {
  it.each([
    [undefined, false],
    ['*', true],
    ['"a"', true],
    ['"x", W/"a"', true],
    ['"x,a"', false],
    ['a', false],
  ])('%s', (field, known) => {
    expect(isKnown(field, '"a"')).toBe(known)
  })
})
