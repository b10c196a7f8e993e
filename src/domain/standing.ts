/** Standing: what a sender is told of the case between two visits, in steps that a person understands. */
import type { CaseState } from './case.ts'

export type StandingStep = 'waiting' | 'received' | 'with-specialist' | 'opinion-ready' | 'ended'

const ofState: Readonly<Partial<Record<CaseState, StandingStep>>> = {
  assigned: 'with-specialist',
  in_review: 'with-specialist',
  opined: 'opinion-ready',
  closed: 'ended',
  withdrawn: 'ended',
  expired: 'ended',
  erased: 'ended',
}

/**
 * `finished`: this sender said that it was all; until then the desk waits for them, whatever somebody looked at
 * meanwhile. `opened`: some reader has read of the case.
 */
export const stepOf = (state: CaseState, finished: boolean, opened: boolean): StandingStep =>
  ofState[state] ?? (finished ? (opened ? 'with-specialist' : 'received') : 'waiting')
