/** When a link may become a session: its time, its uses, and a sender who is in the middle of sending. */
import { describe, expect, it } from 'vitest'
import { isRefusal, refuse } from './fault.ts'
import { type LastWork, type LinkState, mayExchange, sessionOver, standingOf } from './link.ts'

const noon = new Date('2026-11-02T12:00:00.000Z')
const minute = 60
const hour = 60 * minute
const after = (seconds: number): Date => new Date(noon.getTime() + seconds * 1_000)

const idle: LastWork = { workedAt: null, overAt: null }
const link = (over: { state?: LinkState; maxUses?: number | null; uses?: number } = {}) => ({
  state: 'open' as const,
  expiresAt: noon,
  maxUses: null,
  uses: 0,
  ...over,
})

const told = (terms: ReturnType<typeof link>, work: LastWork, at: Date): string => {
  const outcome = mayExchange(terms, work, at)
  if (isRefusal(outcome)) return outcome.refused
  return outcome.counts ? 'counts' : 'goes on'
}

describe('mayExchange', () => {
  it.each<[string, ReturnType<typeof link>, LastWork, number, string]>([
    ['in time', link(), idle, -1, 'counts'],
    ['over, and nobody was at work', link(), idle, 0, 'link.expired'],
    ['over, at work a moment ago', link(), { workedAt: after(-1), overAt: null }, 0, 'counts'],
    ['over, at work half an hour ago', link(), { workedAt: noon, overAt: null }, 30 * minute, 'counts'],
    ['over, at work longer ago', link(), { workedAt: noon, overAt: null }, 30 * minute + 1, 'link.expired'],
    [
      'over for a day less a second',
      link(),
      { workedAt: after(24 * hour - 9), overAt: null },
      24 * hour - 1,
      'counts',
    ],
    [
      'over for a day, busy or not',
      link(),
      { workedAt: after(24 * hour - 9), overAt: null },
      24 * hour,
      'link.expired',
    ],
    ['used up', link({ maxUses: 1, uses: 1 }), idle, -9, 'link.used-up'],
    [
      'used up, while the session lives',
      link({ maxUses: 1, uses: 1 }),
      { workedAt: after(-10), overAt: after(99) },
      -9,
      'link.used-up',
    ],
    [
      'used up, the session just ended',
      link({ maxUses: 1, uses: 1 }),
      { workedAt: after(-10), overAt: after(-10) },
      -9,
      'goes on',
    ],
    [
      'used up, the session ended half an hour ago',
      link({ maxUses: 1, uses: 1 }),
      { workedAt: null, overAt: after(-31 * minute) },
      -minute,
      'goes on',
    ],
    [
      'used up, the session ended longer ago',
      link({ maxUses: 1, uses: 1 }),
      { workedAt: null, overAt: after(-31 * minute) },
      0 - minute + 1,
      'link.used-up',
    ],
    [
      'with uses left, the session just ended',
      link({ maxUses: 2, uses: 1 }),
      { workedAt: null, overAt: after(-10) },
      -9,
      'goes on',
    ],
    [
      'over and used up, in the middle of sending',
      link({ maxUses: 1, uses: 1 }),
      { workedAt: after(50), overAt: after(60) },
      61,
      'goes on',
    ],
    [
      'over and used up, while the session lives',
      link({ maxUses: 1, uses: 1 }),
      { workedAt: after(50), overAt: after(90) },
      61,
      'link.used-up',
    ],
    [
      'replaced, in the middle of sending',
      link({ state: 'replaced' }),
      { workedAt: after(-10), overAt: after(-9) },
      -8,
      'link.revoked',
    ],
    [
      'revoked, in the middle of sending',
      link({ state: 'revoked' }),
      { workedAt: after(-10), overAt: after(-9) },
      -8,
      'link.revoked',
    ],
  ])('%s: %#', (_, terms, work, at, outcome) => {
    expect(told(terms, work, after(at))).toBe(outcome)
  })
})

it('a session is over after the quiet minutes or the longest time, whichever is first', () => {
  expect(sessionOver(noon, noon)).toEqual(after(30 * minute))
  expect(sessionOver(noon, after(23 * hour))).toEqual(after(23 * hour + 30 * minute))
  expect(sessionOver(noon, after(24 * hour - 1))).toEqual(after(24 * hour))
})

describe('standingOf', () => {
  const open = { state: 'open', lockedUntil: null } as const
  it.each<[string, string, Parameters<typeof standingOf>]>([
    ['open', 'open', [open, null, true, noon]],
    ['locked', 'locked', [{ ...open, lockedUntil: after(1) }, null, true, noon]],
    ['locked no more', 'open', [{ ...open, lockedUntil: noon }, null, true, noon]],
    [
      'expired, and locked',
      'expired',
      [{ ...open, lockedUntil: after(1) }, refuse('link.expired'), true, noon],
    ],
    ['used up', 'used-up', [open, refuse('link.used-up'), true, noon]],
    ['replaced', 'replaced', [{ ...open, state: 'replaced' }, refuse('link.revoked'), true, noon]],
    [
      'revoked, of a closed case',
      'revoked',
      [{ ...open, state: 'revoked' }, refuse('link.revoked'), false, noon],
    ],
    ['of a closed case, and expired', 'closed', [open, refuse('link.expired'), false, noon]],
    ['of a case whose key is gone', 'closed', [open, refuse('case.closed'), true, noon]],
  ])('%s: %s', (_, standing, asked) => {
    expect(standingOf(...asked)).toBe(standing)
  })
})
