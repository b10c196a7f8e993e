/**
 * Decisions: what a person of the desk may do with an item that waits in quarantine, how many people that takes,
 * and why they did it. One table says which codes need more than one person's word.
 */
import type { ItemState } from './item.ts'
import { type VerdictCode, verdictSentence } from './verdict.ts'

export type DecisionAct = 'release' | 'discard'

/** Why a file was let through although a check stopped it. */
export const releaseReasons = [
  'identity-confirmed',
  'content-checked',
  'sender-confirmed',
  'needed-despite-damage',
  'other',
] as const

/** Why a file was taken out of the case for good. */
export const discardReasons = [
  'other-patient',
  'unsafe',
  'unreadable',
  'better-copy',
  'not-needed',
  'other',
] as const

export type DecisionReason = (typeof releaseReasons)[number] | (typeof discardReasons)[number]

/**
 * What a release takes: one person's word, that of two different people, another check first, or nothing helps.
 * Discarding takes one person, always: it only ever shows less.
 */
export type ReleaseRule = 'one-person' | 'two-persons' | 'check-first' | 'locked'

const strictness: readonly ReleaseRule[] = ['one-person', 'two-persons', 'check-first', 'locked']

/** Codes that one person alone may not release. Every other code that quarantines takes one. */
export const strictCodes = {
  IDENTITY_OTHER_PATIENT: 'two-persons',
  MALWARE_FOUND: 'locked',
  // Nothing looked at whose it is.
  CHECK_UNAVAILABLE: 'two-persons',
  // Nobody could say where in it the place stands that it was taken at.
  PICTURE_LIMIT: 'locked',
} as const satisfies Partial<Record<VerdictCode, ReleaseRule>>

const ruleOf = (code: VerdictCode): ReleaseRule =>
  Object.hasOwn(strictCodes, code) ? strictCodes[code as keyof typeof strictCodes] : 'one-person'

/** A picture whose parts could not be told apart: what must not leave it is not known. */
const isEntangled = (codes: readonly VerdictCode[]): boolean =>
  codes.includes('PICTURE_DAMAGED') && !codes.includes('PICTURE_IDENTITY_UNVERIFIED')

/** The strictest rule of its codes. `looked`: whether anything could look into the item at all. */
export const releaseRule = (codes: readonly VerdictCode[], looked: boolean): ReleaseRule => {
  const rules = [
    ...codes.map(ruleOf),
    looked ? 'one-person' : 'check-first',
    isEntangled(codes) ? 'locked' : 'one-person',
  ] as const
  return rules.reduce((worst, rule) => (strictness.indexOf(rule) > strictness.indexOf(worst) ? rule : worst))
}

const released = 'A person of the desk looked at this file and let it through.'
const removed = 'A person of the desk looked at this file and took it out of the case. Nobody will read it.'
const leftOut = 'This file was left out.'

/** Where an item stands, for its sender; null where there is nothing to say. Only the desk discards with codes. */
export const itemSentence = (state: ItemState, codes: readonly VerdictCode[]): string | null => {
  if (state === 'released') return released
  if (state === 'discarded') return codes.length === 0 ? leftOut : removed
  return verdictSentence(codes)
}
