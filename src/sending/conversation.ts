/**
 * Conversation: everything a sender asks of one gateway with one link. Waits out lines that break and servers that are
 * busy, and turns the link into a new session when the old one ended; only a refusal of the gateway's own is told.
 */
import type { FaultCode } from '#domain/fault.ts'
import { judge, type Said, waitBefore } from './judge.ts'
import type { SenderLink } from './link.ts'
import { createPause, type Pause, rest } from './pause.ts'
import { type Exchanged, isFields, readExchanged } from './replies.ts'
import type { Asked, Speak } from './speak.ts'

/** Sending ended before its end: `line` when nobody answered for too long, otherwise the gateway's own word. */
export class SendingStopped extends Error {
  readonly code: FaultCode | 'line'
  /** Tries left after a wrong code; null where the gateway told none. */
  readonly left: number | null

  constructor(code: FaultCode | 'line', left: number | null = null) {
    super(code)
    this.name = 'SendingStopped'
    this.code = code
    this.left = left
  }
}

/** How to ask, however long it takes. */
export type Patience = {
  readonly speak: Speak
  /** Ends everything: what is on its way is dropped, and comes again the next time. */
  readonly signal: AbortSignal
  /** After so long without any answer of the gateway's, `line`. Endless unless told. */
  readonly giveUpMs?: number
  /** From 0 to 1. */
  readonly random?: () => number
  /** Told before each wait; `code` is null when it is the line. */
  readonly onWait?: (wait: { readonly ms: number; readonly code: FaultCode | null }) => void
  /** Waits `ms`, or until there is a reason to try sooner. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>
}

export type ConversationNeeds = Patience & {
  readonly link: SenderLink
  readonly code?: string | undefined
  readonly pause?: Pause
  /** A session of before, so that the link is not spent once more while it lasts. */
  readonly session?: Exchanged | undefined
  /** Told of each new session. */
  readonly onSession?: (session: Exchanged) => void
}

/** What came of asking. `smaller`, `lost` and `replan` are for parts. */
export type Answer<Reply> =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'smaller' | 'lost' }
  | { readonly kind: 'replan' | 'refused'; readonly code: FaultCode }

/**
 * `open`: without the session. `tries`: after so many that nobody answered it is `lost`; otherwise it goes on. `final`:
 * codes that are an answer here, though elsewhere one would ask again.
 */
export type AskTerms = Asked & {
  readonly open?: true
  readonly tries?: number
  readonly final?: readonly FaultCode[]
}

export type Conversation = {
  /** Case, chunks and parts, as the last exchange said. */
  terms(): Exchanged
  /** Asks until there is an answer that `read` takes. @throws SendingStopped, or the signal's reason */
  ask<Reply>(asked: AskTerms, read: (json: unknown) => Reply | null): Promise<Answer<Reply>>
}

/** A request with a JSON body. */
export const jsonAsked = (path: `/${string}`, json: unknown): Asked => {
  const body = new Blob([JSON.stringify(json)])
  return {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    body,
    patienceMs: 60_000 + body.size / 2,
  }
}

const leftOf = (json: unknown): number | null =>
  isFields(json) && typeof json['left'] === 'number' ? json['left'] : null

/** Asks, without a session, until there is an answer that `read` takes. @throws SendingStopped, or the signal's reason */
export const askOpenly = async <Reply>(
  { speak, signal, random = Math.random, onWait = () => {}, ...terms }: Patience,
  asked: Asked,
  read: (json: unknown) => Reply | null,
): Promise<Reply> => {
  const { giveUpMs = Number.POSITIVE_INFINITY, wait = rest } = terms
  const began = performance.now()
  for (let nth = 0; ; nth += 1) {
    const said = await speak(asked, signal)
    const judged = judge(said)
    const reply = judged.kind === 'done' ? read(said.json) : null
    if (reply !== null) return reply
    const code = 'code' in judged ? judged.code : null
    if (code !== null && judged.kind !== 'again') throw new SendingStopped(code, leftOf(said.json))
    if (performance.now() - began > giveUpMs) throw new SendingStopped(code ?? 'line')
    const ms = waitBefore(nth, said.retryAfter, random())
    onWait({ ms, code })
    await wait(ms, signal)
  }
}

/** Spends the link once, unless a session of before is given. @throws SendingStopped, or the signal's reason */
export const openConversation = async (needs: ConversationNeeds): Promise<Conversation> => {
  const { link, code, speak, signal, random = Math.random, pause = createPause(), wait = rest } = needs
  const { giveUpMs = Number.POSITIVE_INFINITY, onWait = () => {}, onSession = () => {} } = needs
  let heardAt = performance.now()
  let renewing: Promise<Exchanged> | null = null

  const waitAgain = async (said: Said, nth: number, why: FaultCode | null): Promise<void> => {
    if (performance.now() - heardAt > giveUpMs) throw new SendingStopped(why ?? 'line')
    const ms = waitBefore(nth, said.retryAfter, random())
    onWait({ ms, code: why })
    await wait(ms, signal)
  }

  const exchange = async (): Promise<Exchanged> => {
    const asked = jsonAsked('/api/send/exchange', {
      link: link.token,
      ...(code === undefined ? {} : { code }),
    })
    const exchanged = await askOpenly(needs, asked, readExchanged)
    heardAt = performance.now()
    onSession(exchanged)
    return exchanged
  }

  let session = needs.session ?? (await exchange())

  /** Several parts may find out together; the link is spent once. */
  const renew = async (ended: Exchanged): Promise<void> => {
    if (session !== ended) return
    renewing ??= exchange().finally(() => {
      renewing = null
    })
    session = await renewing
  }

  return {
    terms: () => session,
    ask: async ({ open, tries = Number.POSITIVE_INFINITY, final = [], ...asked }, read) => {
      for (let nth = 0; ; nth += 1) {
        await pause.passed(signal)
        const used = session
        const bearer: Record<string, string> =
          open === true ? {} : { authorization: `Bearer ${used.session}` }
        const said = await speak({ ...asked, headers: { ...asked.headers, ...bearer } }, signal)
        const judged = judge(said)
        const reply = judged.kind === 'done' ? read(said.json) : null
        if (reply !== null) {
          heardAt = performance.now()
          return { kind: 'reply', reply }
        }
        if (judged.kind === 'replan' || judged.kind === 'refused' || judged.kind === 'smaller') return judged
        if (judged.kind === 'renew') {
          await renew(used)
          continue
        }
        const code = judged.kind === 'again' ? judged.code : null
        if (code !== null && final.includes(code)) return { kind: 'refused', code }
        if (said.status === 0 && nth + 1 >= tries) return { kind: 'lost' }
        await waitAgain(said, nth, code)
      }
    },
  }
}

/** The reply itself. @throws SendingStopped where there is none, or the signal's reason */
export const askFor = async <Reply>(
  conversation: Conversation,
  asked: AskTerms,
  read: (json: unknown) => Reply | null,
): Promise<Reply> => {
  const answer = await conversation.ask(asked, read)
  if (answer.kind === 'reply') return answer.reply
  throw new SendingStopped('code' in answer ? answer.code : 'line')
}
