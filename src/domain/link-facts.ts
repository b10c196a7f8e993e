/** Link facts: what of the stated patient a link carries, so that an edge without keys can show its page. */
import { initialsOf } from './identity/initials.ts'
import type { StatedPatient } from './patient.ts'

export type LinkFacts = {
  /** Null when the desk stated no name. */
  readonly initials: string | null
  /** Whom files must be about; empty where nothing may be compared. */
  readonly patient: Pick<StatedPatient, 'name' | 'birthDate' | 'sex'>
}

/** The facts of a case's patient. Files that come without a name on purpose are compared with none. */
export const linkFactsOf = ({ name, birthDate, sex, pseudonymous }: StatedPatient): LinkFacts => ({
  initials: initialsOf(name),
  patient: pseudonymous === true ? {} : { name, birthDate, sex },
})
