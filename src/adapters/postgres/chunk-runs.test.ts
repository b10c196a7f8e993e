import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { missingRuns, overlap, readRuns, writeRuns } from './chunk-runs.ts'

const runs = fc.uniqueArray(fc.nat(60), { maxLength: 30 }).map((chunks) => {
  const has = new Set(chunks)
  const list = []
  for (let at = 0; at <= 61; at += 1) {
    if (!has.has(at) || has.has(at - 1)) continue
    let count = 1
    while (has.has(at + count)) count += 1
    list.push({ first: at, count })
  }
  return list
})

describe('chunk runs', () => {
  it('read what they wrote', () => {
    fc.assert(
      fc.property(runs, (have) => {
        expect(readRuns(writeRuns(have))).toEqual(have)
      }),
    )
  })

  it('missing and present chunks are all chunks, once each', () => {
    fc.assert(
      fc.property(runs, (have) => {
        const all = [...have, ...missingRuns(have, 70)].flatMap(({ first, count }) =>
          Array.from({ length: count }, (_, index) => first + index),
        )
        expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 70 }, (_, index) => index))
      }),
    )
  })

  it('overlap counts the chunks in both', () => {
    fc.assert(
      fc.property(runs, fc.nat(60), fc.integer({ min: 1, max: 10 }), (have, first, count) => {
        const present = new Set(
          have.flatMap((run) => Array.from({ length: run.count }, (_, i) => run.first + i)),
        )
        const both = Array.from({ length: count }, (_, i) => first + i).filter((chunk) => present.has(chunk))
        expect(overlap(have, { first, count })).toBe(both.length)
      }),
    )
  })
})
