/** The step a sender is told, of every state a case can be in. */
import { describe, expect, it } from 'vitest'
import { caseMachine, mayRead } from './case.ts'
import { stepOf } from './standing.ts'

const told = (finished: boolean, opened: boolean) =>
  Object.fromEntries(caseMachine.states.map((state) => [state, stepOf(state, finished, opened)]))

describe('stepOf', () => {
  const always = {
    assigned: 'with-specialist',
    in_review: 'with-specialist',
    opined: 'opinion-ready',
    closed: 'ended',
    withdrawn: 'ended',
    expired: 'ended',
    erased: 'ended',
  }

  it.each([
    [false, false, 'waiting'],
    [false, true, 'waiting'],
    [true, false, 'received'],
    [true, true, 'with-specialist'],
  ] as const)('finished %s, opened %s: %s, unless the state says more', (finished, opened, step) => {
    expect(told(finished, opened)).toEqual({ requested: step, collecting: step, ready: step, ...always })
  })

  it('says that it ended exactly where nobody reads', () => {
    for (const state of caseMachine.states)
      expect(stepOf(state, true, true) === 'ended').toBe(!mayRead(state))
  })
})
