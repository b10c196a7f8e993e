/**
 * Record types: what a disc's directory calls an object, by its SOP class (PS3.3 Table F.4-1, PS3.4 Table B.5-1).
 * A class that is in no table of the standard is `PRIVATE` (PS3.11 §D.3.3), unless it plainly has a picture.
 */
import { isImageClass } from './storage-class.ts'

/** Directory Record Type (0004,1430) of a record that names a file below a series. */
export type RecordType =
  | 'ASSESSMENT'
  | 'ENCAP DOC'
  | 'FIDUCIAL'
  | 'IMAGE'
  | 'KEY OBJECT DOC'
  | 'MEASUREMENT'
  | 'PLAN'
  | 'PRESENTATION'
  | 'PRIVATE'
  | 'RADIOTHERAPY'
  | 'RAW DATA'
  | 'REGISTRATION'
  | 'RT DOSE'
  | 'RT PLAN'
  | 'RT STRUCTURE SET'
  | 'RT TREAT RECORD'
  | 'SPECTROSCOPY'
  | 'SR DOCUMENT'
  | 'STEREOMETRIC'
  | 'SURFACE'
  | 'SURFACE SCAN'
  | 'TRACT'
  | 'VALUE MAP'
  | 'WAVEFORM'

const storage = '1.2.840.10008.5.1.4.1.1.'

/** What stands behind `storage`; the first that fits counts. */
const types: readonly (readonly [RegExp, RecordType])[] = [
  [/^9\./, 'WAVEFORM'],
  [/^11\.|^131$/, 'PRESENTATION'],
  [/^4\.2$/, 'SPECTROSCOPY'],
  [/^66$/, 'RAW DATA'],
  [/^66\.[13]$/, 'REGISTRATION'],
  [/^66\.2$/, 'FIDUCIAL'],
  [/^66\.5$/, 'SURFACE'],
  [/^66\.6$/, 'TRACT'],
  [/^67$/, 'VALUE MAP'],
  [/^68\.[12]$/, 'SURFACE SCAN'],
  [/^77\.1\.5\.3$/, 'STEREOMETRIC'],
  [/^66\.8$|^81\.1$|^82\.1$/, 'IMAGE'],
  [/^88\.59$/, 'KEY OBJECT DOC'],
  [/^78\.6$|^79\.1$|^88\./, 'SR DOCUMENT'],
  [/^78\.|^80\.1$/, 'MEASUREMENT'],
  [/^90\.1$/, 'ASSESSMENT'],
  [/^104\./, 'ENCAP DOC'],
  [/^481\.2$/, 'RT DOSE'],
  [/^481\.3$/, 'RT STRUCTURE SET'],
  [/^481\.[58]$/, 'RT PLAN'],
  [/^481\.[4679]$/, 'RT TREAT RECORD'],
  [/^481\.(1[0-9]|2[0-9])$/, 'RADIOTHERAPY'],
]

/** RT Beams and Brachy Application Delivery Instruction (PS3.4 Table B.5-1), which lie outside `storage`. */
const plans: ReadonlySet<string> = new Set(['1.2.840.10008.5.1.4.34.7', '1.2.840.10008.5.1.4.34.10'])

/** The record type of an object. `hasPicture`: it has rows and columns, which tells of a class that is not known. */
export const recordTypeOf = (sopClass: string, hasPicture: boolean): RecordType => {
  if (isImageClass(sopClass)) return 'IMAGE'
  if (plans.has(sopClass)) return 'PLAN'
  const rest = sopClass.startsWith(storage) ? sopClass.slice(storage.length) : null
  const known = rest === null ? undefined : types.find(([pattern]) => pattern.test(rest))
  return known?.[1] ?? (rest !== null && hasPicture ? 'IMAGE' : 'PRIVATE')
}

/** What a person reads before the pictures: reports, notes of key images, and documents in an envelope. */
export const isReportType = (type: RecordType): boolean =>
  type === 'SR DOCUMENT' || type === 'KEY OBJECT DOC' || type === 'ENCAP DOC'
