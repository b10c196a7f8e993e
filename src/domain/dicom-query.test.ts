/** What matches a search of DICOM objects, and what no value can be. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attributeNamed, type DicomAttribute, dicomAttributes } from './dicom-attributes.ts'
import { matches, matchesPattern, readWanted } from './dicom-query.ts'

const named = (name: string): DicomAttribute => {
  const attribute = attributeNamed(name)
  if (attribute === null) throw new Error(name)
  return attribute
}

const holds = (name: string, asked: string, ...values: (string | number)[]): boolean | 'any' | null => {
  const wanted = readWanted(named(name), asked)
  return wanted === null || wanted === 'any' ? wanted : matches(named(name), wanted, values)
}

describe('attributes', () => {
  it('stand in the order of their tags, each once, by tag or keyword', () => {
    const keys = dicomAttributes.map(({ key }) => key)
    expect(keys).toEqual(keys.toSorted())
    expect(new Set(keys).size).toBe(keys.length)
    for (const attribute of dicomAttributes) {
      expect(attributeNamed(attribute.keyword)).toBe(attribute)
      expect(attributeNamed(attribute.key.toLowerCase())).toBe(attribute)
    }
    expect(attributeNamed('__proto__')).toBeNull()
  })
})

describe('a value', () => {
  it.each([
    ['PatientName', 'doe^jane', ['Doe^Jane'], true],
    ['PatientName', 'DOE^JANE^^', ['Doe^Jane'], true],
    ['PatientName', 'doe', ['Doe^Jane'], false],
    ['PatientName', 'd?e*', ['Doe^Jane'], true],
    ['PatientName', '山田*', ['Yamada^Tarou=山田^太郎=やまだ^たろう'], true],
    ['PatientName', '*', ['Doe'], 'any'],
    ['PatientName', '""', ['Doe'], 'any'],
    ['PatientID', 'P1', ['p1'], false],
    ['PatientID', 'P*', ['P1'], true],
    ['PatientID', 'P.1', ['Px1'], false],
    ['StudyDate', '20260102', ['20260102'], true],
    ['StudyDate', '20260101-20260103', ['20260102'], true],
    ['StudyDate', '20260103-', ['20260102'], false],
    ['StudyDate', '-20260102', ['20260102'], true],
    ['StudyDate', '-20260102', ['2026.01.02'], true],
    ['StudyDate', '-20260102', ['nonsense'], false],
    ['StudyDate', '-20260102', [], false],
    ['StudyDate', '2026*', ['20260102'], null],
    ['StudyDate', '-', ['20260102'], null],
    ['StudyDate', '20260101-20260102-20260103', ['20260102'], null],
    ['StudyTime', '10', ['101500.123'], true],
    ['StudyTime', '1015-1016', ['101659'], true],
    ['StudyTime', '1015-1016', ['101700'], false],
    ['StudyTime', '25', ['101700'], null],
    ['StudyInstanceUID', '1.2,1.3', ['1.3'], true],
    ['StudyInstanceUID', '1.2\\1.3', ['1.2'], true],
    ['StudyInstanceUID', '1.*', ['1.2'], null],
    ['SeriesNumber', '03', [3], true],
    ['SeriesNumber', 'three', [3], null],
    ['ModalitiesInStudy', 'MR,CT', ['CT', 'PR'], true],
    ['ModalitiesInStudy', 'C?', ['CT'], true],
  ])('of %s asked for as %s: %j is %j', (name, asked, values, expected) => {
    expect(holds(name, asked, ...values)).toBe(expected)
  })
})

describe('a pattern', () => {
  it('matches as the same regular expression does', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), maxLength: 12 })
    fc.assert(
      fc.property(text, text, (value, pattern) => {
        const source = Array.from(pattern, (sign) => (sign === '*' ? '.*' : sign === '?' ? '.' : `\\${sign}`))
        const same = new RegExp(`^${source.join('').replaceAll('\\a', 'a').replaceAll('\\b', 'b')}$`, 's')
        expect(matchesPattern(value, pattern)).toBe(same.test(value))
      }),
    )
  })

  it('takes no time that a stranger chooses', () => {
    const before = performance.now()
    expect(matchesPattern('a'.repeat(256), `${'*a'.repeat(400)}b`)).toBe(false)
    expect(performance.now() - before).toBeLessThan(200)
  })
})

it('a name made to take long is compared in no time, series by series', () => {
  const begun = performance.now()
  for (let series = 0; series < 1_000; series += 1)
    expect(holds('PatientName', `${'^'.repeat(1_023)}x`, 'Doe^Jane')).toBe(false)
  expect(performance.now() - begun).toBeLessThan(1_000)
})
