/**
 * Directory tree: which files of a file-set its DICOMDIR names, and below which patient, study and series.
 *
 * A patient of the directory is one Patient ID, which is unique in a file-set (PS3.3 §F.5.1): two spellings of a name
 * under one number are one patient here, while their files lie apart. Files without a number get one of ours for each
 * spelling. Not named are files that are no PS3.10 files, that have a UID no reader would take, and any but the first of
 * several with one SOP Instance UID: a medium may not name them, and they are in the bundle all the same.
 */
import { readUid } from '#domain/study.ts'
import { longString } from './directory-text.ts'
import type { FileSet, PlacedFile, PlacedPatient } from './file-set.ts'

/** A file that a directory names: a DICOM instance and its path. */
export type NamedFile = PlacedPatient['studies'][number]['series'][number]['files'][number]

export type NamedSeries = {
  readonly uid: string
  readonly number: number | null
  readonly files: NamedFile[]
}
export type NamedStudy = { readonly uid: string; readonly series: NamedSeries[] }
export type NamedPatient = { readonly id: string; readonly name: string; readonly studies: NamedStudy[] }

const isNameable = ({ item: { bare, instance } }: NamedFile): boolean =>
  bare !== true &&
  readUid(instance.sopUid) !== null &&
  readUid(instance.sopClass) !== null &&
  readUid(instance.transferSyntax) !== null

/** The entry of a map, made when it is not there. */
const entryOf = <Value>(map: Map<string, Value>, key: string, make: () => Value): Value => {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

/** An id for each spelling that has none: the case's, then with `.2`, `.3` behind it. */
const idsFor = (caseId: string) => {
  let made = 0
  return (patient: PlacedPatient): string => {
    const id = longString(patient.id)
    if (id !== '') return id
    made += 1
    return made === 1 ? caseId : `${caseId}.${made}`
  }
}

/** The files a directory names, in the order of the bundle. */
export const nameFiles = (set: FileSet, caseId: string): readonly NamedPatient[] => {
  const idOf = idsFor(caseId)
  const seen = new Set<string>()
  const patients = new Map<string, NamedPatient>()
  const studies = new Map<string, NamedStudy>()
  const series = new Map<string, NamedSeries>()
  for (const placed of set.patients) {
    const id = idOf(placed)
    for (const study of placed.studies)
      for (const { uid, number, files } of study.series) {
        if (readUid(study.uid) === null || readUid(uid) === null) continue
        for (const file of files) {
          if (!isNameable(file) || seen.has(file.item.instance.sopUid)) continue
          seen.add(file.item.instance.sopUid)
          const patient = entryOf(patients, id, () => ({ id, name: placed.name, studies: [] }))
          const named = entryOf(studies, `${id}\\${study.uid}`, () => {
            const made = { uid: study.uid, series: [] }
            patient.studies.push(made)
            return made
          })
          entryOf(series, `${id}\\${study.uid}\\${uid}`, () => {
            const made = { uid, number, files: [] }
            named.series.push(made)
            return made
          }).files.push(file)
        }
      }
  }
  return [...patients.values()]
}

/** How many of a file-set's instances its directory does not name. */
export const countUnnamed = (set: FileSet, named: readonly NamedPatient[]): number => {
  const count = (
    patients: readonly { studies: readonly { series: readonly { files: readonly PlacedFile[] }[] }[] }[],
  ) =>
    patients
      .flatMap(({ studies }) => studies.flatMap(({ series }) => series))
      .reduce((sum, { files }) => sum + files.length, 0)
  return count(set.patients) - count(named)
}
