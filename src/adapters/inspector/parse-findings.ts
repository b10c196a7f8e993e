/**
 * Parse findings: reads what a child says as if an attacker had written it, since one may have. Every field is
 * checked and copied; a field that should not be there is left behind.
 */
import { itemKinds } from '#domain/item.ts'
import {
  type InstanceFacts,
  mostListed,
  mostOtherIds,
  type RecordFacts,
  type SealedFacts,
} from '#domain/study.ts'
import { isVerdictCode, type VerdictCode } from '#domain/verdict.ts'
import { preamblePatches } from '#formats/dicom/preamble.ts'
import { patchText, readPatches } from '#formats/patch-text.ts'
import { type Findings, mostTextBytes } from '#ports/inspector.ts'

const longestText = 256
const mostCodes = 64
const largestInteger = 2_147_483_647
const uidShape = /^[0-9A-Za-z][0-9A-Za-z._-]{0,127}$/
const modalityShape = /^[A-Z0-9_ ]{0,16}$/
const mediaTypeShape = /^image\/(?:jpeg|png|tiff|heic)$/
const hidden = /\p{Cc}/u

type Fields = Readonly<Record<string, unknown>>

class Unfit extends Error {}

const unfit = (): never => {
  throw new Unfit('findings are not of their shape')
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const parseText = (value: unknown): string =>
  typeof value === 'string' && value.length <= longestText && !hidden.test(value) ? value : unfit()

const parseShape = (value: unknown, shape: RegExp): string =>
  typeof value === 'string' && shape.test(value) ? value : unfit()

const parseInteger = (value: unknown, least = -largestInteger, most = largestInteger): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most
    ? value
    : unfit()

const parseNumbers = (value: unknown, count: number): number[] =>
  Array.isArray(value) && value.length === count
    ? value.map((entry: unknown) => (typeof entry === 'number' && Number.isFinite(entry) ? entry : unfit()))
    : unfit()

const parseNumber = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : unfit()

const parseTrue = (value: unknown): true => (value === true ? true : unfit())

/** The fields that have a parser and are there. */
const parseKept = (parsers: Readonly<Record<string, (value: unknown) => unknown>>, value: Fields): object =>
  Object.fromEntries(
    Object.entries(parsers)
      .filter(([name]) => value[name] !== undefined)
      .map(([name, parse]) => [name, parse(value[name])]),
  )

const parseOtherIds = (value: unknown): SealedFacts['otherPatientIds'] =>
  Array.isArray(value) && value.length <= mostOtherIds
    ? value.map((entry: unknown) =>
        isFields(entry) ? { id: parseText(entry.id), issuer: parseText(entry.issuer) } : unfit(),
      )
    : unfit()

const expectedCounts = [
  'seriesInstances',
  'studySeries',
  'studyInstances',
  'acquisitionImages',
  'timePoints',
  'slices',
] as const satisfies (keyof NonNullable<SealedFacts['expected']>)[]

const parseExpected = (value: unknown): SealedFacts['expected'] => {
  if (!isFields(value)) return unfit()
  const kept = expectedCounts.filter((name) => value[name] !== undefined)
  return Object.fromEntries(kept.map((name) => [name, parseInteger(value[name], 1)]))
}

const parseCode = (value: unknown): NonNullable<RecordFacts['conceptName']> =>
  isFields(value)
    ? { value: parseText(value.value), scheme: parseText(value.scheme), meaning: parseText(value.meaning) }
    : unfit()

const recordParsers = {
  contentDate: parseText,
  contentTime: parseText,
  completion: parseText,
  verification: parseText,
  verifiedAt: parseText,
  conceptName: parseCode,
  label: parseText,
  description: parseText,
  creator: parseText,
  createdDate: parseText,
  createdTime: parseText,
  documentTitle: parseText,
  documentType: parseText,
  doseSummation: parseText,
  structureSet: parseText,
  plan: parseText,
} satisfies Record<keyof RecordFacts, (value: unknown) => unknown>

const parseRecord = (value: unknown): RecordFacts =>
  isFields(value) ? parseKept(recordParsers, value) : unfit()

const parseListed = (value: unknown): readonly string[] =>
  Array.isArray(value) && value.length <= mostListed
    ? value.map((uid: unknown) => parseShape(uid, uidShape))
    : unfit()

const orNull = <T>(value: unknown, parse: (value: unknown) => T): T | null =>
  value === null ? null : parse(value)

const parseCodes = (value: unknown): VerdictCode[] => {
  if (!Array.isArray(value) || value.length > mostCodes) return unfit()
  const codes = value.map((code: unknown) =>
    typeof code === 'string' && isVerdictCode(code) ? code : unfit(),
  )
  return [...new Set(codes)]
}

const parseInstance = (value: unknown): InstanceFacts => {
  if (!isFields(value)) return unfit()
  const syntax = value.transferSyntax
  return {
    studyUid: parseShape(value.studyUid, uidShape),
    seriesUid: parseShape(value.seriesUid, uidShape),
    sopUid: parseShape(value.sopUid, uidShape),
    sopClass: parseShape(value.sopClass, uidShape),
    transferSyntax: syntax === '' ? '' : parseShape(syntax, uidShape),
    modality: parseShape(value.modality, modalityShape),
    seriesNumber: orNull(value.seriesNumber, parseInteger),
    instanceNumber: orNull(value.instanceNumber, parseInteger),
    rows: orNull(value.rows, (rows) => parseInteger(rows, 0)),
    columns: orNull(value.columns, (columns) => parseInteger(columns, 0)),
    frames: parseInteger(value.frames, 1),
  }
}

const factParsers = {
  patientName: parseText,
  patientId: parseText,
  issuerOfPatientId: parseText,
  otherPatientIds: parseOtherIds,
  birthDate: parseText,
  sex: parseText,
  studyDate: parseText,
  studyTime: parseText,
  studyId: parseText,
  accessionNumber: parseText,
  referringPhysician: parseText,
  studyDescription: parseText,
  seriesDescription: parseText,
  stepDate: parseText,
  stepTime: parseText,
  scheduledStepId: parseText,
  procedureId: parseText,
  bodyPart: parseText,
  laterality: parseText,
  institution: parseText,
  imagePosition: (value: unknown) => parseNumbers(value, 3),
  imageOrientation: (value: unknown) => parseNumbers(value, 6),
  pixelSpacing: (value: unknown) => parseNumbers(value, 2),
  sliceThickness: parseNumber,
  frameOfReference: parseText,
  acquisition: (value: unknown) => parseInteger(value),
  timePoint: (value: unknown) => parseInteger(value),
  localizer: parseTrue,
  photometric: parseText,
  bitsAllocated: (value: unknown) => parseInteger(value, 1),
  windowCenter: parseNumber,
  windowWidth: parseNumber,
  rescaleSlope: parseNumber,
  rescaleIntercept: parseNumber,
  expected: parseExpected,
  record: parseRecord,
  pages: (value: unknown) => parseInteger(value, 0),
  title: parseText,
  mediaType: (value: unknown) => parseShape(value, mediaTypeShape),
  width: (value: unknown) => parseInteger(value, 1),
  height: (value: unknown) => parseInteger(value, 1),
  orientation: (value: unknown) => parseInteger(value, 1, 8),
} satisfies Partial<Record<keyof SealedFacts, (value: unknown) => unknown>>

const parseFacts = (value: unknown): SealedFacts =>
  isFields(value) ? parseKept(factParsers, value) : unfit()

const isKind = (value: unknown): value is Findings['kind'] => itemKinds.some((kind) => kind === value)

const wordsShape = /^(?:\P{Cc}|\n)*$/u

const parseWords = (value: unknown): string =>
  typeof value === 'string' &&
  value.length <= mostTextBytes &&
  value.isWellFormed() &&
  Buffer.byteLength(value) <= mostTextBytes &&
  wordsShape.test(value)
    ? value
    : unfit()

/**
 * Only a picture is patched as its reader says. Of a DICOM file the codes decide: a child can neither name a program
 * and let it out, nor write one that no scanner has seen. Nothing else is patched at all.
 */
const parsePatches = (
  value: unknown,
  { kind, codes }: Pick<Findings, 'kind' | 'codes'>,
  size: number,
): Pick<Findings, 'patches'> => {
  const patches = value === undefined ? [] : (readPatches(value, size) ?? unfit())
  const due = kind === 'dicom' ? preamblePatches(codes) : []
  if (kind !== 'picture' && patchText(patches) !== patchText(due)) return unfit()
  return patches.length === 0 ? {} : { patches }
}

/** Reads findings about a file of `size` bytes; null when anything in them is not of its shape. */
export const parseFindings = (json: string, size: number): Findings | null => {
  try {
    const value: unknown = JSON.parse(json)
    if (!isFields(value) || !isKind(value.kind)) return null
    const said = { kind: value.kind, codes: parseCodes(value.codes) }
    return {
      ...said,
      instance: orNull(value.instance, parseInstance),
      facts: parseFacts(value.facts),
      ...parsePatches(value.patches, said, size),
      ...(value.listed === undefined ? {} : { listed: parseListed(value.listed) }),
      ...(value.text === undefined ? {} : { text: parseWords(value.text) }),
    }
  } catch (error) {
    if (error instanceof Unfit || error instanceof SyntaxError) return null
    throw error
  }
}
