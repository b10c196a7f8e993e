import { describe, expect, it } from 'vitest'
import type { CaseId, ItemId } from '#domain/id.ts'
import type { SeriesOutline } from '#ports/instance-ledger.ts'
import { keepOutlines } from './kept-outlines.ts'

const [first, second, third] = ['1', '2', '3'] as [CaseId, CaseId, CaseId]

const series = (count: number): SeriesOutline[] =>
  Array.from({ length: count }, (_, nth) => ({
    studyUid: '1.1',
    seriesUid: `2.${nth}`,
    modalities: ['CT'],
    sopClasses: ['1.2'],
    number: nth,
    instances: 1,
    item: '4' as ItemId,
    sealedFacts: new Uint8Array(),
  }))

describe('kept outlines', () => {
  it('are those of the revision they were read at, and of no other', () => {
    const outlines = keepOutlines(10)
    const kept = series(2)
    outlines.keep(first, { revision: 4, series: kept })
    expect(outlines.find(first, 4)).toBe(kept)
    expect(outlines.find(first, 5)).toBeNull()
    expect(outlines.find(first, 3)).toBeNull()
    expect(outlines.find(second, 4)).toBeNull()
  })

  it('are forgotten by who asked for them longest ago, when there are too many series', () => {
    const outlines = keepOutlines(10)
    for (const one of [first, second]) outlines.keep(one, { revision: 1, series: series(4) })
    expect(outlines.find(first, 1)).not.toBeNull()
    outlines.keep(third, { revision: 1, series: series(5) })
    expect([first, second, third].map((one) => outlines.find(one, 1)?.length ?? 0)).toEqual([4, 0, 5])
  })

  it('take the room of what they replace, and give it back when they are forgotten', () => {
    const outlines = keepOutlines(10)
    outlines.keep(first, { revision: 1, series: series(4) })
    for (let revision = 1; revision < 9; revision += 1) outlines.keep(second, { revision, series: series(6) })
    expect(outlines.find(first, 1)?.length).toBe(4)
    outlines.forget(second)
    outlines.forget(second)
    outlines.keep(third, { revision: 1, series: series(6) })
    expect([first, second, third].map((one) => outlines.find(one, 1)?.length ?? 0)).toEqual([4, 0, 6])
  })

  it('are never so large that nothing else has room, and never of nothing', () => {
    const outlines = keepOutlines(10)
    outlines.keep(first, { revision: 1, series: series(9) })
    outlines.keep(second, { revision: 1, series: series(11) })
    outlines.keep(third, { revision: 1, series: [] })
    expect([first, second, third].map((one) => outlines.find(one, 1)?.length ?? 0)).toEqual([9, 0, 0])
  })
})
