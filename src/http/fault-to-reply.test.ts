/** Every fault has words and a status, and nothing of an exception gets through. */
import { describe, expect, it } from 'vitest'
import { Fault, faultCodes } from '#domain/fault.ts'
import { refusalOf } from './error-to-refusal.ts'
import { faultReplies, retryAfter } from './fault-to-reply.ts'

describe('faultReplies', () => {
  it.each(faultCodes)('has a row for %s', (code) => {
    const { status, title, detail } = faultReplies[code]
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(600)
    expect(title).toMatch(/^[A-Z].*[^.]$/)
    expect(detail).toMatch(/^[A-Z].*\.$/)
  })

  it('has no row more', () => {
    expect(Object.keys(faultReplies).toSorted()).toEqual([...faultCodes].toSorted())
  })
})

describe('refusalOf', () => {
  it.each([
    [
      new Fault('store.full', { facts: { free: 1 }, cause: new Error('x') }),
      { refused: 'store.full', facts: { free: 1 } },
    ],
    [new Error('words'), { refused: 'internal', facts: {} }],
    [
      Object.assign(new Error('words'), { status: 413, type: 'entity.too.large' }),
      { refused: 'request.too-large', facts: {} },
    ],
    [
      Object.assign(new Error('words'), { status: 400, type: 'request.aborted' }),
      { refused: 'request.aborted', facts: {} },
    ],
    [Object.assign(new Error('words'), { status: 418 }), { refused: 'internal', facts: {} }],
    ['words', { refused: 'internal', facts: {} }],
    [null, { refused: 'internal', facts: {} }],
  ])('%s', (error, refusal) => {
    expect(refusalOf(error)).toEqual(refusal)
  })
})

describe('retryAfter', () => {
  it('says what it was told, or the usual, or nothing', () => {
    expect(retryAfter('rate.limited', { seconds: 1.2 })).toBe(2)
    expect(retryAfter('store.unavailable', {})).toBe(5)
    expect(retryAfter('case.closed', {})).toBeNull()
  })
})
