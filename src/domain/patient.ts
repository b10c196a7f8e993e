/** The patient as the desk knows them. Kept only sealed, with the other details of the case. */
import type { Identity } from './identity/compare-patients.ts'

export type StatedPatient = {
  /** As a form has it, or with `^` and `=` as DICOM does (PS3.5 §6.2). Without one nothing is compared. */
  readonly name?: string | undefined
  /** ISO, `YYYY-MM-DD`. */
  readonly birthDate?: string | undefined
  readonly sex?: string | undefined
  /** The patient's number, and who gave it: only with both does it prove anything. */
  readonly id?: string | undefined
  readonly issuer?: string | undefined
  /** True when files are expected to come without the patient's name. */
  readonly pseudonymous?: boolean | undefined
}

/** What the desk knows of the request. */
export type CaseDetails = {
  readonly patient: StatedPatient
  readonly question?: string | undefined
}

/** Whom files must be about; null when the desk gave nothing to compare with. */
export const expectedIdentity = ({
  name,
  birthDate,
  sex,
  id,
  issuer,
  pseudonymous,
}: StatedPatient): Identity | null =>
  name === undefined || pseudonymous === true
    ? null
    : { patientName: name, birthDate, sex, patientId: id, issuerOfPatientId: issuer }
