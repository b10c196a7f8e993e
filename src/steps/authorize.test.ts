/** What a sender's session may be used for: to visit, to talk, to bring, as case and consent stand. */
import { describe, expect, it } from 'vitest'
import { isRefusal } from '#domain/fault.ts'
import type { SenderPurpose } from '#domain/link.ts'
import { actors } from '#http/rehearsal.ts'
import { authorizeSender } from './authorize.ts'

const ask = async (
  consent: 'asked' | 'required',
  over: { readonly receives?: boolean; readonly consented?: boolean },
  purpose: SenderPurpose,
) => {
  const links = { session: async () => ({ ...actors.session, ...over }) }
  const needs = { links, secrets: { hash: () => Buffer.alloc(32) }, clock: { now: () => new Date(0) } }
  const outcome = await authorizeSender({ ...needs, consent })('token', purpose)
  return isRefusal(outcome) ? outcome.refused : 'let in'
}

const purposes = ['visit', 'talk', 'bring'] as const

describe('authorizeSender', () => {
  it.each([
    ['asked', { receives: true, consented: false }, ['let in', 'let in', 'let in']],
    ['asked', { receives: false, consented: true }, ['let in', 'case.closed', 'case.closed']],
    ['required', { receives: true, consented: true }, ['let in', 'let in', 'let in']],
    ['required', { receives: true, consented: false }, ['let in', 'let in', 'consent.needed']],
    ['required', { receives: false, consented: false }, ['let in', 'case.closed', 'case.closed']],
  ] as const)('consent %s, %o: visit, talk, bring are %o', async (consent, over, expected) => {
    expect(await Promise.all(purposes.map((purpose) => ask(consent, over, purpose)))).toEqual(expected)
  })
})
