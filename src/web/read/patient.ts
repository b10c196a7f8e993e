/** Whose records these are, and whether what the images say agrees: the guard against the wrong patient. Pure. */
import type { StudyRow } from './studies.ts'

/** As the desk typed it, or as DICOM has it (`DESHPANDE^ASHA`). */
export const printName = (name: string): string => {
  const [family = '', ...given] = name.split('^').map((part) => part.trim())
  const rest = given.filter((part) => part !== '').join(' ')
  return rest === '' ? family : `${family}, ${rest}`
}

const words = (name: string): readonly string[] =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word.length > 1)

const isLatin = (name: string): boolean => /^[\p{Script=Latin}\p{P}\p{Z}\p{M}\p{N}^=]+$/u.test(name)

/** True when two names have no word in common. Names in different scripts cannot be told apart here. */
export const namesDiffer = (one: string, other: string): boolean => {
  if (!isLatin(one) || !isLatin(other)) return false
  const [a, b] = [words(one), words(other)]
  return a.length > 0 && b.length > 0 && !a.some((word) => b.includes(word))
}

export type Doubt = {
  readonly study: StudyRow
  readonly name: string | null
  readonly birthDate: string | null
}

/** The studies that name somebody else: another birth date, or a name without one word of the patient's. */
export const doubtsOf = (
  patient: { readonly name?: string | undefined; readonly birthDate?: string | undefined },
  studies: readonly StudyRow[],
): readonly Doubt[] =>
  studies.flatMap((study) => {
    const otherDay =
      study.birthDate !== null && patient.birthDate !== undefined && study.birthDate !== patient.birthDate
    const otherName =
      study.patientName !== null && patient.name !== undefined && namesDiffer(patient.name, study.patientName)
    return otherDay || otherName ? [{ study, name: study.patientName, birthDate: study.birthDate }] : []
  })
