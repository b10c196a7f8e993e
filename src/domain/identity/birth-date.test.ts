/** Birth dates: exact, a slip away, or another day. */
import { describe, expect, it } from 'vitest'
import { compareBirthDates, type DateGrade } from './birth-date.ts'

describe('birth dates', () => {
  it.each<[string | undefined, string | undefined, DateGrade]>([
    ['19680229', '1968-02-29', 'equal'],
    ['19680229', '1968.02.29', 'equal'],
    ['19680229 ', '19680229', 'equal'],
    ['19680302', '19680203', 'close'],
    ['19682902', '19680229', 'close'],
    ['19680229', '19690229', 'close'],
    ['19680101', '19680229', 'close'],
    ['1968', '19680229', 'close'],
    ['19680000', '19680229', 'close'],
    ['19680101', '19680101', 'equal'],
    ['19680101', '19700229', 'other'],
    ['19680302', '19690203', 'other'],
    ['19680229', '19710316', 'other'],
    ['00000000', '19680229', 'absent'],
    ['19000101', '19680229', 'absent'],
    ['19000101', '19000101', 'absent'],
    ['', '19680229', 'absent'],
    [undefined, '19680229', 'absent'],
    ['29.02.1968', '19680229', 'absent'],
    ['1968022', '19680229', 'absent'],
    ['196802290', '19680229', 'absent'],
  ])('%s | %s | %s', (a, b, grade) => {
    expect(compareBirthDates(a, b)).toBe(grade)
    expect(compareBirthDates(b, a)).toBe(grade)
  })
})
