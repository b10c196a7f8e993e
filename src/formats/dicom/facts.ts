/**
 * Facts: what the index keeps of a DICOM object. Texts are decoded, short and without control characters;
 * numbers are finite and fit their columns; markup stays text and is never made harmless here by changing it.
 */

import type { TextReader } from '#domain/dicom/character-set.ts'
import { showText } from '#domain/dicom/shown-text.ts'
import { type InstanceFacts, mostOtherIds, type SealedFacts } from '#domain/study.ts'
import type { DataSet } from './data-set.ts'
import type { HeaderScan } from './header-scan.ts'
import { readRecordFacts, recordInside, recordTags } from './record-facts.ts'

/** The tags of everything read here and in the pixel rules. */
export const tags = {
  characterSet: 0x00080005,
  imageType: 0x00080008,
  sopClass: 0x00080016,
  sopUid: 0x00080018,
  studyDate: 0x00080020,
  studyTime: 0x00080030,
  accessionNumber: 0x00080050,
  modality: 0x00080060,
  institution: 0x00080080,
  referringPhysician: 0x00080090,
  studyDescription: 0x00081030,
  seriesDescription: 0x0008103e,
  patientName: 0x00100010,
  patientId: 0x00100020,
  issuerOfPatientId: 0x00100021,
  birthDate: 0x00100030,
  sex: 0x00100040,
  bodyPart: 0x00180015,
  sliceThickness: 0x00180050,
  studyUid: 0x0020000d,
  seriesUid: 0x0020000e,
  studyId: 0x00200010,
  seriesNumber: 0x00200011,
  acquisition: 0x00200012,
  instanceNumber: 0x00200013,
  imagePosition: 0x00200032,
  imageOrientation: 0x00200037,
  frameOfReference: 0x00200052,
  laterality: 0x00200060,
  timePoint: 0x00200100,
  timePoints: 0x00200105,
  acquisitionImages: 0x00201002,
  studySeries: 0x00201206,
  studyInstances: 0x00201208,
  seriesInstances: 0x00201209,
  samples: 0x00280002,
  photometric: 0x00280004,
  frames: 0x00280008,
  rows: 0x00280010,
  columns: 0x00280011,
  pixelSpacing: 0x00280030,
  bitsAllocated: 0x00280100,
  windowCenter: 0x00281050,
  windowWidth: 0x00281051,
  rescaleIntercept: 0x00281052,
  rescaleSlope: 0x00281053,
  stepDate: 0x00400244,
  stepTime: 0x00400245,
  slices: 0x00540081,
} as const

/** The sequences whose items are read, and the tags read in them. */
export const inner = {
  otherIds: 0x00101002,
  requests: 0x00400275,
  id: tags.patientId,
  issuer: tags.issuerOfPatientId,
  scheduledStep: 0x00400009,
  procedure: 0x00401001,
} as const

/** The tags of `inner` by their sequence. */
export const wantedInside: ReadonlyMap<number, ReadonlySet<number>> = new Map<number, ReadonlySet<number>>([
  [inner.otherIds, new Set([inner.id, inner.issuer])],
  [inner.requests, new Set([inner.scheduledStep, inner.procedure])],
  ...recordInside,
])

/** Every tag of `tags`, and those of a directory's records. */
export const wantedTags: ReadonlySet<number> = new Set([...Object.values(tags), ...Object.values(recordTags)])

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

/** The first of what may be several numbers: a file may have a window for each purpose. */
const readDecimal = (set: DataSet, tag: number): number | undefined => {
  const [text = ''] = set.ascii(tag)?.slice(0, longestDecimals).split('\\') ?? []
  const value = decimal.test(text.trim()) ? Number(text) : Number.NaN
  return Number.isFinite(value) ? value : undefined
}

const readCount = (set: DataSet, tag: number): number | undefined => {
  const count = readInteger(set, tag)
  return count === null || count < 1 ? undefined : count
}

const withoutAbsent = <Fields extends object>(fields: Fields): object | undefined => {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined)
  return present.length === 0 ? undefined : Object.fromEntries(present)
}

const readExpected = (set: DataSet): object | undefined =>
  withoutAbsent({
    seriesInstances: readCount(set, tags.seriesInstances),
    studySeries: readCount(set, tags.studySeries),
    studyInstances: readCount(set, tags.studyInstances),
    acquisitionImages: readCount(set, tags.acquisitionImages),
    timePoints: readCount(set, tags.timePoints),
    slices: set.uint16(tags.slices) || undefined,
  })

type Items = HeaderScan['items']

const readOtherIds = (items: Items, read: (bytes: Uint8Array | undefined) => string | undefined) => {
  const found = (items.get(inner.otherIds) ?? []).flatMap((item) => {
    const [id, issuer] = [read(item.get(inner.id)), read(item.get(inner.issuer))]
    return id === undefined || issuer === undefined ? [] : [{ id, issuer }]
  })
  return found.length === 0 ? undefined : found.slice(0, mostOtherIds)
}

/** What of an object is sealed. A value that is absent, empty or out of shape has no entry. */
export const readSealedFacts = (set: DataSet, items: Items, readText: TextReader): SealedFacts => {
  const shown = (bytes: Uint8Array | null | undefined): string | undefined =>
    bytes ? readText(bytes) || undefined : undefined
  const text = (tag: number): string | undefined => shown(set.bytes(tag))
  const plain = (tag: number): string | undefined => showText(set.ascii(tag) ?? '') || undefined
  const [request] = items.get(inner.requests) ?? []
  return {
    ...withoutAbsent({
      patientName: text(tags.patientName),
      patientId: text(tags.patientId),
      issuerOfPatientId: text(tags.issuerOfPatientId),
      otherPatientIds: readOtherIds(items, shown),
      birthDate: plain(tags.birthDate),
      sex: plain(tags.sex),
      studyDate: plain(tags.studyDate),
      studyTime: plain(tags.studyTime),
      studyId: text(tags.studyId),
      accessionNumber: text(tags.accessionNumber),
      referringPhysician: text(tags.referringPhysician),
      studyDescription: text(tags.studyDescription),
      seriesDescription: text(tags.seriesDescription),
      stepDate: plain(tags.stepDate),
      stepTime: plain(tags.stepTime),
      scheduledStepId: shown(request?.get(inner.scheduledStep)),
      procedureId: shown(request?.get(inner.procedure)),
      bodyPart: plain(tags.bodyPart),
      laterality: plain(tags.laterality),
      institution: text(tags.institution),
      imagePosition: readDecimals(set, tags.imagePosition, 3),
      imageOrientation: readDecimals(set, tags.imageOrientation, 6),
      pixelSpacing: readDecimals(set, tags.pixelSpacing, 2),
      sliceThickness: readDecimal(set, tags.sliceThickness),
      frameOfReference: plain(tags.frameOfReference),
      acquisition: readInteger(set, tags.acquisition) ?? undefined,
      timePoint: readInteger(set, tags.timePoint) ?? undefined,
      localizer: (set.ascii(tags.imageType) ?? '').split('\\').includes('LOCALIZER') || undefined,
      photometric: plain(tags.photometric),
      bitsAllocated: set.uint16(tags.bitsAllocated) || undefined,
      windowCenter: readDecimal(set, tags.windowCenter),
      windowWidth: readDecimal(set, tags.windowWidth),
      rescaleSlope: readDecimal(set, tags.rescaleSlope),
      rescaleIntercept: readDecimal(set, tags.rescaleIntercept),
      expected: readExpected(set),
      record: readRecordFacts(set.ascii(tags.sopClass) ?? '', {
        text,
        plain,
        first: (tag) => items.get(tag)?.[0],
        shown,
      }),
    }),
  }
}
