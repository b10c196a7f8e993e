/**
 * File set: where each item of a case lies in its bundle (PS3.10 §8). Names are counters only: no name, number
 * or UID of a person is in a path. The same items get the same paths, in whatever order they are given.
 */
import type { ItemId } from '#domain/id.ts'
import type { ItemKind } from '#domain/item.ts'
import type { InstanceFacts, SealedFacts } from '#domain/study.ts'
import type { VerdictCode } from '#domain/verdict.ts'
import { isReportType, recordTypeOf } from '#formats/dicom/record-type.ts'

/** A readable item as the ledger knows it; `size` in bytes, `sha256` (32 bytes) and `crc32` of the bytes that go out. */
export type BundleItem = {
  readonly id: ItemId
  readonly kind: ItemKind
  readonly size: number
  readonly sha256: Uint8Array
  readonly crc32: number
  /** Only where those are not the bytes that came: the digest of these, and the codes that say why. */
  readonly original?: { readonly sha256: Uint8Array; readonly codes: readonly VerdictCode[] }
  /** Null for everything that has no place in a DICOM study. */
  readonly instance: InstanceFacts | null
  /** DICOM without its preamble or meta group: readers cope, but no directory of a medium may name it (PS3.10 §7.1). */
  readonly bare?: boolean
  readonly facts: SealedFacts
}

type Instance = BundleItem & { readonly instance: InstanceFacts }

/** An item and its path in the bundle, parts joined by `/`. */
export type PlacedFile<Item extends BundleItem = BundleItem> = { readonly path: string; readonly item: Item }

/** `number` is the lowest that its instances give, or null. */
export type PlacedSeries = {
  readonly path: string
  readonly uid: string
  readonly number: number | null
  readonly files: readonly PlacedFile<Instance>[]
}

/** `date` is the earliest of its instances, as DICOM text (`YYYYMMDD`), or null. */
export type PlacedStudy = {
  readonly path: string
  readonly uid: string
  readonly date: string | null
  readonly series: readonly PlacedSeries[]
}

/** One spelling of one patient: id and name as the files have them, either may be empty. */
export type PlacedPatient = {
  readonly path: string
  readonly id: string
  readonly name: string
  readonly studies: readonly PlacedStudy[]
}

export type FileSet = {
  readonly documents: readonly PlacedFile[]
  readonly patients: readonly PlacedPatient[]
}

const extensions = {
  dicom: 'DCM',
  pdf: 'PDF',
  picture: 'IMG',
  archive: 'ZIP',
  other: 'DAT',
} as const satisfies Record<ItemKind, string>

const pictureExtensions: ReadonlyMap<string | undefined, string> = new Map([
  ['image/jpeg', 'JPG'],
  ['image/png', 'PNG'],
  ['image/tiff', 'TIF'],
  ['image/heic', 'HEI'],
])

const extensionOf = ({ kind, facts }: BundleItem): string =>
  (kind === 'picture' ? pictureExtensions.get(facts.mediaType) : undefined) ?? extensions[kind]

/**
 * A counter of exactly `width` characters: decimal while that fits, then base 36 beginning with a letter, so
 * that no two numbers share a text (plain base 36 of 1,679,616 is `10000`) and text order stays number order.
 */
export const writeCounter = (count: number, width: number): string =>
  count < 10 ** width
    ? String(count).padStart(width, '0')
    : (10 * 36 ** (width - 1) + count - 10 ** width).toString(36).toUpperCase()

/** Order of code units: the same on every machine, unlike a locale's. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Numbered before unnumbered. */
const byNumber = (a: number | null, b: number | null): number => {
  if (a === b) return 0
  return (a ?? Number.POSITIVE_INFINITY) < (b ?? Number.POSITIVE_INFINITY) ? -1 : 1
}

const isInstance = (item: BundleItem): item is Instance => item.kind === 'dicom' && item.instance !== null

const placeSeries = (
  uid: string,
  number: number | null,
  items: readonly Instance[],
  path: string,
): PlacedSeries => ({
  path,
  uid,
  number,
  files: items
    .toSorted(
      (a, b) =>
        byNumber(a.instance.instanceNumber, b.instance.instanceNumber) ||
        byText(a.instance.sopUid, b.instance.sopUid) ||
        byText(a.id, b.id),
    )
    .map((item, at) => ({ path: `${path}/IM${writeCounter(at + 1, 6)}`, item })),
})

const firstNumber = (items: readonly Instance[]): number | null =>
  items.map((item) => item.instance.seriesNumber).reduce((a, b) => (byNumber(a, b) <= 0 ? a : b), null)

/** Reports, notes of key images and documents are read before the pictures, whatever their series' numbers. */
const holdsReport = (items: readonly Instance[]): boolean =>
  [...new Set(items.map(({ instance }) => instance.sopClass))].some((sopClass) =>
    isReportType(recordTypeOf(sopClass, false)),
  )

const placeStudy = (uid: string, date: string, items: readonly Instance[], path: string): PlacedStudy => ({
  path,
  uid,
  date: date === '' ? null : date,
  series: [...Map.groupBy(items, (item) => item.instance.seriesUid)]
    .map(([series, members]) => ({
      series,
      members,
      number: firstNumber(members),
      rank: holdsReport(members) ? 0 : 1,
    }))
    .sort((a, b) => a.rank - b.rank || byNumber(a.number, b.number) || byText(a.series, b.series))
    .map(({ series, members, number }, at) =>
      placeSeries(series, number, members, `${path}/SE${writeCounter(at + 1, 6)}`),
    ),
})

const earliestDate = (items: readonly Instance[]): string =>
  items
    .map((item) => item.facts.studyDate ?? '')
    .reduce((a, b) => (a !== '' && (b === '' || a <= b) ? a : b), '')

/** Studies without a date come last. */
const byDate = (a: string, b: string): number => Number(a === '') - Number(b === '') || byText(a, b)

const placePatient = (id: string, name: string, items: readonly Instance[], path: string): PlacedPatient => ({
  path,
  id,
  name,
  studies: [...Map.groupBy(items, (item) => item.instance.studyUid)]
    .map(([uid, members]) => ({ uid, members, date: earliestDate(members) }))
    .sort((a, b) => byDate(a.date, b.date) || byText(a.uid, b.uid))
    .map(({ uid, members, date }, at) =>
      placeStudy(uid, date, members, `${path}/ST${writeCounter(at + 1, 6)}`),
    ),
})

const placePatients = (items: readonly Instance[]): PlacedPatient[] =>
  [...Map.groupBy(items, ({ facts }) => JSON.stringify([facts.patientId ?? '', facts.patientName ?? '']))]
    .map(([, members]) => ({
      id: members[0]?.facts.patientId ?? '',
      name: members[0]?.facts.patientName ?? '',
      members,
    }))
    .sort((a, b) => byText(a.id, b.id) || byText(a.name, b.name))
    .map(({ id, name, members }, at) => placePatient(id, name, members, `DICOM/P${writeCounter(at + 1, 7)}`))

/** Where the documents of the one submission set lie (IHE ITI TF-2 §3.32.4.1.2). */
export const submissionFolder = 'IHE_XDM/SUBSET01'

/** IHE XDM asks for a document's SHA-1; what has none (an archive, DICOM without a study) is no document of XDM's. */
export const isDocument = ({ facts }: BundleItem): boolean => facts.sha1 !== undefined

const documentPath = (item: BundleItem, at: number): string =>
  `${isDocument(item) ? submissionFolder : 'OTHER'}/D${writeCounter(at + 1, 7)}.${extensionOf(item)}`

/**
 * Gives every item its path: DICOM instances `DICOM/P0000001/ST000001/SE000001/IM000001`, documents
 * `IHE_XDM/SUBSET01/D0000001.PDF`, everything else (also DICOM that belongs to no study) `OTHER/D0000002.DAT`.
 * Patients by (id, name), studies by (date, UID), series by (reports first, number, UID), instances by (number, UID,
 * id), documents by id.
 */
export const placeItems = (items: readonly BundleItem[]): FileSet => ({
  documents: items
    .filter((item) => !isInstance(item))
    .sort((a, b) => byText(a.id, b.id))
    .map((item, at) => ({ path: documentPath(item, at), item })),
  patients: placePatients(items.filter(isInstance)),
})

/** Every file in the order of the bundle: documents, then DICOM. */
export const listFiles = (set: FileSet): PlacedFile[] => [
  ...set.documents,
  ...set.patients.flatMap(({ studies }) =>
    studies.flatMap(({ series }) => series.flatMap(({ files }) => files)),
  ),
]
