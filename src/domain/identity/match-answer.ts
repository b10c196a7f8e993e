/**
 * Match answer: what a sender is told when they ask whether what was found on their machine is of the case's patient.
 * One word, and never in what two people differ.
 */
import { comparePatients, type Identity, type IdentityCode } from './compare-patients.ts'

/** `unknown`: one of the two says nothing to compare. */
export const matchAnswers = ['same', 'variant', 'different', 'unknown'] as const

export type MatchAnswer = (typeof matchAnswers)[number]

const variants: readonly IdentityCode[] = ['IDENTITY_MATCH', 'IDENTITY_NAME_VARIANT', 'IDENTITY_NO_BIRTHDATE']

/** Whether `found` is of the stated patient. */
export const answerMatch = (stated: Identity, found: Identity): MatchAnswer => {
  const codes = comparePatients(stated, found)
  if (codes.includes('IDENTITY_ABSENT')) return 'unknown'
  if (codes.every((code) => code === 'IDENTITY_MATCH')) return 'same'
  return codes.every((code) => variants.includes(code)) ? 'variant' : 'different'
}
