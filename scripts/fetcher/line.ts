/**
 * Line: requests to one gateway over a line that breaks. Everything that is not the gateway's own word (no answer, a
 * proxy's page, a redirect, an answer that stops) is tried again, later each time; a refusal of its own ends it.
 */
import type { FaultCode } from '#domain/fault.ts'
import { codeOf, readRetryAfter, waitBefore } from '#sending/judge.ts'
import { rest } from '#sending/pause.ts'

/** It ended before its end: `line` when nothing came of asking for too long, otherwise the gateway's own word. */
export class FetchStopped extends Error {
  readonly code: FaultCode | 'line'

  constructor(code: FaultCode | 'line') {
    super(code)
    this.name = 'FetchStopped'
    this.code = code
  }
}

/** An answer whose body broke off. What else is thrown while a body is read is not the line's doing. */
export class LineBroke extends Error {}

export type Bearer = {
  token(): Promise<string>
  /** It was refused: true when there is another now. */
  renew(refused: string): Promise<boolean>
}

export type Asked = {
  readonly method?: 'GET' | 'POST'
  /** Below the gateway's address. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly bearer?: Bearer
}

export type Answer = {
  readonly status: number
  readonly headers: Headers
  /** To be read to its end, or left by `drop`. @throws LineBroke */
  readonly body: AsyncIterable<Uint8Array>
  readonly drop: () => void
}

export type Line = {
  /** An answer of 2xx, or one to a condition (304, 416). @throws FetchStopped, or the signal's reason */
  ask(asked: Asked): Promise<Answer>
  /** Asks until the whole of it came: at most `most` bytes. @throws FetchStopped, or the signal's reason */
  read(asked: Asked, most: number): Promise<{ readonly status: number; readonly bytes: Buffer }>
  /** Waits after a body broke off, longer each time nothing came between. @throws FetchStopped, the signal's reason */
  broke(): Promise<void>
}

export type LineNeeds = {
  /** Without a slash at its end. */
  readonly base: string
  readonly signal: AbortSignal
  readonly patienceMs: number
  /** Told before each wait; `why` for a person. */
  readonly onWait: (wait: { readonly ms: number; readonly why: string }) => void
}

/** A case of many files is planned before its first byte. */
const answerMs = 120_000

/** So long without a byte, a body counts as broken. */
const quietMs = 45_000

const mostProblem = 65_536

/** The gateway's own words that pass by themselves. */
const passing: ReadonlySet<FaultCode> = new Set([
  'rate.limited',
  'request.aborted',
  'request.too-slow',
  'server.stopping',
])

const collect = async ({ body, drop }: Answer, most: number): Promise<Buffer> => {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of body) {
    length += piece.length
    if (length > most) {
      drop()
      throw new LineBroke('longer than any such answer')
    }
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

const problemOf = (bytes: Buffer): FaultCode | null => {
  try {
    return codeOf(JSON.parse(bytes.toString('utf8')))
  } catch {
    return null
  }
}

export const openLine = ({ base, signal, patienceMs, onWait }: LineNeeds): Line => {
  let heardAt = performance.now()
  let nth = 0

  const heard = (): void => {
    heardAt = performance.now()
    nth = 0
  }

  const wait = async (why: string, retryAfter: number | null = null): Promise<void> => {
    signal.throwIfAborted()
    const left = patienceMs - (performance.now() - heardAt)
    if (left <= 0) throw new FetchStopped('line')
    const ms = Math.min(waitBefore(nth, retryAfter, Math.random()), Math.max(left, 100))
    nth += 1
    onWait({ ms, why })
    await rest(ms, signal)
  }

  /** Null when nobody answered. */
  const once = async ({ method = 'GET', path, headers, json, bearer }: Asked, token: string | null) => {
    const end = new AbortController()
    const timer = { at: setTimeout(() => end.abort(), answerMs) }
    const body = json === undefined ? {} : { body: JSON.stringify(json) }
    try {
      const answer = await fetch(`${base}${path}`, {
        method,
        // What is redirected is not the gateway: it would take the token along.
        redirect: 'manual',
        signal: AbortSignal.any([signal, end.signal]),
        headers: {
          ...headers,
          // A range of a body that was packed on its way is a range of something else.
          'accept-encoding': 'identity',
          ...(bearer === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...body,
      })
      clearTimeout(timer.at)
      return { answer, end }
    } catch {
      clearTimeout(timer.at)
      signal.throwIfAborted()
      return null
    }
  }

  async function* bodyOf(answer: Response, end: AbortController): AsyncGenerator<Uint8Array> {
    let timer = setTimeout(() => end.abort(), quietMs)
    const reader = answer.body?.getReader()
    try {
      for (;;) {
        const piece = await reader?.read().catch((cause: unknown) => {
          signal.throwIfAborted()
          throw new LineBroke('the answer broke off', { cause })
        })
        clearTimeout(timer)
        if (piece === undefined || piece.done) return
        heard()
        yield piece.value as Uint8Array
        timer = setTimeout(() => end.abort(), quietMs)
      }
    } finally {
      clearTimeout(timer)
      end.abort()
    }
  }

  const ask = async (asked: Asked): Promise<Answer> => {
    for (;;) {
      const token = (await asked.bearer?.token()) ?? null
      const said = await once(asked, token)
      if (said === null) {
        await wait('nobody answers')
        continue
      }
      const { answer, end } = said
      const opened: Answer = {
        status: answer.status,
        headers: answer.headers,
        body: bodyOf(answer, end),
        drop: () => end.abort(),
      }
      if (answer.ok || answer.status === 304 || answer.status === 416) return opened
      const before = { heardAt, nth }
      const problem = await collect(opened, mostProblem).catch(() => Buffer.alloc(0))
      // A refusal is no progress.
      ;({ heardAt, nth } = before)
      signal.throwIfAborted()
      const code = problemOf(problem)
      if (code?.startsWith('token.') && token !== null && (await asked.bearer?.renew(token))) continue
      const retryAfter = readRetryAfter(answer.headers.get('retry-after'), Date.now())
      if (code === null) await wait(`an answer that is not the gateway's (${answer.status})`, retryAfter)
      else if (passing.has(code) || answer.status >= 500) await wait(`the gateway says ${code}`, retryAfter)
      else throw new FetchStopped(code)
    }
  }

  return {
    ask,
    read: async (asked, most) => {
      for (;;) {
        const answer = await ask(asked)
        try {
          return { status: answer.status, bytes: await collect(answer, most) }
        } catch (error) {
          if (!(error instanceof LineBroke)) throw error
          await wait('the answer broke off')
        }
      }
    },
    broke: () => wait('the line broke'),
  }
}
