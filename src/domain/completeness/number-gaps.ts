/**
 * Number gaps: how many of a series' images are missing by their numbers (0020,0013). What stands before the first
 * number or behind the last one cannot be seen from them.
 */

/** Below this many steps between numbers, images are taken to be counted one by one. */
const fewSteps = 3

/** Some scanners number each phase from 101, 201 … on: a jump of so many onto such a number is none. */
const phase = 100
const phaseJump = 10

const commonest = (steps: readonly number[]): number => {
  const counts = Map.groupBy(steps, (step) => step)
  const [best] = [...counts].toSorted(([a, left], [b, right]) => right.length - left.length || a - b)
  return best?.[0] ?? 1
}

/**
 * Images missing between the least and the largest number; 0 when the numbers count nothing. Order and repeats do
 * not matter.
 */
export const missingNumbers = (numbers: readonly number[]): number => {
  const sorted = [...new Set(numbers)].toSorted((a, b) => a - b)
  const [first] = sorted
  if (first === undefined) return 0
  const steps = sorted.slice(1).map((number, nth) => number - (sorted[nth] ?? number))
  const step = steps.length < fewSteps ? 1 : commonest(steps)
  const missing = steps.map((jump, nth) => {
    const gap = Math.ceil(jump / step) - 1
    const restarts = gap >= phaseJump && ((sorted[nth + 1] ?? first) - first) % phase === 0
    return restarts ? 0 : gap
  })
  const sum = missing.reduce((total, gap) => total + gap, 0)
  // More holes than images: these are times or keys, no count.
  return sum > sorted.length * 10 ? 0 : sum
}
