import { describe, expect, it } from 'vitest'
import { missingNumbers } from './number-gaps.ts'
import { missingPositions, type PlacedImage } from './position-gaps.ts'

const range = (first: number, last: number, step = 1): number[] =>
  Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, nth) => first + nth * step)

const without = (list: readonly number[], ...out: number[]): number[] =>
  list.filter((one) => !out.includes(one))

describe('missingNumbers', () => {
  it.each<[string, readonly number[], number]>([
    ['no numbers', [], 0],
    ['one number', [7], 0],
    ['a whole series', range(1, 60), 0],
    ['a series that begins later', range(40, 99), 0],
    ['numbers in another order, and twice', [3, 1, 2, 2, 4, 1], 0],
    ['one image missing', without(range(1, 60), 31), 1],
    ['several missing', without(range(1, 60), 2, 31, 32, 33), 4],
    ['the last one of few', [1, 2, 4], 1],
    ['one of two radiographs', [1, 3], 1],
    ['every second number', range(2, 80, 2), 0],
    ['every second number with a hole', without(range(2, 80, 2), 40), 1],
    ['phases from 101 and 201 on', [...range(1, 20), ...range(101, 120), ...range(201, 220)], 0],
    ['a phase that lacks an image', [...range(1, 20), ...without(range(101, 120), 107)], 1],
    ['the hundredth image missing', without(range(1, 300), 100), 1],
    ['numbers that are times', [20260101, 20260214, 20260330], 0],
    ['largest numbers', [-2_147_483_647, 2_147_483_647], 0],
  ])('%s', (_name, numbers, missing) => expect(missingNumbers(numbers)).toBe(missing))
})

const axial = [1, 0, 0, 0, 1, 0]
const sagittal = [0, 1, 0, 0, 0, -1]

const stack = (places: readonly number[], over: Partial<PlacedImage> = {}): PlacedImage[] =>
  places.map((at, nth) => ({ position: [-10, 20, at], orientation: axial, number: nth + 1, ...over }))

const numberedByPlace = (places: readonly number[]): PlacedImage[] =>
  places.map((at) => ({ position: [0, 0, at], orientation: axial, number: at + 1 }))

describe('missingPositions', () => {
  it.each<[string, readonly PlacedImage[], number]>([
    ['nothing', [], 0],
    ['a whole stack', stack(range(0, 59)), 0],
    ['one slice missing', numberedByPlace(without(range(0, 59), 30)), 1],
    ['one slice missing and the rest numbered anew', stack(without(range(0, 59), 30)), 1],
    ['many slices missing', numberedByPlace(without(range(0, 59), ...range(20, 39))), 20],
    ['without numbers', stack(without(range(0, 20), 5, 6), { number: null }), 2],
    ['a stack from head to foot', stack(without(range(0, 20), 7).toReversed()), 1],
    [
      'a tilted stack',
      stack(range(0, 20)).map((one) => ({ ...one, orientation: [1, 0, 0, 0, 0.9, -0.436] })),
      0,
    ],
    ['duplicates', [...stack(range(0, 9)), ...stack(range(0, 9))], 0],
    ['jitter', stack(range(0, 20).map((at) => at + (at % 2) * 0.3)), 0],
    ['two stacks along one line', stack([...range(0, 9), ...range(60, 69)]), 0],
    [
      'two acquisitions apart, without numbers',
      [
        ...stack(range(0, 9), { number: null, acquisition: 1 }),
        ...stack(range(40, 49), { number: null, acquisition: 2 }),
      ],
      0,
    ],
    [
      'two planes in one series',
      [...stack(range(0, 9)), ...stack(range(0, 9)).map((one) => ({ ...one, orientation: sagittal }))],
      0,
    ],
    ['a region of wider spacing', stack([...range(0, 20, 2), ...range(25, 75, 5)]), 0],
    ['the same place again and again', stack(Array.from({ length: 30 }, () => 4)), 0],
    ['too few to tell', stack([0, 1, 9]), 0],
    [
      'frames that turn about an axis',
      range(0, 179).map((degrees) => ({
        position: [degrees, 0, 0],
        orientation: [Math.cos(degrees / 57.3), Math.sin(degrees / 57.3), 0, 0, 0, 1],
        number: degrees,
      })),
      0,
    ],
    ['images that say not where they lie', stack(range(0, 9), { position: undefined }), 0],
    ['nonsense', stack([0, 1e308, -1e308, 3, 4, 5], { orientation: [0, 0, 0, 0, 0, 0] }), 0],
  ])('%s', (_name, images, missing) => expect(missingPositions(images)).toBe(missing))
})

it('is told at once what is missing between two places of very many slices', () => {
  const at = (place: number, first: number): PlacedImage[] =>
    Array.from({ length: 60_000 }, (_, nth) => ({
      position: [0, 0, place],
      orientation: axial,
      number: null,
      acquisition: first + nth,
    }))
  const begun = performance.now()
  expect(missingPositions([...stack([0, 1, 2]), ...at(10, 1), ...at(100, 70_000)])).toBe(0)
  expect(performance.now() - begun).toBeLessThan(3_000)
})
