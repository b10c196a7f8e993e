/**
 * The slices of a series in the order of the body, from its metadata (PS3.18 §10.4.1.1.2). By position along the normal
 * where every object says where it lies and all lie parallel; else by number. Pure.
 */
import { type DicomSet, isoDate, nameOf, numberOf, numbersOf, textOf } from '#web/read/studies.ts'

export type Slice = {
  /** What the viewer's library loads it by. */
  readonly imageId: string
  readonly instance: string
  readonly study: string
  readonly series: string
  /** 1 … of its object. */
  readonly frame: number
  readonly number: number | null
  /** Along the normal, mm; null when the object does not say. */
  readonly position: number | null
  /** Row and column spacing in the patient, mm (PS3.3 §C.7.6.2.1.1); null when it is not known: then nothing is measured in mm. */
  readonly spacing: readonly [row: number, column: number] | null
  /** Only then may letters say what is left and right. */
  readonly oriented: boolean
  readonly patientName: string | null
  readonly birthDate: string | null
  readonly studyDate: string | null
}

type Vector = readonly [number, number, number]

const vectorOf = (values: readonly number[], from: number): Vector | null =>
  values.length >= from + 3 ? [values[from] ?? 0, values[from + 1] ?? 0, values[from + 2] ?? 0] : null

const cross = ([a, b, c]: Vector, [d, e, f]: Vector): Vector => [b * f - c * e, c * d - a * f, a * e - b * d]
const dot = ([a, b, c]: Vector, [d, e, f]: Vector): number => a * d + b * e + c * f

/** Slices this parallel are of one stack: the cosine of about one degree. */
const parallel = 0.9998

type Placed = { readonly slice: Slice; readonly normal: Vector | null; readonly at: Vector | null }

const normalOf = (set: DicomSet): Vector | null => {
  const cosines = numbersOf(set, '00200037')
  const [row, column] = [vectorOf(cosines, 0), vectorOf(cosines, 3)]
  return row === null || column === null ? null : cross(row, column)
}

const placedOf = (set: DicomSet, base: string): readonly Placed[] => {
  if (numberOf(set, '00280010') === null || numberOf(set, '00280011') === null) return []
  const [study, series, instance] = ['0020000D', '0020000E', '00080018'].map((tag) => textOf(set, tag))
  if (!study || !series || !instance) return []
  const frames = Math.max(1, numberOf(set, '00280008') ?? 1)
  const [row, column] = numbersOf(set, '00280030')
  const normal = normalOf(set)
  const at = vectorOf(numbersOf(set, '00200032'), 0)
  const address = `${base}/studies/${study}/series/${series}/instances/${instance}`
  return Array.from({ length: frames }, (_, index) => ({
    normal,
    at,
    slice: {
      imageId: `wadors:${address}/frames/${index + 1}`,
      instance,
      study,
      series,
      frame: index + 1,
      number: numberOf(set, '00200013'),
      position: normal === null || at === null ? null : dot(at, normal),
      spacing: row !== undefined && column !== undefined && row > 0 && column > 0 ? [row, column] : null,
      oriented: normal !== null,
      patientName: nameOf(set, '00100010'),
      birthDate: isoDate(textOf(set, '00100030')),
      studyDate: isoDate(textOf(set, '00080020')),
    },
  }))
}

/** The objects of a series that are pictures, a slice for each frame, in order. */
export const slicesOf = (sets: readonly DicomSet[], base: string): readonly Slice[] => {
  const placed = sets.flatMap((set) => placedOf(set, base))
  const [first] = placed
  const normal = first?.normal ?? null
  const stacked =
    normal !== null &&
    placed.every((one) => one.at !== null && one.normal !== null && dot(one.normal, normal) > parallel)
  const along = ({ at }: Placed): number => (stacked && normal !== null && at !== null ? dot(at, normal) : 0)
  return placed
    .toSorted(
      (a, b) =>
        along(a) - along(b) ||
        (a.slice.number ?? 1e9) - (b.slice.number ?? 1e9) ||
        a.slice.instance.localeCompare(b.slice.instance) ||
        a.slice.frame - b.slice.frame,
    )
    .map(({ slice }) => slice)
}
