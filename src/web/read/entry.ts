/**
 * From a link to a session: where the reader stands before they are in. The link is asked about without its code, which
 * spends nothing; when it let somebody in, it is taken out of the address.
 */
import { ask, isRefused, type Refused } from './ask.ts'
import type { Session } from './session.ts'

/** Why a link lets nobody in. `missing`: there is none in the address. */
export type DeadWhy = 'missing' | 'unknown' | 'expired' | 'used-up' | 'ended' | 'closed'

export type EntryPlace =
  | { readonly at: 'opening' }
  | { readonly at: 'unreached' }
  | { readonly at: 'dead'; readonly why: DeadWhy }
  | { readonly at: 'locked'; readonly until: Date }
  | {
      readonly at: 'code'
      readonly checking: boolean
      /** Tries that are left after a wrong code. */
      readonly left: number | null
      /** Nobody answered, or they are busy: nothing was counted that is not told by `left`. */
      readonly trouble: boolean
    }

const dead: Readonly<Record<string, DeadWhy>> = {
  'link.invalid': 'unknown',
  'link.expired': 'expired',
  'link.used-up': 'used-up',
  'reader.ended': 'ended',
  'case.closed': 'closed',
}

/** A code as it was meant: read from paper, over the phone, from a message. */
export const tidyCode = (typed: string): string => typed.normalize('NFKC').trim()

/** Where a refusal leads; `asked` is true when a code was given. */
export const placeAfter = ({ refused, facts, wait }: Refused, asked: boolean, now: number): EntryPlace => {
  const why = dead[refused]
  if (why !== undefined) return { at: 'dead', why }
  if (refused === 'link.locked') return { at: 'locked', until: new Date(now + (wait ?? 900) * 1_000) }
  const { left } = facts
  if (refused === 'link.code-wrong')
    return { at: 'code', checking: false, left: typeof left === 'number' ? left : null, trouble: false }
  if (refused === 'link.code-needed') return { at: 'code', checking: false, left: null, trouble: false }
  return asked ? { at: 'code', checking: false, left: null, trouble: true } : { at: 'unreached' }
}

/** What stands after the `#` of the address. */
export const linkOf = (hash: string): string => hash.replace(/^#/, '').trim()

/** Tries the link, with the code when there is one: a session, or where that leads. */
export const tryLink = async (link: string, code?: string): Promise<Session | EntryPlace> => {
  if (link === '') return { at: 'dead', why: 'missing' }
  const json = code === undefined ? { link } : { link, code }
  const answer = await ask<Session>('/api/read/enter', { json })
  return isRefused(answer) ? placeAfter(answer, code !== undefined, Date.now()) : answer
}
