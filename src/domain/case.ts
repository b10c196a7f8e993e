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

/** `ready → collecting` and its like are "more records came" after the desk thought it had everything. */
export const caseMachine = machine<CaseState>('case', {
  requested: ['collecting', ...sideExits],
  collecting: ['ready', ...sideExits],
  ready: ['collecting', 'assigned', ...sideExits],
  assigned: ['ready', 'in_review', ...sideExits],
  in_review: ['assigned', 'opined', ...sideExits],
  opined: ['in_review', 'closed', ...sideExits],
  closed: ['erased'],
  withdrawn: ['erased'],
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

/** True when records may be read. */
export const mayRead = (state: CaseState): boolean => (readingStates as readonly CaseState[]).includes(state)

export type Case = {
  readonly id: CaseId
  readonly state: CaseState
  /** Counts every change of what a bundle of this case would hold. */
  readonly revision: number
  readonly createdAt: Date
}
