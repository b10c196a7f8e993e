import { describe, expect, it } from 'vitest'
import {
  codeString,
  dateText,
  dateTimeText,
  longString,
  personName,
  shortString,
  shortText,
  timeText,
} from './directory-text.ts'

describe('texts of a directory', () => {
  it('are one value, of the length their VR has, counted in characters', () => {
    expect(longString('a\\b')).toBe('a/b')
    expect(Array.from(longString('क'.repeat(100)))).toHaveLength(64)
    expect(Array.from(shortString('😀'.repeat(20)))).toHaveLength(16)
    expect(shortText(`a\\b${'x'.repeat(2000)}`)).toHaveLength(1024)
    expect(longString('\ud800')).toBe('\ufffd')
    expect([longString(undefined), personName(undefined), codeString(undefined)]).toEqual(['', '', ''])
    expect(personName(`${'a'.repeat(70)}=b=c=d`)).toBe(`${'a'.repeat(64)}=b=c`)
  })

  it('are codes, dates and times, or nothing', () => {
    expect(['lung', 'A-B', 'X'.repeat(17)].map(codeString)).toEqual(['LUNG', '', ''])
    expect(['20260131', '2026.01.31', '20261301', '2026-01-31', ''].map(dateText)).toEqual([
      '20260131',
      '20260131',
      null,
      null,
      null,
    ])
    expect(['10', '1011', '101112.5', '10:11:12', '25', '1', ''].map(timeText)).toEqual([
      '10',
      '1011',
      '101112.5',
      '101112',
      null,
      null,
      null,
    ])
    expect(['20260131101112', '20260131101112.5+0530', '20260131'].map(dateTimeText)).toEqual([
      '20260131101112',
      '20260131101112.5+0530',
      null,
    ])
  })
})
