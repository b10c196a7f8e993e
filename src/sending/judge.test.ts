/** Judging answers: only the gateway's own word ends anything, and waiting is never shorter than it asked for. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { faultCodes } from '#domain/fault.ts'
import { statusOf } from '#http/fault-to-reply.ts'
import { describeProblem } from '#http/problem.ts'
import { judge, readRetryAfter, waitBefore } from './judge.ts'

const said = (status: number, json: unknown = null) => judge({ status, json, retryAfter: null })

const ofCode = (code: (typeof faultCodes)[number]) =>
  said(statusOf(code), describeProblem({ refused: code, facts: {} }, 'request'))

describe('judging', () => {
  it.each([0, 301, 400, 403, 404, 408, 429, 500, 502, 503, 504])(
    'tries again after %i that is none of the gateway’s',
    (status) => {
      expect(said(status, '<html>')).toEqual({ kind: 'again', code: null })
      expect(said(status, { code: 'of-somebody-else' })).toEqual({ kind: 'again', code: null })
    },
  )

  it('sends smaller parts when a proxy refuses a large body', () => {
    expect(said(413)).toEqual({ kind: 'smaller' })
  })

  it('tries again whatever the gateway cannot help, and ends for what it will not change', () => {
    const kinds = new Map(faultCodes.map((code) => [code, ofCode(code).kind]))
    for (const code of faultCodes.filter((one) => statusOf(one) >= 500))
      expect([code, kinds.get(code)]).toEqual([code, 'again'])
    for (const code of ['rate.limited', 'request.too-slow', 'request.aborted', 'digest.mismatch'] as const)
      expect(kinds.get(code)).toBe('again')
    for (const code of ['session.ended', 'session.missing'] as const) expect(kinds.get(code)).toBe('renew')
    for (const code of ['plan.changed', 'plan.unknown-item'] as const) expect(kinds.get(code)).toBe('replan')
    const final = faultCodes.filter((one) => /^link\.|^case\.closed$|^plan\.too-many$/.test(one))
    for (const code of final) expect([code, kinds.get(code)]).toEqual([code, 'refused'])
  })

  it('waits longer each time, within bounds, and never shorter than told', () => {
    fc.assert(
      fc.property(
        fc.nat(100),
        fc.option(fc.nat(5_000)),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (nth, told, random) => {
          const ms = waitBefore(nth, told, random)
          expect(ms).toBeGreaterThanOrEqual(Math.min(told ?? 0, 3_600) * 1_000)
          expect(ms).toBeGreaterThanOrEqual(250)
          expect(ms).toBeLessThanOrEqual(Math.max(30_000, Math.min(told ?? 0, 3_600) * 1_100))
        },
      ),
    )
    expect([0, 1, 2, 3].map((nth) => waitBefore(nth, null, 1))).toEqual([500, 1_000, 2_000, 4_000])
  })

  it('reads Retry-After as seconds or as a moment', () => {
    expect(readRetryAfter('7', 0)).toBe(7)
    expect(readRetryAfter('Thu, 01 Jan 1970 00:00:09 GMT', 4_000)).toBe(5)
    expect(readRetryAfter('soon', 0)).toBeNull()
    expect(readRetryAfter(null, 0)).toBeNull()
  })
})
