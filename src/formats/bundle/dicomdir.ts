/**
 * DICOMDIR: the directory of a file-set (Media Storage Directory Storage; PS3.10 §8.6, PS3.3 Annex F), for every
 * reader that imports a disc. Written in two passes: the first measures every record, and so knows where each will
 * lie; the second writes into one buffer of exactly the right length. Nothing of a record is kept between the two, and
 * nothing depends on the hour: one revision of a case has one DICOMDIR, byte for byte.
 */
import type { CaseId, CopyId } from '#domain/id.ts'
import { type RecordType, recordTypeOf } from '#formats/dicom/record-type.ts'
import { directoryClass } from '#formats/dicom/storage-class.ts'
import {
  type DirectoryElement,
  elementsLength,
  writeElementHeader,
  writeElements,
  writeItemHeader,
} from './directory-elements.ts'
import { fileRecord, patientRecord, type RecordKeys, seriesRecord, studyRecord } from './directory-records.ts'
import type { NamedPatient, NamedSeries, NamedStudy } from './directory-tree.ts'
import { uidOfUuid, uuidOf } from './uuid-uid.ts'

/** Whose directory it is. `revised` is when the case became what it is in this revision. */
export type Directory = {
  readonly case: CaseId | CopyId
  readonly revision: number
  readonly revised: Date
}

/** Names this program as the writer (PS3.10 §7.1). */
const implementationUid = '2.25.57843297265121874936027412861934205587'
const explicitLittle = '1.2.840.10008.1.2.1'

const preambleBytes = 132
const itemHeader = 8
/** The first four elements of a record, but for its type: two offsets, the flag, and the header of the type. */
const linkBytes = 12 + 10 + 12

const metaOf = (sopUid: string): DirectoryElement[] => [
  [0x00020001, 'OB', Uint8Array.of(0, 1)],
  [0x00020002, 'UI', directoryClass],
  [0x00020003, 'UI', sopUid],
  [0x00020010, 'UI', explicitLittle],
  [0x00020012, 'UI', implementationUid],
  [0x00020013, 'SH', 'SECOND_READ'],
]

/** Numbers for those that have none, behind the highest that is given. */
const numbersAfter = <Thing>(things: readonly Thing[], numberOf: (thing: Thing) => number | null) => {
  let last = 0
  for (const thing of things) last = Math.max(last, numberOf(thing) ?? 0)
  return () => {
    last += 1
    return last
  }
}

/** A record with its level: 0 for a patient, 3 for a file. */
type Walked = RecordKeys & { readonly level: number }

function* walkSeries(series: NamedSeries, made: () => number, revised: string): Generator<Walked> {
  yield { ...seriesRecord(series, series.number === null ? made() : 0), level: 2 }
  const next = numbersAfter(series.files, ({ item }) => item.instance.instanceNumber)
  const types = new Map<string, RecordType>()
  for (const file of series.files) {
    const { sopClass, rows, instanceNumber } = file.item.instance
    const kind = `${sopClass} ${rows === null}`
    const type = types.get(kind) ?? recordTypeOf(sopClass, rows !== null)
    types.set(kind, type)
    yield { ...fileRecord(file, type, instanceNumber === null ? next() : 0, revised), level: 3 }
  }
}

function* walkStudy(study: NamedStudy, revised: string): Generator<Walked> {
  yield { ...studyRecord(study, revised), level: 1 }
  const made = numbersAfter(study.series, ({ number }) => number)
  for (const series of study.series) yield* walkSeries(series, made, revised)
}

/** Every record, depth first. */
function* walkRecords(patients: readonly NamedPatient[], revised: string): Generator<Walked> {
  for (const patient of patients) {
    yield { ...patientRecord(patient), level: 0 }
    for (const study of patient.studies) yield* walkStudy(study, revised)
  }
}

const recordLength = ({ type, keys }: RecordKeys): number =>
  itemHeader + linkBytes + elementsLength([[0x00041430, 'CS', type], ...keys])

const countRecords = (patients: readonly NamedPatient[]): number =>
  patients.reduce(
    (sum, { studies }) =>
      sum +
      1 +
      studies.reduce(
        (all, { series }) => all + 1 + series.reduce((some, { files }) => some + 1 + files.length, 0),
        0,
      ),
    0,
  )

/** Where the records lie, counted from the first byte of the file; `next` and `lower` are 0 for none. */
type Layout = {
  readonly end: number
  readonly lengths: Uint32Array
  readonly next: Uint32Array
  readonly lower: Uint32Array
  readonly last: number
}

/** The first pass. */
const layOut = (records: Iterable<Walked>, count: number, start: number): Layout => {
  const lengths = new Uint32Array(count)
  const next = new Uint32Array(count)
  const lower = new Uint32Array(count)
  /** Of each level, the record that was the last. */
  const before: number[] = []
  let at = start
  let nth = 0
  let last = 0
  for (const record of records) {
    const { level } = record
    const sibling = before.length > level ? before[level] : undefined
    if (sibling !== undefined) next[sibling] = at
    else if (level > 0) lower[before[level - 1] as number] = at
    before.length = level
    before.push(nth)
    if (level === 0) last = at
    const length = recordLength(record)
    lengths[nth] = length
    at += length
    nth += 1
  }
  return { end: at, lengths, next, lower, last }
}

/** `YYYYMMDD` in UTC. */
const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10).replaceAll('-', '')

/** Names the case's file-set: 15 characters of the case's id, which says nothing of a person. */
export const fileSetId = (of: CaseId | CopyId): string =>
  `SR_${of.replaceAll('-', '').slice(0, 12).toUpperCase()}`

/**
 * DICOMDIR of a case's revision: of these files, which must be as `nameFiles` gives them.
 * @throws RangeError when it would be longer than 4 GiB, which takes some ten million files.
 */
export const writeDicomdir = (patients: readonly NamedPatient[], directory: Directory): Buffer => {
  const revised = dayOf(directory.revised)
  const meta = metaOf(uidOfUuid(uuidOf('dicomdir', directory.case, directory.revision)))
  const metaLength: DirectoryElement = [0x00020000, 'UL', elementsLength(meta)]
  const records: DirectoryElement = [0x00041220, 'SQ', []]
  const heads = (first: number, last: number): DirectoryElement[] => [
    [0x00041130, 'CS', fileSetId(directory.case)],
    [0x00041200, 'UL', first],
    [0x00041202, 'UL', last],
    [0x00041212, 'US', 0],
  ]
  const start =
    preambleBytes +
    elementsLength([metaLength, ...meta]) +
    elementsLength(heads(0, 0)) +
    elementsLength([records])
  const { end, lengths, next, lower, last } = layOut(
    walkRecords(patients, revised),
    countRecords(patients),
    start,
  )
  if (end > 0xffffffff) throw new RangeError('DICOMDIR: too long')

  const bytes = Buffer.allocUnsafeSlow(end).fill(0, 0, preambleBytes)
  bytes.write('DICM', preambleBytes - 4, 'latin1')
  let at = writeElements(bytes, preambleBytes, [metaLength, ...meta])
  at = writeElements(bytes, at, heads(patients.length === 0 ? 0 : start, last))
  at = writeElementHeader(bytes, at, records, end - start)
  let nth = 0
  for (const { type, keys } of walkRecords(patients, revised)) {
    const elements: DirectoryElement[] = [
      [0x00041400, 'UL', next[nth] ?? 0],
      [0x00041410, 'US', 0xffff],
      [0x00041420, 'UL', lower[nth] ?? 0],
      [0x00041430, 'CS', type],
      ...keys,
    ]
    at = writeElements(bytes, writeItemHeader(bytes, at, (lengths[nth] ?? 0) - itemHeader), elements)
    nth += 1
  }
  return bytes
}
