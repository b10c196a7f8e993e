/** Which slice of another stack lies where one stack is: by position in the body where both know it, else by the same step. Pure. */
import type { Slice } from './slices.ts'

/** Slices of one frame of reference only: what lies parallel has the same kind of position. */
export const alongside = (
  from: readonly Slice[],
  at: number,
  to: readonly Slice[],
  toAt: number,
  by: number,
): number => {
  const position = from[at]?.position ?? null
  const sameStudy = from[at]?.study === to[0]?.study
  if (!sameStudy || position === null || to.some((slice) => slice.position === null))
    return Math.max(0, Math.min(to.length - 1, toAt + by))
  let best = toAt
  let least = Number.POSITIVE_INFINITY
  for (const [index, slice] of to.entries()) {
    const apart = Math.abs((slice.position ?? 0) - position)
    if (apart < least) {
      least = apart
      best = index
    }
  }
  return best
}
