/** A map of what was put last. */
import { expect, it } from 'vitest'
import { putNewest } from './put-newest.ts'

it('the entry that was put longest ago goes, and one that is put again is new', () => {
  const map = new Map<string, number>()
  expect(['a', 'b', 'c'].map((key, nth) => putNewest(map, 3, key, nth))).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect(putNewest(map, 3, 'a', 10)).toBeUndefined()
  expect(putNewest(map, 3, 'd', 3)).toBe(1)
  expect([...map]).toEqual([
    ['c', 2],
    ['a', 10],
    ['d', 3],
  ])
})
