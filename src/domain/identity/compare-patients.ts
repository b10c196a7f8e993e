/**
 * Compares whom a case is about with whom a file is about, and says what a person should know of it, as codes of
 * the verdict table. Nothing is ever made to fit: a doubt is for the desk.
 */
import { compareBirthDates, type DateGrade, readBirthDate } from './birth-date.ts'
import { compareNames, type NameGrade } from './compare-names.ts'
import { isNoName, readId } from './placeholder.ts'

export type IdentityCode =
  | 'IDENTITY_MATCH'
  | 'IDENTITY_NAME_VARIANT'
  | 'IDENTITY_NO_BIRTHDATE'
  | 'IDENTITY_BIRTHDATE_CLOSE'
  | 'IDENTITY_BIRTHDATE_MISMATCH'
  | 'IDENTITY_NAME_MISMATCH'
  | 'IDENTITY_OTHER_PATIENT'
  | 'IDENTITY_ID_CONFLICT'
  | 'IDENTITY_SEX_MISMATCH'
  | 'IDENTITY_ABSENT'

/** Whom a file or a case is about, as it says so itself. */
export type Identity = {
  readonly patientName?: string | undefined
  readonly birthDate?: string | undefined
  /** F, M or O (PS3.3 §C.7.1.1); anything else is not known. */
  readonly sex?: string | undefined
  readonly patientId?: string | undefined
  /** Who gave the id. Ids of two issuers, or of an unknown one, prove nothing. */
  readonly issuerOfPatientId?: string | undefined
  /** Numbers from elsewhere (0010,1002), which count like the first one. */
  readonly otherPatientIds?: readonly { readonly id: string; readonly issuer: string }[] | undefined
}

type IdGrade = 'equal' | 'conflict' | 'unknown'

type IssuedId = { readonly id: string; readonly issuer: string }

const issuedIds = ({ patientId, issuerOfPatientId, otherPatientIds = [] }: Identity): readonly IssuedId[] =>
  [{ id: patientId, issuer: issuerOfPatientId }, ...otherPatientIds].flatMap((one) => {
    const [id, issuer] = [readId(one.id), readId(one.issuer)]
    return id === null || issuer === null ? [] : [{ id, issuer }]
  })

/** One number in common is enough: a house that merged two records of a patient gave both of them. */
const compareIds = (a: Identity, b: Identity): IdGrade => {
  const others = issuedIds(b)
  const pairs = issuedIds(a).flatMap(({ id, issuer }) =>
    others.filter((other) => other.issuer === issuer).map((other) => other.id === id),
  )
  if (pairs.length === 0) return 'unknown'
  return pairs.includes(true) ? 'equal' : 'conflict'
}

const readSex = (text: string | undefined): string | null =>
  /^[FMO]$/.exec(text?.trim().toUpperCase() ?? '')?.[0] ?? null

const haveOtherSex = (a: Identity, b: Identity): boolean => {
  const [sex, other] = [readSex(a.sex), readSex(b.sex)]
  return sex !== null && other !== null && sex !== other
}

const ofSureName: Readonly<Record<DateGrade, IdentityCode>> = {
  equal: 'IDENTITY_MATCH',
  absent: 'IDENTITY_NO_BIRTHDATE',
  close: 'IDENTITY_BIRTHDATE_CLOSE',
  other: 'IDENTITY_BIRTHDATE_MISMATCH',
}

/** A name that is only nearly the same must be held by the birth date. */
const ofVariant: Readonly<Record<DateGrade, IdentityCode>> = {
  ...ofSureName,
  equal: 'IDENTITY_NAME_VARIANT',
  absent: 'IDENTITY_NAME_MISMATCH',
}

const ofOtherName: Readonly<Record<DateGrade, IdentityCode>> = {
  equal: 'IDENTITY_NAME_MISMATCH',
  absent: 'IDENTITY_OTHER_PATIENT',
  close: 'IDENTITY_OTHER_PATIENT',
  other: 'IDENTITY_OTHER_PATIENT',
}

const judge = (name: NameGrade, date: DateGrade, id: IdGrade): IdentityCode => {
  if (name === 'equal') return ofSureName[date]
  if (name === 'variant') return ofVariant[date]
  // One letter is a slip when the same house gave both the same number, and a twin otherwise.
  if (name === 'edited' && date === 'equal' && id === 'equal') return 'IDENTITY_NAME_VARIANT'
  return ofOtherName[date]
}

const holds: readonly IdentityCode[] = ['IDENTITY_MATCH', 'IDENTITY_NAME_VARIANT', 'IDENTITY_NO_BIRTHDATE']

/** True when these codes leave no doubt that a person must settle. */
export const isSamePatient = (codes: readonly IdentityCode[]): boolean =>
  codes.every((code) => holds.includes(code))

/**
 * What is to be said of two identities, whichever is named first: never empty. When either has no name, that is
 * all there is to say.
 */
export const comparePatients = (a: Identity, b: Identity): readonly IdentityCode[] => {
  if (isNoName(a.patientName) || isNoName(b.patientName)) return ['IDENTITY_ABSENT']
  const id = compareIds(a, b)
  const name = compareNames(a.patientName ?? '', b.patientName ?? '')
  const code = judge(name, compareBirthDates(a.birthDate, b.birthDate), id)
  if (!holds.includes(code)) return [code]
  const against: IdentityCode[] = [
    ...(id === 'conflict' ? (['IDENTITY_ID_CONFLICT'] as const) : []),
    ...(haveOtherSex(a, b) ? (['IDENTITY_SEX_MISMATCH'] as const) : []),
  ]
  return against.length > 0 && code === 'IDENTITY_MATCH' ? against : [code, ...against]
}

/** What of a person two records tell differently. */
export const differences = ['name', 'birthDate', 'sex', 'id'] as const

export type Difference = (typeof differences)[number]

/** In what two identities differ, for a person who is to decide; what either does not tell is no difference. */
export const differencesOf = (a: Identity, b: Identity): readonly Difference[] => {
  const named = !isNoName(a.patientName) && !isNoName(b.patientName)
  const date = compareBirthDates(a.birthDate, b.birthDate)
  const found: Readonly<Record<Difference, boolean>> = {
    name: named && compareNames(a.patientName ?? '', b.patientName ?? '') !== 'equal',
    birthDate: date === 'close' || date === 'other',
    sex: haveOtherSex(a, b),
    id: compareIds(a, b) === 'conflict',
  }
  return differences.filter((one) => found[one])
}

/** True when nothing can be said of whose a file is: no name and no number. */
export const isNobody = (identity: Identity): boolean =>
  isNoName(identity.patientName) && readId(identity.patientId) === null

/** An identity as a key: the same for files that say the same, letter for letter. */
export const identityKey = (identity: Identity): string =>
  JSON.stringify([
    identity.patientName ?? '',
    readBirthDate(identity.birthDate),
    readSex(identity.sex),
    readId(identity.patientId),
    readId(identity.issuerOfPatientId),
    issuedIds(identity),
  ])

/** Whether two files are of one patient. Where a name was taken out, the numbers put in its place must agree. */
export const areOfOnePatient = (a: Identity, b: Identity): boolean => {
  const [one, other] = [isNoName(a.patientName), isNoName(b.patientName)]
  if (one !== other) return false
  if (!one) return isSamePatient(comparePatients(a, b))
  return readId(a.patientId) === readId(b.patientId)
}
