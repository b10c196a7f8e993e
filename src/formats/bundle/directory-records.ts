/**
 * Directory records: the keys of each record of a DICOMDIR (PS3.3 §F.5), from what the ledger knows of the files.
 *
 * Keys that a record must have and a file need not (Type 1 here, 2 there) are made up in the record alone, the same on
 * every run: a study's date and time are those of its content, then of the revision that is handed out at `000000`; its
 * ID is `1`; a modality `OT`; numbers go on behind the highest that the series has.
 */
import type { SealedFacts } from '#domain/study.ts'
import type { RecordType } from '#formats/dicom/record-type.ts'
import type { DirectoryElement } from './directory-elements.ts'
import { codeString, dateText, longString, personName, shortString, timeText } from './directory-text.ts'
import type { NamedFile, NamedPatient, NamedSeries, NamedStudy } from './directory-tree.ts'
import { type GivenFacts, keysOf } from './file-keys.ts'

/** A record's type and its keys behind it, in the order of their tags. */
export type RecordKeys = { readonly type: string; readonly keys: readonly DirectoryElement[] }

/** One for all: it says what kind of private record this is, which is a file with no more keys than its number. */
const privateRecordUid = '2.25.172062911394498203957174285530158412071'

const privateKeys: readonly DirectoryElement[] = [[0x00041432, 'UI', privateRecordUid]]

const characterSet: DirectoryElement = [0x00080005, 'CS', 'ISO_IR 192']

// oxlint-disable-next-line no-control-regex -- ASCII is what it looks for
const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text)

const hasOther = ([, , value]: DirectoryElement): boolean =>
  typeof value === 'string'
    ? !isAscii(value)
    : Array.isArray(value) &&
      (value as readonly (readonly DirectoryElement[])[]).some((item) => item.some(hasOther))

/** With the character set in front of the first that comes behind it, where a text needs one. */
const withCharacterSet = (keys: readonly DirectoryElement[]): DirectoryElement[] => {
  if (!keys.some(hasOther)) return [...keys]
  const at = keys.findIndex(([tag]) => tag >>> 0 > characterSet[0])
  return keys.toSpliced(at === -1 ? keys.length : at, 0, characterSet)
}

/** The first of the files that has it. */
const firstOf = <Value>(
  files: readonly NamedFile[],
  read: (facts: SealedFacts) => Value | null,
): Value | null => {
  for (const { item } of files) {
    const value = read(item.facts)
    if (value !== null && value !== '') return value
  }
  return null
}

const filesOf = ({ series }: NamedStudy): NamedFile[] => series.flatMap(({ files }) => files)

export const patientRecord = ({ id, name, studies }: NamedPatient): RecordKeys => {
  const files = studies.flatMap(({ series }) => series.flatMap((some) => some.files.slice(0, 1)))
  return {
    type: 'PATIENT',
    keys: withCharacterSet([
      [0x00100010, 'PN', personName(name)],
      [0x00100020, 'LO', id],
      [0x00100030, 'DA', firstOf(files, ({ birthDate }) => dateText(birthDate)) ?? ''],
      [0x00100040, 'CS', firstOf(files, ({ sex }) => codeString(sex)) ?? ''],
    ]),
  }
}

/** `revised`: the day of the revision, as DA. */
export const studyRecord = (study: NamedStudy, revised: string): RecordKeys => {
  const files = filesOf(study)
  const dated = files.find(({ item }) => dateText(item.facts.studyDate) !== null)?.item.facts
  const own = dateText(dated?.studyDate)
  const date =
    own ?? firstOf(files, (facts) => dateText(facts.record?.contentDate) ?? dateText(facts.stepDate))
  const time =
    own === null
      ? firstOf(files, (facts) => timeText(facts.studyTime) ?? timeText(facts.record?.contentTime))
      : timeText(dated?.studyTime)
  return {
    type: 'STUDY',
    keys: withCharacterSet([
      [0x00080020, 'DA', date ?? revised],
      [0x00080030, 'TM', (date === null ? null : time) ?? '000000'],
      [0x00080050, 'SH', firstOf(files, ({ accessionNumber }) => shortString(accessionNumber)) ?? ''],
      [0x00081030, 'LO', firstOf(files, ({ studyDescription }) => longString(studyDescription)) ?? ''],
      [0x0020000d, 'UI', study.uid],
      [0x00200010, 'SH', firstOf(files, ({ studyId }) => shortString(studyId)) ?? '1'],
    ]),
  }
}

/** `number`: of a series that has none. */
export const seriesRecord = ({ uid, number, files }: NamedSeries, made: number): RecordKeys => ({
  type: 'SERIES',
  keys: withCharacterSet([
    [0x00080060, 'CS', codeString(files[0]?.item.instance.modality) || 'OT'],
    [
      0x0008103e,
      'LO',
      firstOf(files.slice(0, 1), ({ seriesDescription }) => longString(seriesDescription)) ?? '',
    ],
    [0x0020000e, 'UI', uid],
    [0x00200011, 'IS', String(number ?? made)],
  ]),
})

const givenOf = ({ item }: NamedFile, number: string, revised: string): GivenFacts => {
  const { instance, facts } = item
  const { record = {} } = facts
  const own = dateText(record.contentDate)
  return {
    number,
    date: own ?? dateText(facts.studyDate) ?? revised,
    time: (own === null ? timeText(facts.studyTime) : timeText(record.contentTime)) ?? '000000',
    record,
    instance,
  }
}

/** There are thousands of images, and all that their records have is a number. */
const keysFor = (
  type: RecordType,
  file: NamedFile,
  number: string,
  revised: string,
): readonly DirectoryElement[] =>
  type === 'IMAGE'
    ? [[0x00200013, 'IS', number]]
    : withCharacterSet(keysOf[type](givenOf(file, number, revised)))

/** The record of this type that names a file; `made` is its number when it has none. */
export const fileRecord = (file: NamedFile, type: RecordType, made: number, revised: string): RecordKeys => {
  const { path, item } = file
  const { sopClass, sopUid, transferSyntax, instanceNumber } = item.instance
  return {
    type,
    keys: [
      ...(type === 'PRIVATE' ? privateKeys : []),
      [0x00041500, 'CS', path.replaceAll('/', '\\')],
      [0x00041510, 'UI', sopClass],
      [0x00041511, 'UI', sopUid],
      [0x00041512, 'UI', transferSyntax],
      ...keysFor(type, file, String(instanceNumber ?? made), revised),
    ],
  }
}
