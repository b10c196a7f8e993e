/** Case: one patient's request for a second opinion, and everything that belongs to it. */
import type { CaseId } from './id.ts'
import { machine } from './state-machine.ts'

export type CaseState =
  | 'requested'
  | 'collecting'
  | 'ready'
  | 'assigned'
  | 'in_review'
  | 'opined'
  | 'closed'
  | 'withdrawn'
  | 'expired'
  | 'erased'

const sideExits = ['withdrawn', 'expired', 'erased'] as const

/**
 * `ready → collecting` and its like are "more records came" after the desk thought it had everything. `withdrawn →
 * collecting` is for consent that is given again, and only where senders withdrew it and each of them gave it again:
 * the introduction ledger holds to that, and a case that was withdrawn for another reason stays so.
 */
export const caseMachine = machine<CaseState>('case', {
  requested: ['collecting', ...sideExits],
  collecting: ['ready', ...sideExits],
  ready: ['collecting', 'assigned', ...sideExits],
  assigned: ['ready', 'in_review', ...sideExits],
  in_review: ['assigned', 'opined', ...sideExits],
  opined: ['in_review', 'closed', ...sideExits],
  closed: ['erased'],
  withdrawn: ['collecting', 'erased'],
  expired: ['collecting', 'erased'],
  erased: [],
})

/** Records may come in while the case is in one of these. */
export const receivingStates = [
  'requested',
  'collecting',
  'ready',
  'assigned',
  'in_review',
] as const satisfies CaseState[]

/** Records may be read while the case is in one of these. */
export const readingStates = [
  'requested',
  'collecting',
  'ready',
  'assigned',
  'in_review',
  'opined',
] as const satisfies CaseState[]

/** True when records may come in. */
export const mayReceive = (state: CaseState): boolean =>
  (receivingStates as readonly CaseState[]).includes(state)

/**
 * A sender may still come over a link while the case is in one of these: to see where it stands, to withdraw consent
 * or to give it again. Sending needs more (`mayReceive`).
 */
const visitingStates = [...readingStates, 'withdrawn'] as const satisfies CaseState[]

/** True when a sender may come back, if only to look and to agree. */
export const mayVisit = (state: CaseState): boolean =>
  (visitingStates as readonly CaseState[]).includes(state)

/** True when records may be read. */
export const mayRead = (state: CaseState): boolean => (readingStates as readonly CaseState[]).includes(state)

export type Case = {
  readonly id: CaseId
  readonly state: CaseState
  /** Counts every change of what a bundle of this case would hold. */
  readonly revision: number
  readonly createdAt: Date
}
