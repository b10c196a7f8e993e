/**
 * Announced counts: what objects themselves say about how many of them there are, against how many came. A count is
 * believed up to what a study can hold; an acquisition that was made into several series is counted over all of them.
 */
import type { CameInstance } from './came.ts'
import { counted, type Note, nameSeries } from './note.ts'

/** A larger number is no count. */
const mostBelieved = 100_000

const largest = (counts: readonly (number | undefined)[]): number =>
  counts.reduce<number>((most, count = 0) => (count <= mostBelieved ? Math.max(most, count) : most), 0)

const distinct = (values: readonly (string | number)[]): number => new Set(values).size

const objects = (instances: readonly CameInstance[]): number =>
  distinct(instances.map(({ sopUid }) => sopUid))

const frames = (instances: readonly CameInstance[]): number =>
  [...Map.groupBy(instances, ({ sopUid }) => sopUid).values()].reduce(
    (sum, [one]) => sum + (one?.frames ?? 1),
    0,
  )

const images = (count: number): string => counted(count, 'image', 'images')
const are = (count: number): string => (count === 1 ? 'is' : 'are')

/** Notes on a whole study, from what any of its objects says. */
export const judgeStudyCounts = (study: string, all: readonly CameInstance[]): readonly Note[] => {
  const expected = all.map(({ facts }) => facts.expected)
  const rows = [
    {
      code: 'STUDY_SERIES_MISSING',
      expected: largest(expected.map((one) => one?.studySeries)),
      came: distinct(all.map(({ seriesUid }) => seriesUid)),
      what: (count: number) => counted(count, 'series', 'series'),
    },
    {
      code: 'STUDY_IMAGES_MISSING',
      expected: largest(expected.map((one) => one?.studyInstances)),
      came: objects(all),
      what: images,
    },
  ] as const
  return rows
    .filter((row) => row.came < row.expected)
    .map(({ what, ...row }) => ({
      ...row,
      study,
      series: null,
      sentence: `A study has ${what(row.expected)} by its own count, ${row.came} came.`,
    }))
}

const slicesOf = (some: readonly CameInstance[]): number => {
  const places = some.map(({ facts }) => facts.imagePosition?.join('\\'))
  const placed = places.filter((place) => place !== undefined)
  return placed.length === some.length && some.every((one) => one.frames === 1)
    ? distinct(placed)
    : frames(some)
}

const timePointsOf = (some: readonly CameInstance[]): number => {
  const told = some.map(({ facts }) => facts.timePoint).filter((point) => point !== undefined)
  return told.length > 0 ? distinct(told) : frames(some)
}

/** Notes on one series, from what any of its objects says. `some`: its objects. */
export const judgeSeriesCounts = (some: readonly CameInstance[]): readonly Note[] => {
  const [first] = some
  if (first === undefined) return []
  const expected = some.map(({ facts }) => facts.expected)
  const name = nameSeries(first.seriesNumber, first.modality)
  const rows = [
    {
      code: 'SERIES_IMAGES_MISSING',
      expected: largest(expected.map((one) => one?.seriesInstances)),
      came: objects(some),
      what: images,
    },
    {
      code: 'TIME_POINTS_MISSING',
      expected: largest(expected.map((one) => one?.timePoints)),
      came: timePointsOf(some),
      what: (count: number) => counted(count, 'point in time', 'points in time'),
    },
    {
      code: 'SLICES_MISSING',
      expected: largest(expected.map((one) => one?.slices)),
      came: slicesOf(some),
      what: (count: number) => counted(count, 'slice', 'slices'),
    },
  ] as const
  return rows
    .filter((row) => row.came < row.expected)
    .map(({ what, ...row }) => ({
      ...row,
      study: first.studyUid,
      series: first.seriesUid,
      sentence: `${name} has ${what(row.expected)} by its own count, ${row.came} came.`,
    }))
}

/** Notes on acquisitions of a study: those with one number and one count belong together, in whatever series. */
export const judgeAcquisitions = (study: string, all: readonly CameInstance[]): readonly Note[] => {
  const told = all.filter(({ facts }) => facts.expected?.acquisitionImages !== undefined)
  const keyOf = ({ seriesUid, facts }: CameInstance): string =>
    `${facts.acquisition ?? seriesUid} ${facts.expected?.acquisitionImages}`
  return [...Map.groupBy(told, keyOf).values()].flatMap((some) => {
    const expected = largest(some.map(({ facts }) => facts.expected?.acquisitionImages))
    const came = frames(some)
    if (came >= expected) return []
    const series =
      distinct(some.map(({ seriesUid }) => seriesUid)) === 1 ? (some[0]?.seriesUid ?? null) : null
    const sentence = `An acquisition made ${images(expected)}, ${came} of them ${are(came)} here.`
    return [{ code: 'ACQUISITION_IMAGES_MISSING', study, series, came, expected, sentence } as const]
  })
}
