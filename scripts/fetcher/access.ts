/**
 * Access: the token that every request carries. One of the desk is what it is; with a reader's link it is minted, and
 * minted again before its time is over, also while one long answer comes, so that the session does not fall asleep.
 */

import { type Bearer, FetchStopped, type Line } from './line.ts'
import { digestOfLink, type NotesFile } from './notes.ts'
import type { Entry } from './options.ts'

export type Access = Bearer & {
  readonly case: string
  /** To be called now and then; never fails. */
  keepAwake(): void
  /** The session and its tokens end; never fails. */
  leave(): Promise<void>
}

/** Of the ten minutes a token lives. */
const freshMs = 480_000

const mostReply = 65_536

const textOf = (bytes: Buffer, name: string): string => {
  try {
    const value = (JSON.parse(bytes.toString('utf8')) as Record<string, unknown>)[name]
    if (typeof value === 'string' && value !== '') return value
  } catch {}
  throw new Error(`the gateway answered without ${name}`)
}

const enter = async (line: Line, entry: Entry & { kind: 'link' }, notes: NotesFile) => {
  const link = digestOfLink(entry.link)
  const kept = notes.current().session
  if (kept?.link === link) return kept
  const json = { link: entry.link, code: entry.code }
  const { bytes } = await line.read({ method: 'POST', path: '/api/read/enter', json }, mostReply)
  const session = { link, session: textOf(bytes, 'session'), case: textOf(bytes, 'case') }
  // Before anything else: the link does not work a second time.
  await notes.change({ session })
  return session
}

/** Spends a reader's link, or goes on with the session that the run before had. @throws FetchStopped */
export const openAccess = async (line: Line, entry: Entry, notes: NotesFile): Promise<Access> => {
  if (entry.kind === 'token')
    return {
      case: entry.case,
      token: async () => entry.token,
      renew: async () => false,
      keepAwake: () => {},
      leave: async () => {},
    }
  const { session, case: of } = await enter(line, entry, notes)
  if (entry.case !== null && entry.case !== of) throw new FetchStopped('case.not-found')
  const bearer: Bearer = { token: async () => session, renew: async () => false }
  let minted: { readonly token: string; readonly at: number } | null = null
  let minting: Promise<string> | null = null

  const mint = async (): Promise<string> => {
    const json = { scopes: ['case:read', 'case:download'] }
    const at = performance.now()
    const { bytes } = await line.read({ method: 'POST', path: '/api/read/grants', json, bearer }, mostReply)
    minted = { token: textOf(bytes, 'token'), at }
    return minted.token
  }
  const again = (): Promise<string> => {
    minting ??= mint().finally(() => {
      minting = null
    })
    return minting
  }
  const isFresh = (): boolean => minted !== null && performance.now() - minted.at < freshMs

  return {
    case: of,
    token: async () => (minted !== null && isFresh() ? minted.token : again()),
    renew: async (refused) => {
      if (minted?.token === refused) await again()
      return true
    },
    keepAwake: () => {
      if (!isFresh() && minting === null) again().catch(() => {})
    },
    leave: async () => {
      await line.ask({ method: 'POST', path: '/api/read/leave', bearer }).then(
        ({ drop }) => drop(),
        () => {},
      )
    },
  }
}
