/** Refusals: whatever the gateway says no with, there is a page, and while sending it says what is safe. */
import { describe, expect, it } from 'vitest'
import { faultCodes } from '#domain/fault.ts'
import { readRefusal } from './refusals.ts'
import type { Asked } from './scene.ts'

const asked: Asked = {
  institution: 'Desk',
  contact: '020',
  role: 'family',
  initials: 'A. D.',
  lastTwo: '7F',
  until: new Date(0),
  check: 'birth-date',
  arrived: { files: 0, of: 0 },
  finishedAt: null,
}
const safe = { files: 3, of: 9 }

describe('readRefusal', () => {
  it('asks again for what did not match, with the tries that are left', () => {
    expect(readRefusal({ code: 'link.code-wrong', left: 3 }, asked, null)).toMatchObject({
      page: { at: 'check', kind: 'birth-date', left: 3 },
    })
    expect(readRefusal({ code: 'link.code-needed', left: null }, asked, safe)).toMatchObject({
      page: { at: 'check', left: null },
    })
  })

  it.each([
    ['link.revoked', 'withdrawn'],
    ['case.closed', 'closed'],
    ['store.full', 'full'],
    ['plan.changed', 'failed'],
    ['line', 'failed'],
  ] as const)('stops sending at %s, and says what is safe', (code, why) => {
    expect(readRefusal({ code, left: null }, asked, safe)).toEqual({
      kind: 'page',
      page: { at: 'stopped', asked, why, safe: 3, of: 9 },
    })
  })

  it.each([
    ['link.expired', 'expired', 'may'],
    ['link.revoked', 'revoked', 'may-not'],
    ['link.invalid', 'unknown', 'may-not'],
  ] as const)('tells of %s that the link is dead', (code, why, asking) => {
    expect(readRefusal({ code, left: null }, null, null)).toMatchObject({ page: { at: 'dead', why, asking } })
  })

  it('knows something to do for every code there is', () => {
    for (const code of faultCodes)
      for (const sent of [safe, null])
        expect(readRefusal({ code, left: null }, asked, sent).kind).toMatch(/^(page|look|introduce|alarm)$/)
  })
})
