/** A search's query, from the text of an address. */
import { describe, expect, it } from 'vitest'
import { readQueryText } from './query-text.ts'
import { type AskedQuery, mostResults, readQuery } from './read-query.ts'

const read = (text: string, level: 'study' | 'series' | 'instance' = 'study') =>
  readQuery(readQueryText(`/studies?${text}`) ?? [], level, {}) as AskedQuery

describe('the text of a query', () => {
  it.each([
    ['/x', []],
    ['/x?', []],
    [
      '/x?a=1&b',
      [
        ['a', '1'],
        ['b', ''],
      ],
    ],
    ['/x?a=1=2&&=3', [['a', '1=2']]],
    ['/x?n=Doe%5EJane+Roe%2B', [['n', 'Doe^Jane Roe+']]],
  ])('%s is %j', (url, pairs) => {
    expect(readQueryText(url)).toEqual(pairs)
  })

  it.each(['/x?a=%', '/x?%ff=1', `/x?a=${'b'.repeat(9_000)}`])('is not read from %s', (url) => {
    expect(readQueryText(url)).toBeNull()
  })
})

describe('a query', () => {
  it('has its words, its attributes and what is asked for beside them', () => {
    const { query, ignored, fuzzy } = read(
      'PatientName=Doe*&00080020=20260101-&includefield=00081030,StudyID&includefield=00100021&limit=5&offset=10&fuzzymatching=TRUE&Nothing=1&Modality=CT',
    )
    expect(query.matches.map(({ attribute }) => attribute.keyword)).toEqual(['PatientName', 'StudyDate'])
    expect(query.include).toEqual(new Set(['00081030', '00200010', '00100021']))
    expect([query.limit, query.offset, ignored, fuzzy]).toEqual([5, 10, 2, true])
    expect(read('includefield=all').query.include).toBe('all')
    expect(read('Modality=CT', 'series').query.matches).toHaveLength(1)
    expect(read('00400275.00400009=S1', 'series').query.matches).toHaveLength(1)
    expect(read('limit=999999').query.limit).toBe(mostResults)
    expect(read('PatientName=&limit=&includefield=').query).toMatchObject({ matches: [], limit: mostResults })
  })

  it.each(['PatientID=1&00100020=1', 'limit=1&limit=2', 'limit=a', 'offset=-1', 'StudyDate=2026-01-01'])(
    'is refused: %s',
    (text) => {
      expect(read(text)).toMatchObject({ refused: 'request.invalid' })
    },
  )
})
