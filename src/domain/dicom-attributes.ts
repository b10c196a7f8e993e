/**
 * The attributes that a search of a case's DICOM objects answers and matches (PS3.18 Tables 10.6.1-5 and 10.6.3-3 to
 * 10.6.3-5), each read from what the index knows. Whatever stands here comes out of a file as inspection read it.
 */
import type { InstanceFacts, SealedFacts } from './study.ts'

export const queryLevels = ['study', 'series', 'instance'] as const
export type QueryLevel = (typeof queryLevels)[number]

/** A study as its readable instances have it; `facts` are of its first one. */
export type StudyRow = {
  readonly studyUid: string
  readonly modalities: readonly string[]
  readonly sopClasses: readonly string[]
  readonly seriesCount: number
  readonly instanceCount: number
  readonly facts: SealedFacts
}

export type SeriesRow = {
  readonly seriesUid: string
  readonly modality: string
  readonly number: number | null
  readonly instanceCount: number
  readonly facts: SealedFacts
}

export type InstanceRow = { readonly instance: InstanceFacts; readonly facts: SealedFacts }

/** What an attribute is read from: the rows of its level and of those above. */
export type QueryRows = {
  readonly study: StudyRow
  readonly series: SeriesRow
  readonly instance: InstanceRow
}

type Value = string | number
type Values = readonly (Value | null | undefined)[]

export type DicomAttribute = {
  /** Its tag; inside a sequence the path to it, joined by dots. */
  readonly key: string
  readonly keyword: string
  readonly vr: string
  readonly level: QueryLevel
  /** Answered always, even empty; else only where it is known, or where it is asked for. */
  readonly answered: 'always' | 'known' | 'asked'
  readonly matched: boolean
  readonly read: (rows: QueryRows) => Values
}

type Of<Level extends QueryLevel> = (row: QueryRows[Level]) => Value | null | undefined | Values

const table =
  <Level extends QueryLevel>(level: Level) =>
  (
    tag: string,
    vr: string,
    answered: DicomAttribute['answered'],
    matched: 'matched' | 'not',
    keyword: string,
    of: Of<Level>,
  ): DicomAttribute => ({
    key: tag,
    keyword,
    vr,
    level,
    answered,
    matched: matched === 'matched',
    read: (rows) => {
      const value = of(rows[level])
      return Array.isArray(value) ? (value as Values) : [value as Value | null | undefined]
    },
  })

const study = table('study')
const series = table('series')
const instance = table('instance')

/** By tag, ascending; those of a sequence follow each other. */
// biome-ignore format: one row, one line
export const dicomAttributes: readonly DicomAttribute[] = [
  instance('00080016', 'UI', 'always', 'matched', 'SOPClassUID', ({ instance }) => instance.sopClass),
  instance('00080018', 'UI', 'always', 'matched', 'SOPInstanceUID', ({ instance }) => instance.sopUid),
  study('00080020', 'DA', 'always', 'matched', 'StudyDate', ({ facts }) => facts.studyDate),
  study('00080030', 'TM', 'always', 'matched', 'StudyTime', ({ facts }) => facts.studyTime),
  study('00080050', 'SH', 'always', 'matched', 'AccessionNumber', ({ facts }) => facts.accessionNumber),
  study('00080056', 'CS', 'always', 'not', 'InstanceAvailability', () => 'ONLINE'),
  series('00080060', 'CS', 'always', 'matched', 'Modality', ({ modality }) => modality),
  study('00080061', 'CS', 'always', 'matched', 'ModalitiesInStudy', ({ modalities }) => modalities),
  study('00080062', 'UI', 'asked', 'matched', 'SOPClassesInStudy', ({ sopClasses }) => sopClasses),
  series('00080080', 'LO', 'asked', 'matched', 'InstitutionName', ({ facts }) => facts.institution),
  study('00080090', 'PN', 'always', 'matched', 'ReferringPhysicianName', ({ facts }) => facts.referringPhysician),
  study('00081030', 'LO', 'always', 'matched', 'StudyDescription', ({ facts }) => facts.studyDescription),
  series('0008103E', 'LO', 'known', 'matched', 'SeriesDescription', ({ facts }) => facts.seriesDescription),
  instance('00083002', 'UI', 'known', 'not', 'AvailableTransferSyntaxUID', ({ instance }) => instance.transferSyntax),
  study('00100010', 'PN', 'always', 'matched', 'PatientName', ({ facts }) => facts.patientName),
  study('00100020', 'LO', 'always', 'matched', 'PatientID', ({ facts }) => facts.patientId),
  study('00100021', 'LO', 'known', 'matched', 'IssuerOfPatientID', ({ facts }) => facts.issuerOfPatientId),
  study('00100030', 'DA', 'always', 'matched', 'PatientBirthDate', ({ facts }) => facts.birthDate),
  study('00100040', 'CS', 'always', 'matched', 'PatientSex', ({ facts }) => facts.sex),
  series('00180015', 'CS', 'known', 'matched', 'BodyPartExamined', ({ facts }) => facts.bodyPart),
  instance('00180050', 'DS', 'asked', 'not', 'SliceThickness', ({ facts }) => facts.sliceThickness),
  study('0020000D', 'UI', 'always', 'matched', 'StudyInstanceUID', ({ studyUid }) => studyUid),
  series('0020000E', 'UI', 'always', 'matched', 'SeriesInstanceUID', ({ seriesUid }) => seriesUid),
  study('00200010', 'SH', 'always', 'matched', 'StudyID', ({ facts }) => facts.studyId),
  series('00200011', 'IS', 'always', 'matched', 'SeriesNumber', ({ number }) => number),
  instance('00200012', 'IS', 'asked', 'not', 'AcquisitionNumber', ({ facts }) => facts.acquisition),
  instance('00200013', 'IS', 'always', 'matched', 'InstanceNumber', ({ instance }) => instance.instanceNumber),
  instance('00200032', 'DS', 'asked', 'not', 'ImagePositionPatient', ({ facts }) => facts.imagePosition),
  instance('00200037', 'DS', 'asked', 'not', 'ImageOrientationPatient', ({ facts }) => facts.imageOrientation),
  instance('00200052', 'UI', 'asked', 'not', 'FrameOfReferenceUID', ({ facts }) => facts.frameOfReference),
  series('00200060', 'CS', 'asked', 'matched', 'Laterality', ({ facts }) => facts.laterality),
  study('00201206', 'IS', 'always', 'not', 'NumberOfStudyRelatedSeries', ({ seriesCount }) => seriesCount),
  study('00201208', 'IS', 'always', 'not', 'NumberOfStudyRelatedInstances', ({ instanceCount }) => instanceCount),
  series('00201209', 'IS', 'always', 'not', 'NumberOfSeriesRelatedInstances', ({ instanceCount }) => instanceCount),
  instance('00280004', 'CS', 'asked', 'not', 'PhotometricInterpretation', ({ facts }) => facts.photometric),
  instance('00280008', 'IS', 'known', 'not', 'NumberOfFrames', ({ instance }) => (instance.frames > 1 ? instance.frames : null)),
  instance('00280010', 'US', 'known', 'not', 'Rows', ({ instance }) => instance.rows),
  instance('00280011', 'US', 'known', 'not', 'Columns', ({ instance }) => instance.columns),
  instance('00280030', 'DS', 'asked', 'not', 'PixelSpacing', ({ facts }) => facts.pixelSpacing),
  instance('00280100', 'US', 'known', 'not', 'BitsAllocated', ({ facts }) => facts.bitsAllocated),
  series('00400244', 'DA', 'known', 'matched', 'PerformedProcedureStepStartDate', ({ facts }) => facts.stepDate),
  series('00400245', 'TM', 'known', 'matched', 'PerformedProcedureStepStartTime', ({ facts }) => facts.stepTime),
  series('00400275.00400009', 'SH', 'known', 'matched', 'RequestAttributesSequence.ScheduledProcedureStepID', ({ facts }) => facts.scheduledStepId),
  series('00400275.00401001', 'SH', 'known', 'matched', 'RequestAttributesSequence.RequestedProcedureID', ({ facts }) => facts.procedureId),
]

const byName = new Map(
  dicomAttributes.flatMap((attribute) => [
    [attribute.key, attribute] as const,
    [attribute.keyword, attribute] as const,
  ]),
)

/** The attribute of a tag in hexadecimal, or of a keyword; null for one the index does not have. */
export const attributeNamed = (name: string): DicomAttribute | null =>
  byName.get(name) ?? byName.get(name.toUpperCase()) ?? null
