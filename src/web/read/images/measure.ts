/** Lengths and angles on a slice. In millimetres only where the slice says how large its pixels are in the patient. Pure. */
import type { Point } from './places.ts'

export type Measure = {
  readonly key: number
  readonly kind: 'length' | 'angle'
  /** What it was drawn on: it is shown on no other slice. */
  readonly imageId: string
  /** Column and row, in pixels of the slice. Two of a length, three of an angle, its corner in the middle. */
  readonly points: readonly Point[]
}

export const pointsOf = { length: 2, angle: 3 } as const

type Spacing = readonly [row: number, column: number] | null

const apart = ([x, y]: Point, [u, v]: Point, spacing: Spacing): Point => {
  const [row, column] = spacing ?? [1, 1]
  return [(u - x) * column, (v - y) * row]
}

export type Length = { readonly amount: number; readonly unit: 'mm' | 'px' }

export const lengthOf = (from: Point, to: Point, spacing: Spacing): Length => ({
  amount: Math.hypot(...apart(from, to, spacing)),
  unit: spacing === null ? 'px' : 'mm',
})

/** Degrees between the two arms, 0–180. Pixels that are not square are taken as they lie in the patient. */
export const angleOf = (one: Point, corner: Point, other: Point, spacing: Spacing): number => {
  const [a, b] = [apart(corner, one, spacing), apart(corner, other, spacing)]
  const sizes = Math.hypot(...a) * Math.hypot(...b)
  if (sizes === 0) return 0
  const cosine = (a[0] * b[0] + a[1] * b[1]) / sizes
  return (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI
}
