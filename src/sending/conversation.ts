/**
 * Conversation: everything a sender asks of one gateway with one link. Waits out lines that break and servers that are
 * busy, and turns the link into a new session when the old one ended; only a refusal of the gateway's own is told.
 */
import type { FaultCode } from '#domain/fault.ts'
import { judge, type Said, waitBefore } from './judge.ts'
import type { SenderLink } from './link.ts'
import { createPause, type Pause, rest } from './pause.ts'
import { type Exchanged, readExchanged } from './replies.ts'
import type { Asked, Speak } from './speak.ts'

/** Sending ended before its end: `line` when nobody answered for too long, otherwise the gateway's own word. */
export class SendingStopped extends Error {
  readonly code: FaultCode | 'line'

  constructor(code: FaultCode | 'line') {
    super(code)
    this.name = 'SendingStopped'
    this.code = code
  }
}

export type ConversationNeeds = {
  readonly link: SenderLink
  readonly code?: string | undefined
  readonly speak: Speak
  /** Ends everything: what is on its way is dropped, and comes again the next time. */
  readonly signal: AbortSignal
  readonly pause?: Pause
  /** After so long without any answer of the gateway's, `line`. Endless unless told. */
  readonly giveUpMs?: number
  /** From 0 to 1. */
  readonly random?: () => number
  /** Told before each wait; `code` is null when it is the line. */
  readonly onWait?: (wait: { readonly ms: number; readonly code: FaultCode | null }) => void
}

/** What came of asking. `smaller`, `lost` and `replan` are for parts. */
export type Answer<Reply> =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'smaller' | 'lost' }
  | { readonly kind: 'replan' | 'refused'; readonly code: FaultCode }

/** `open`: without the session. `tries`: after so many that nobody answered it is `lost`; otherwise it goes on. */
export type AskTerms = Asked & { readonly open?: true; readonly tries?: number }

export type Conversation = {
  /** Case, chunks and parts, as the last exchange said. */
  terms(): Exchanged
  /** Asks until there is an answer that `read` takes. @throws SendingStopped, or the signal's reason */
  ask<Reply>(asked: AskTerms, read: (json: unknown) => Reply | null): Promise<Answer<Reply>>
}

/** A request with a JSON body. */
export const jsonAsked = (path: `/${string}`, json: unknown): Asked => {
  const body = new TextEncoder().encode(JSON.stringify(json))
  return {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    pieces: [body],
    patienceMs: 60_000 + body.length / 2,
  }
}

/** Spends the link once. @throws SendingStopped with the code when it is refused, or the signal's reason */
export const openConversation = async (needs: ConversationNeeds): Promise<Conversation> => {
  const { link, code, speak, signal, random = Math.random } = needs
  const { pause = createPause(), giveUpMs = Number.POSITIVE_INFINITY, onWait = () => {} } = needs
  let heardAt = performance.now()
  let renewing: Promise<Exchanged> | null = null

  const waitAgain = async (said: Said, nth: number, why: FaultCode | null): Promise<void> => {
    if (performance.now() - heardAt > giveUpMs) throw new SendingStopped(why ?? 'line')
    const ms = waitBefore(nth, said.retryAfter, random())
    onWait({ ms, code: why })
    await rest(ms, signal)
  }

  const exchange = async (): Promise<Exchanged> => {
    const asked = jsonAsked('/api/send/exchange', {
      link: link.token,
      ...(code === undefined ? {} : { code }),
    })
    for (let nth = 0; ; nth += 1) {
      const said = await speak(asked, signal)
      const judged = judge(said)
      const reply = judged.kind === 'done' ? readExchanged(said.json) : null
      if (reply !== null) {
        heardAt = performance.now()
        return reply
      }
      if ('code' in judged && judged.code !== null && judged.kind !== 'again')
        throw new SendingStopped(judged.code)
      await waitAgain(said, nth, 'code' in judged ? judged.code : null)
    }
  }

  let session = await exchange()

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
    ask: async ({ open, tries = Number.POSITIVE_INFINITY, ...asked }, read) => {
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
        if (said.status === 0 && nth + 1 >= tries) return { kind: 'lost' }
        await waitAgain(said, nth, judged.kind === 'again' ? judged.code : null)
      }
    },
  }
}
