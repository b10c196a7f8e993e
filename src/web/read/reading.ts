/**
 * A reader at work: everything asked about the case goes through here with a token of minutes, minted when it is needed
 * and again before its end. When the session is over it is said once, to whoever listens, and nothing is asked any more.
 */
import type { z } from 'zod'
import type { mintReply, viewedCaseReply } from '#contract/read.ts'
import { ask, isRefused, type Refused, readRefused } from './ask.ts'
import type { Session } from './session.ts'

export type ViewedCase = z.output<typeof viewedCaseReply>
export type Minted = z.output<typeof mintReply>
export type Scope = 'case:read' | 'case:download'

/** Why it is over. `ended`: by the desk; `quiet`: too long without a sign; `closed`: the case is. */
export type OverWhy = 'left' | 'quiet' | 'ended' | 'closed'

const endings: Readonly<Record<string, OverWhy>> = {
  'session.ended': 'quiet',
  'session.missing': 'quiet',
  'reader.ended': 'ended',
  'case.closed': 'closed',
}

/** What of a refusal means that the reader is out; null when it means something else. */
export const endingOf = ({ refused }: Refused): OverWhy | null => endings[refused] ?? null

export type Reading = {
  readonly case: string
  /** Where DICOMweb of the case is on this server, without its origin. */
  readonly dicomweb: string
  view(): Promise<ViewedCase | Refused>
  /** A token of its own, for a program outside this page; also an address that carries it, when it can send none. */
  mint(scopes: readonly Scope[], capability?: boolean): Promise<Minted | Refused>
  /** The token of this page. @throws Error when none can be had */
  token(): Promise<string>
  /** Forgets the token of this page and gets another one, or hears that reading is over. @throws Error then */
  renew(): Promise<void>
  /** GET with the token; asked once more with a fresh one when it was too old. @throws Error as `fetch` does */
  get(path: string, headers?: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Response>
  /** Lets this browser download the bundle by itself for some minutes. False when that was refused. */
  allow(): Promise<boolean>
  leave(): Promise<void>
}

/** A token is renewed this long before its end: what was asked with it must be over by then. ms */
const margin = 90_000

export const openReading = (
  { session, case: of }: Session,
  onOver: (why: OverWhy) => void,
): Reading & { stop(): void } => {
  let over = false
  let held: { readonly token: string; readonly until: number } | null = null
  let coming: Promise<string> | null = null

  const heed = <Value extends object>(answer: Value | Refused): Value | Refused => {
    const why = isRefused(answer) ? endingOf(answer) : null
    if (why !== null && !over) {
      over = true
      onOver(why)
    }
    return answer
  }

  const mint = async (scopes: readonly Scope[], capability = false): Promise<Minted | Refused> =>
    over
      ? { refused: 'session.ended', facts: {}, wait: null }
      : heed(await ask<Minted>('/api/read/grants', { bearer: session, json: { scopes, capability } }))

  const renew = async (): Promise<string> => {
    const began = Date.now()
    const minted = await mint(['case:read', 'case:download'])
    if (isRefused(minted)) throw new Error(`no token: ${minted.refused}`)
    // Not by the clock of this machine, which may be wrong: tokens live ten minutes from when they are minted.
    held = { token: minted.token, until: began + 600_000 - margin }
    return minted.token
  }

  const token = (): Promise<string> => {
    if (held !== null && Date.now() < held.until) return Promise.resolve(held.token)
    coming ??= renew().finally(() => {
      coming = null
    })
    return coming
  }

  const get: Reading['get'] = async (path, headers = {}, signal) => {
    const once = async (): Promise<Response> =>
      fetch(path, {
        headers: { ...headers, Authorization: `Bearer ${await token()}` },
        ...(signal === undefined ? {} : { signal }),
      })
    const reply = await once()
    if (reply.status !== 401 && reply.status !== 410) return reply
    heed(await readRefused(reply.clone()))
    held = null
    return once()
  }

  return {
    case: of,
    dicomweb: `/dicomweb/cases/${of}`,
    view: async () => heed(await ask<ViewedCase>('/api/read/case', { bearer: session })),
    mint,
    token,
    renew: async () => {
      held = null
      await token()
    },
    get,
    allow: async () =>
      !isRefused(heed(await ask<object>('/api/read/download', { bearer: session, json: {} }))),
    leave: async () => {
      over = true
      await ask('/api/read/leave', { bearer: session, json: {} })
      onOver('left')
    },
    stop: () => {
      over = true
    },
  }
}
