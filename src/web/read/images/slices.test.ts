/** Slices in the order of the body, whatever order they came in, and only what is a picture. */
import { assert, integer, property, shuffledSubarray } from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DicomSet } from '#web/read/studies.ts'
import { alongside } from './linked.ts'
import { slicesOf } from './slices.ts'

type Facts = {
  readonly n: number
  readonly at?: number
  readonly frames?: number
  readonly picture?: boolean
}

const setOf = ({ n, at, frames, picture = true }: Facts): DicomSet => ({
  '00080018': { vr: 'UI', Value: [`1.2.${n}`] },
  '0020000D': { vr: 'UI', Value: ['1'] },
  '0020000E': { vr: 'UI', Value: ['2'] },
  '00200013': { vr: 'IS', Value: [n] },
  ...(picture ? { '00280010': { vr: 'US', Value: [4] }, '00280011': { vr: 'US', Value: [4] } } : {}),
  ...(at === undefined
    ? {}
    : {
        '00200037': { vr: 'DS', Value: [1, 0, 0, 0, 1, 0] },
        '00200032': { vr: 'DS', Value: [0, 0, at] },
      }),
  ...(frames === undefined ? {} : { '00280008': { vr: 'IS', Value: [String(frames)] } }),
})

const numbers = (sets: readonly DicomSet[]) => slicesOf(sets, '/base').map(({ number }) => number)

describe('slicesOf', () => {
  const stack = Array.from({ length: 12 }, (_, n) => setOf({ n, at: -n * 2.5 }))

  it('goes along the body where every object says where it lies, not by number', () => {
    assert(
      property(shuffledSubarray(stack, { minLength: 12 }), (some) => {
        expect(numbers(some)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
      }),
    )
  })

  it('goes by number where one does not say', () => {
    expect(numbers([setOf({ n: 3, at: 1 }), setOf({ n: 1, at: 9 }), setOf({ n: 2 })])).toEqual([1, 2, 3])
  })

  it('has every frame of an object, in order, at its own address', () => {
    const slices = slicesOf([setOf({ n: 1, frames: 3 })], '/base')
    expect(slices.map(({ imageId }) => imageId.split('/').at(-1))).toEqual(['1', '2', '3'])
  })

  it('leaves out what is no picture', () => {
    expect(numbers([setOf({ n: 1, picture: false }), setOf({ n: 2 })])).toEqual([2])
  })

  it('knows no size of pixels that the object does not state', () => {
    expect(slicesOf([setOf({ n: 1 })], '/base')[0]).toMatchObject({ spacing: null, oriented: false })
  })
})

describe('alongside', () => {
  const thin = slicesOf(
    Array.from({ length: 20 }, (_, n) => setOf({ n, at: n })),
    '/base',
  )
  const thick = slicesOf(
    Array.from({ length: 4 }, (_, n) => setOf({ n, at: n * 5 })),
    '/base',
  )

  it('finds the nearest place in the body', () => {
    assert(
      property(integer({ min: 0, max: 19 }), (at) => {
        expect(alongside(thin, at, thick, 0, 1)).toBe(Math.min(3, Math.round(at / 5)))
      }),
    )
  })

  it('takes the same step where places are not known', () => {
    const flat = slicesOf(
      [1, 2, 3].map((n) => setOf({ n })),
      '/base',
    )
    expect([alongside(thin, 3, flat, 1, 1), alongside(thin, 3, flat, 1, 5)]).toEqual([2, 2])
  })
})
