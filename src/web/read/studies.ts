/** Studies and series of the case as DICOMweb lists them (PS3.18 §10.6), in words of ours. */
import type { Reading } from './reading.ts'

/** A set of attributes by tag (PS3.18 §F.2). */
export type DicomSet = Readonly<Record<string, { readonly vr: string; readonly Value?: readonly unknown[] }>>

export type SeriesRow = {
  readonly uid: string
  readonly study: string
  readonly number: number | null
  readonly modality: string
  readonly description: string
  /** Objects; one of them may have many frames. */
  readonly objects: number
}

export type StudyRow = {
  readonly uid: string
  /** `YYYY-MM-DD`; null when the study does not say. */
  readonly date: string | null
  readonly description: string
  readonly modalities: readonly string[]
  readonly objects: number
  /** As the images have it: `Deshpande, Asha`. Null when they have none. */
  readonly patientName: string | null
  readonly birthDate: string | null
}

const first = (set: DicomSet, tag: string): unknown => set[tag]?.Value?.[0]

export const textOf = (set: DicomSet, tag: string): string => {
  const value = first(set, tag)
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : ''
}

export const numberOf = (set: DicomSet, tag: string): number | null => {
  const value = Number(first(set, tag) ?? Number.NaN)
  return Number.isFinite(value) ? value : null
}

export const numbersOf = (set: DicomSet, tag: string): readonly number[] =>
  (set[tag]?.Value ?? []).map(Number).filter(Number.isFinite)

/** A date of DICOM (PS3.5 §6.2, DA) as ISO writes it. */
export const isoDate = (text: string): string | null => {
  const [, year, month, day] = /^(\d{4})\.?(\d\d)\.?(\d\d)$/.exec(text) ?? []
  return year === undefined ? null : `${year}-${month}-${day}`
}

/** A person's name (PS3.5 §6.2.1): `DESHPANDE^ASHA` as people read it. */
export const nameOf = (set: DicomSet, tag: string): string | null => {
  const value = first(set, tag) as { readonly Alphabetic?: string; readonly Ideographic?: string } | undefined
  const [family = '', given = '', middle = '', prefix = ''] = (
    value?.Alphabetic ??
    value?.Ideographic ??
    ''
  ).split('^')
  const all = [prefix, given, middle].map((part) => part.trim()).filter((part) => part !== '')
  const name = all.length === 0 ? family.trim() : `${family.trim()}, ${all.join(' ')}`
  return name === '' ? null : name
}

/** Everything a search finds, page by page; the server says how much it gives at once by giving no more. */
export const search = async (reading: Reading, path: string, keys: string): Promise<readonly DicomSet[]> => {
  const found: DicomSet[] = []
  const page = 1_000
  for (;;) {
    const reply = await reading.get(
      `${reading.dicomweb}${path}?limit=${page}&offset=${found.length}${keys}`,
      {
        Accept: 'application/dicom+json',
      },
    )
    if (reply.status === 204) return found
    if (!reply.ok) throw new Error(`search answered ${reply.status}`)
    const some = (await reply.json()) as readonly DicomSet[]
    found.push(...some)
    if (some.length < page) return found
  }
}

/** The newest first; without a date last. */
export const listStudies = async (reading: Reading): Promise<readonly StudyRow[]> => {
  const sets = await search(reading, '/studies', '')
  return sets
    .map((set) => ({
      uid: textOf(set, '0020000D'),
      date: isoDate(textOf(set, '00080020')),
      description: textOf(set, '00081030'),
      modalities: (set['00080061']?.Value ?? []).map(String),
      objects: numberOf(set, '00201208') ?? 0,
      patientName: nameOf(set, '00100010'),
      birthDate: isoDate(textOf(set, '00100030')),
    }))
    .toSorted((a, b) => (b.date ?? '').localeCompare(a.date ?? ''))
}

/** In the order of their studies, then by number. */
export const listSeries = async (
  reading: Reading,
  studies: readonly StudyRow[],
): Promise<readonly SeriesRow[]> => {
  const sets = await search(reading, '/series', '')
  const place = new Map(studies.map(({ uid }, index) => [uid, index]))
  return sets
    .map((set) => ({
      uid: textOf(set, '0020000E'),
      study: textOf(set, '0020000D'),
      number: numberOf(set, '00200011'),
      modality: textOf(set, '00080060'),
      description: textOf(set, '0008103E'),
      objects: numberOf(set, '00201209') ?? 0,
    }))
    .toSorted(
      (a, b) =>
        (place.get(a.study) ?? 0) - (place.get(b.study) ?? 0) || (a.number ?? 1e9) - (b.number ?? 1e9),
    )
}
