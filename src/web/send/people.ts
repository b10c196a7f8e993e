/** People among files: which of them are one person written in two ways. For the eye; the gateway compares by itself. */
import { fold } from '#domain/identity/fold.ts'
import type { DicomHead } from '#sending/dicom-head.ts'

export type Person = Pick<DicomHead, 'patientName' | 'birthDate' | 'sex'>

/** The same for two files that say the same of their patient, letter by letter. */
export const personKey = ({ patientName, birthDate, sex }: Person): string =>
  [patientName ?? '', birthDate ?? '', sex ?? ''].join('\n')

/** The same for a name in capitals, with commas, or its parts in another order; empty without a name. */
export const looseKey = ({ patientName, birthDate }: Person): string => {
  const [alphabetic = ''] = (patientName ?? '').split('=')
  const words = fold(alphabetic)
    .plain.split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '')
  return words.length === 0 ? '' : `${words.sort().join(' ')}\n${(birthDate ?? '').replace(/\D/g, '')}`
}

/** A date of DICOM (PS3.5 §6.2, DA) as ISO has it; null when it is none. */
export const isoDate = (date: string | null): string | null => {
  const [, year, month, day] = /^(\d{4})[.-]?(\d\d)[.-]?(\d\d)$/.exec(date ?? '') ?? []
  return year === undefined ? null : `${year}-${month}-${day}`
}

/** A name as it is shown: without the marks between its parts (PS3.5 §6.2, PN). */
export const shownName = (name: string | null): string | null => {
  if (name === null) return null
  const [alphabetic = '', ideographic = ''] = name.split('=')
  const chosen = alphabetic.trim() === '' ? ideographic : alphabetic
  return chosen.split('^').filter(Boolean).join(' ').replace(/\s+/g, ' ').trim() || null
}
