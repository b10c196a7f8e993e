/**
 * File keys: what the record of a file must say of it, by the kind of record (PS3.3 §F.5).
 *
 * What is Type 1 there and not known is made up in the record alone: a report without a title is called "Diagnostic
 * imaging report", unfinished and unverified; notes of key images are "Of Interest"; what has no label is `UNNAMED`.
 * What stands deeper in an object than the ledger looks (Referenced Series of a presentation state, title modifiers of
 * a report) stays there.
 */
import type { InstanceFacts, RecordFacts } from '#domain/study.ts'
import type { RecordType } from '#formats/dicom/record-type.ts'
import type { DirectoryElement } from './directory-elements.ts'
import {
  codeString,
  dateText,
  dateTimeText,
  longString,
  personName,
  shortString,
  shortText,
  timeText,
} from './directory-text.ts'

/** What the keys of a file's record are made of; date and time are of its content, or stand for them. */
export type GivenFacts = {
  readonly number: string
  readonly date: string
  readonly time: string
  readonly record: RecordFacts
  readonly instance: InstanceFacts
}

const titleOf = (
  { conceptName }: RecordFacts,
  otherwise: readonly [string, string, string],
): DirectoryElement => {
  const { value, scheme, meaning } = conceptName ?? {
    value: otherwise[0],
    scheme: otherwise[1],
    meaning: otherwise[2],
  }
  const item: DirectoryElement[] = [
    [0x00080100, 'SH', shortString(value)],
    [0x00080102, 'SH', shortString(scheme)],
    [0x00080104, 'LO', longString(meaning)],
  ]
  return [0x0040a043, 'SQ', [item]]
}

const contentTime = ({ date, time }: GivenFacts): DirectoryElement[] => [
  [0x00080023, 'DA', date],
  [0x00080033, 'TM', time],
]
const numberOf = ({ number }: GivenFacts): DirectoryElement => [0x00200013, 'IS', number]

/** Content Identification Macro (PS3.3 Table 10-12) behind its number. */
const identification = ({ record }: GivenFacts, label: string): DirectoryElement[] => [
  [0x00700080, 'CS', codeString(record.label) || label],
  [0x00700081, 'LO', longString(record.description)],
]
const creator = ({ record }: GivenFacts): DirectoryElement => [0x00700084, 'PN', personName(record.creator)]

const timed = (given: GivenFacts): DirectoryElement[] => [...contentTime(given), numberOf(given)]
const identified = (given: GivenFacts): DirectoryElement[] => [
  ...timed(given),
  ...identification(given, 'UNNAMED'),
  creator(given),
]
const numbered = (given: GivenFacts): DirectoryElement[] => [numberOf(given)]

const report = (given: GivenFacts): DirectoryElement[] => {
  const { record } = given
  const isVerified = codeString(record.verification) === 'VERIFIED'
  const verifiedAt = dateTimeText(record.verifiedAt) ?? `${given.date}000000`
  return [
    ...timed(given),
    ...(isVerified ? ([[0x0040a030, 'DT', verifiedAt]] satisfies DirectoryElement[]) : []),
    titleOf(record, ['18748-4', 'LN', 'Diagnostic imaging report']),
    [0x0040a491, 'CS', codeString(record.completion) || 'PARTIAL'],
    [0x0040a493, 'CS', isVerified ? 'VERIFIED' : 'UNVERIFIED'],
  ]
}

const presentation = (given: GivenFacts): DirectoryElement[] => [
  numberOf(given),
  ...identification(given, 'UNNAMED'),
  [0x00700082, 'DA', dateText(given.record.createdDate) ?? given.date],
  [0x00700083, 'TM', timeText(given.record.createdTime) ?? given.time],
  creator(given),
]

const spectroscopy = (given: GivenFacts): DirectoryElement[] => [
  [0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\SPECTROSCOPY\\NONE'],
  ...timed(given),
  [0x00280008, 'IS', String(given.instance.frames)],
  [0x00280010, 'US', given.instance.rows ?? 1],
  [0x00280011, 'US', given.instance.columns ?? 1],
  [0x00289001, 'UL', 1],
  [0x00289002, 'UL', 1],
]

const enveloped = (given: GivenFacts): DirectoryElement[] => {
  const { conceptName, documentTitle, documentType } = given.record
  return [
    ...timed(given),
    conceptName === undefined ? [0x0040a043, 'SQ', []] : titleOf(given.record, ['', '', '']),
    [0x00420010, 'ST', shortText(documentTitle)],
    [0x00420012, 'LO', longString(documentType) || 'application/octet-stream'],
  ]
}

/** The keys of each kind of record behind those that every record of a file has, in the order of their tags. */
export const keysOf: Readonly<Record<RecordType, (given: GivenFacts) => readonly DirectoryElement[]>> = {
  ASSESSMENT: (given) => [[0x00080012, 'DA', given.date], [0x00080013, 'TM', given.time], numberOf(given)],
  'ENCAP DOC': enveloped,
  FIDUCIAL: identified,
  IMAGE: numbered,
  'KEY OBJECT DOC': (given) => [...timed(given), titleOf(given.record, ['113000', 'DCM', 'Of Interest'])],
  MEASUREMENT: identified,
  PLAN: numbered,
  PRESENTATION: presentation,
  PRIVATE: numbered,
  RADIOTHERAPY: numbered,
  'RAW DATA': timed,
  REGISTRATION: identified,
  'RT DOSE': (given) => [
    numberOf(given),
    [0x3004000a, 'CS', codeString(given.record.doseSummation) || 'PLAN'],
  ],
  'RT PLAN': (given) => [
    numberOf(given),
    [0x300a0002, 'SH', shortString(given.record.plan) || 'UNNAMED'],
    [0x300a0006, 'DA', ''],
    [0x300a0007, 'TM', ''],
  ],
  'RT STRUCTURE SET': (given) => [
    numberOf(given),
    [0x30060002, 'SH', shortString(given.record.structureSet) || 'UNNAMED'],
    [0x30060008, 'DA', ''],
    [0x30060009, 'TM', ''],
  ],
  'RT TREAT RECORD': (given) => [numberOf(given), [0x30080250, 'DA', ''], [0x30080251, 'TM', '']],
  SPECTROSCOPY: spectroscopy,
  'SR DOCUMENT': report,
  STEREOMETRIC: identified,
  SURFACE: identified,
  'SURFACE SCAN': timed,
  TRACT: identified,
  'VALUE MAP': identified,
  WAVEFORM: timed,
}
