/** One request and its answer by `fetch`, as browsers and Node both have it. No answer is an answer too: status 0. */
import { readRetryAfter, type Said } from './judge.ts'

export type Asked = {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Below the gateway's address. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Blob
  /** Without an answer for so long, nobody will answer. */
  readonly patienceMs: number
}

/** Sends it and reads the answer. @throws only the signal's reason. */
export type Speak = (asked: Asked, signal: AbortSignal) => Promise<Said>

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** `url`: the gateway's address without a slash at its end. */
export const speakByFetch =
  (url: string): Speak =>
  async ({ method, path, headers, body, patienceMs }, signal) => {
    // Whole milliseconds: anything else is an error here, and would look like a line that is down for ever.
    const patience = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(patienceMs))])
    try {
      const answer = await fetch(`${url}${path}`, {
        method,
        // What is redirected is not the gateway: it would take the session along.
        redirect: 'error',
        cache: 'no-store',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        signal: patience,
        ...(headers === undefined ? {} : { headers }),
        ...(body === undefined ? {} : { body }),
      })
      const retryAfter = readRetryAfter(answer.headers.get('retry-after'), Date.now())
      return { status: answer.status, json: parse(await answer.text()), retryAfter }
    } catch {
      signal.throwIfAborted()
      return { status: 0, json: null, retryAfter: null }
    }
  }
