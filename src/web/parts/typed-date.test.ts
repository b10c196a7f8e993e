import { describe, expect, test } from 'vitest'
import { latinDigits, readDate, splitDate } from './typed-date.ts'

describe('a date in three boxes', () => {
  test.each([
    [{ day: '27', month: '3', year: '1962' }, { iso: '1962-03-27' }],
    [{ day: ' 07', month: '03', year: '1962 ' }, { iso: '1962-03-07' }],
    [{ day: '२७', month: '३', year: '१९६२' }, { iso: '1962-03-27' }],
    [{ day: '29', month: '2', year: '2024' }, { iso: '2024-02-29' }],
    [{ day: '29', month: '2', year: '2023' }, { fault: 'dateNone' }],
    [{ day: '31', month: '4', year: '1962' }, { fault: 'dateNone' }],
    [{ day: '3', month: '27', year: '1962' }, { fault: 'dateNone' }],
    [{ day: '0', month: '1', year: '1962' }, { fault: 'dateNone' }],
    [{ day: 'x', month: '1', year: '1962' }, { fault: 'dateNone' }],
    [{ day: '1', month: '1', year: '62' }, { fault: 'dateYear' }],
    [{ day: '1', month: '', year: '1962' }, { fault: 'dateEmpty' }],
  ] as const)('%o is %o', (typed, read) => {
    expect(readDate(typed)).toEqual(read)
  })

  test('a whole date pasted into one box is taken apart, day first', () => {
    const parts = { day: '27', month: '03', year: '1962' }
    for (const text of ['27/03/1962', ' 27-03-1962', '27.03.1962', '27 03 1962', '२७/०३/१९६२'])
      expect(splitDate(text)).toEqual(parts)
    for (const text of ['27', '1962-03-27', '27/03/62', '']) expect(splitDate(text)).toBeNull()
  })

  test('digits of a Devanagari keyboard are digits', () => {
    expect(latinDigits(' ०१२३४५६७८९ ab')).toBe('0123456789 ab')
  })
})
