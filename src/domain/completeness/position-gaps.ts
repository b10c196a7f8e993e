/**
 * Position gaps: slices that are missing by where they lie. Positions (0020,0032) are measured along the normal of
 * the orientation (0020,0037), one stack of parallel slices at a time (PS3.3 §C.7.6.2.1.1). Objects of many frames
 * carry their positions elsewhere and are not looked at.
 */

export type PlacedImage = {
  readonly position?: readonly number[] | undefined
  readonly orientation?: readonly number[] | undefined
  readonly number: number | null
  readonly acquisition?: number | undefined
}

type Slice = { readonly at: number; readonly number: number | null; readonly acquisition: number | undefined }

/** Direction cosines that differ by less are the same orientation. */
const sameCosine = 0.01

/** Slices nearer to each other are one place, mm. */
const samePlace = 0.01

/** A step beyond so many usual ones is a gap. */
const wideStep = 1.5

/** Where numbers run on, a wider jump than this leads to another stack. */
const nextStack = 3.5

/** More orientations than this turn about an axis: no stack. */
const mostStacks = 64

const fewestSteps = 3

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, nth) => sum + value * (b[nth] ?? 0), 0)

const normalOf = ([a = 0, b = 0, c = 0, d = 0, e = 0, f = 0]: readonly number[]): readonly number[] => [
  b * f - c * e,
  c * d - a * f,
  a * e - b * d,
]

const alike = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((value, nth) => Math.abs(value - (b[nth] ?? 0)) < sameCosine)

const stacksOf = (images: readonly PlacedImage[]): readonly (readonly Slice[])[] => {
  const stacks: { readonly orientation: readonly number[]; readonly slices: Slice[] }[] = []
  for (const { position, orientation, number, acquisition } of images) {
    if (position?.length !== 3 || orientation?.length !== 6) continue
    const known = stacks.find((stack) => alike(stack.orientation, orientation))
    const stack = known ?? { orientation, slices: [] }
    if (known === undefined) stacks.push(stack)
    if (stacks.length > mostStacks) return []
    stack.slices.push({ at: dot(position, normalOf(stack.orientation)), number, acquisition })
  }
  return stacks.map(({ slices }) => slices)
}

/** The slices that lie at one place. */
type Place = readonly [Slice, ...Slice[]]

const placesOf = (slices: readonly Slice[]): readonly Place[] => {
  const places: [Slice, ...Slice[]][] = []
  for (const slice of slices.toSorted((a, b) => a.at - b.at)) {
    const last = places.at(-1)
    if (last !== undefined && slice.at - last[0].at < samePlace) last.push(slice)
    else places.push([slice])
  }
  return places
}

const numbersOf = (place: Place): ReadonlySet<number> =>
  new Set(place.flatMap(({ number }) => (number === null ? [] : [number])))

// By sets: at one place of a hostile file lie ten thousand slices.
const runOn = (a: Place, b: Place): boolean => {
  const others = numbersOf(b)
  return [...numbersOf(a)].some((number) => others.has(number - 1) || others.has(number + 1))
}

const areTogether = (a: Place, b: Place): boolean => {
  const others = new Set(b.map(({ acquisition }) => acquisition))
  return a.some(({ acquisition }) => others.has(acquisition))
}

const missingInStack = (places: readonly Place[]): number => {
  const steps = places.slice(1).map((place, nth) => {
    const before = places[nth] ?? place
    return { before, place, width: place[0].at - before[0].at }
  })
  if (steps.length < fewestSteps) return 0
  const usual =
    steps.map(({ width }) => width).toSorted((a, b) => a - b)[Math.floor((steps.length - 1) / 2)] ?? 0
  const gaps = steps.map(({ before, place, width }) => {
    if (width <= usual * wideStep) return 0
    const otherStack = runOn(before, place) ? width > usual * nextStack : !areTogether(before, place)
    return otherStack ? 0 : Math.max(1, Math.round(width / usual) - 1)
  })
  const missing = gaps.filter((gap, nth) => {
    // Two wide steps side by side are a region taken with a wider spacing.
    const wide = (step: number): boolean => (gaps[step] ?? 0) === gap
    return gap > 0 && !wide(nth - 1) && !wide(nth + 1)
  })
  // Steps that are wide as often as not have no usual width.
  return missing.length * 4 > steps.length + 2 ? 0 : missing.reduce((sum, gap) => sum + gap, 0)
}

/** Slices missing between the outermost ones of every stack. Localizers are to be left out before. */
export const missingPositions = (images: readonly PlacedImage[]): number =>
  stacksOf(images).reduce((sum, slices) => sum + missingInStack(placesOf(slices)), 0)
