/**
 * Notes: what seems to be missing of a case, as codes of a closed list, each with one sentence. A note stops nothing:
 * it tells desk and reader what to ask for. No sentence has a name, a date or a text of a file in it.
 */

export const noteCodes = [
  'STILL_COMING',
  'CD_INCOMPLETE',
  'STUDY_SERIES_MISSING',
  'STUDY_IMAGES_MISSING',
  'SERIES_IMAGES_MISSING',
  'ACQUISITION_IMAGES_MISSING',
  'TIME_POINTS_MISSING',
  'SLICES_MISSING',
  'NUMBER_GAP',
  'POSITION_GAP',
  'SAME_NUMBER_OTHER_CONTENT',
  'WAITING',
  'UNREADABLE',
  'DUPLICATES',
  'MENTIONED_NOT_CAME',
] as const

export type NoteCode = (typeof noteCodes)[number]

export type Note = {
  readonly code: NoteCode
  /** What it is about; both null when that is the whole case. */
  readonly study: string | null
  readonly series: string | null
  /** How many came, and how many there should be, where that can be said. */
  readonly came: number | null
  readonly expected: number | null
  readonly sentence: string
}

/** One or many, in words. */
export const counted = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`

const known = new Set(
  'CR CT DX ES IO MG MR NM OP OPT OT PT PX RF RG RTDOSE RTIMAGE RTPLAN RTSTRUCT SC SEG SM SR US XA XC'.split(
    ' ',
  ),
)

/** A series as a person finds it again. Only modalities of the standard are quoted: a file may say anything. */
export const nameSeries = (number: number | null, modality: string): string => {
  const kind = known.has(modality) ? modality : null
  if (number === null) return kind === null ? 'A series' : `A ${kind} series`
  return kind === null ? `Series ${number}` : `Series ${number} (${kind})`
}
