/**
 * Facts: what the index keeps of a DICOM object. Texts are decoded, short and without control characters;
 * numbers are finite and fit their columns; markup stays text and is never made harmless here by changing it.
 */
import type { InstanceFacts, SealedFacts } from '#domain/study.ts'
import type { TextReader } from './character-set.ts'
import type { DataSet } from './data-set.ts'
import { showText } from './shown-text.ts'

/** The tags of everything read here and in the pixel rules. */
export const tags = {
  characterSet: 0x00080005,
  sopClass: 0x00080016,
  sopUid: 0x00080018,
  studyDate: 0x00080020,
  studyTime: 0x00080030,
  accessionNumber: 0x00080050,
  modality: 0x00080060,
  institution: 0x00080080,
  studyDescription: 0x00081030,
  seriesDescription: 0x0008103e,
  patientName: 0x00100010,
  patientId: 0x00100020,
  issuerOfPatientId: 0x00100021,
  birthDate: 0x00100030,
  sex: 0x00100040,
  bodyPart: 0x00180015,
  studyUid: 0x0020000d,
  seriesUid: 0x0020000e,
  studyId: 0x00200010,
  seriesNumber: 0x00200011,
  instanceNumber: 0x00200013,
  imagePosition: 0x00200032,
  imageOrientation: 0x00200037,
  samples: 0x00280002,
  photometric: 0x00280004,
  frames: 0x00280008,
  rows: 0x00280010,
  columns: 0x00280011,
  pixelSpacing: 0x00280030,
  bitsAllocated: 0x00280100,
} as const

/** Every tag of `tags`. */
export const wantedTags: ReadonlySet<number> = new Set(Object.values(tags))

const largestInteger = 2_147_483_647
const longestModality = 16

const readInteger = (set: DataSet, tag: number): number | null => {
  const text = set.ascii(tag)
  if (text === null || !/^[+-]?\d{1,12}$/.test(text)) return null
  const value = Number(text)
  return Math.abs(value) <= largestInteger ? value : null
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/
const longestDecimals = 512

const readDecimals = (set: DataSet, tag: number, count: number): number[] | undefined => {
  const bytes = set.bytes(tag)
  if (bytes === null || bytes.length > longestDecimals) return undefined
  const parts = Buffer.from(bytes).toString('latin1').split('\\')
  const values = parts.map((part) => part.replace(/[\0 ]+/g, ''))
  if (values.length !== count || !values.every((value) => decimal.test(value))) return undefined
  const numbers = values.map(Number)
  return numbers.every(Number.isFinite) ? numbers : undefined
}

/** Number of Frames (0028,0008), 1 when absent or nonsense. */
export const readFrames = (set: DataSet): number => Math.max(1, readInteger(set, tags.frames) ?? 1)

/** What of an object stands in the open. The UIDs were judged by the caller. */
export const readInstance = (
  set: DataSet,
  uids: Pick<InstanceFacts, 'studyUid' | 'seriesUid' | 'sopUid' | 'sopClass' | 'transferSyntax'>,
): InstanceFacts => ({
  ...uids,
  modality: (set.ascii(tags.modality) ?? '').replace(/[^A-Z0-9_ ]/g, '').slice(0, longestModality),
  seriesNumber: readInteger(set, tags.seriesNumber),
  instanceNumber: readInteger(set, tags.instanceNumber),
  rows: set.uint16(tags.rows),
  columns: set.uint16(tags.columns),
  frames: readFrames(set),
})

/** What of an object is sealed. A value that is absent, empty or out of shape has no entry. */
export const readSealedFacts = (set: DataSet, readText: TextReader): SealedFacts => {
  const text = (tag: number): string | undefined => {
    const bytes = set.bytes(tag)
    const shown = bytes === null ? '' : readText(bytes)
    return shown === '' ? undefined : shown
  }
  const plain = (tag: number): string | undefined => {
    const shown = showText(set.ascii(tag) ?? '')
    return shown === '' ? undefined : shown
  }
  const found = {
    patientName: text(tags.patientName),
    patientId: text(tags.patientId),
    issuerOfPatientId: text(tags.issuerOfPatientId),
    birthDate: plain(tags.birthDate),
    sex: plain(tags.sex),
    studyDate: plain(tags.studyDate),
    studyTime: plain(tags.studyTime),
    studyId: text(tags.studyId),
    accessionNumber: text(tags.accessionNumber),
    studyDescription: text(tags.studyDescription),
    seriesDescription: text(tags.seriesDescription),
    bodyPart: plain(tags.bodyPart),
    institution: text(tags.institution),
    imagePosition: readDecimals(set, tags.imagePosition, 3),
    imageOrientation: readDecimals(set, tags.imageOrientation, 6),
    pixelSpacing: readDecimals(set, tags.pixelSpacing, 2),
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}
