/**
 * The journal as JSON lines by pino. Every value is checked against its field's shape on the way out: an id must
 * be a UUID, a code must be of its closed list, a number a number. What does not fit is dropped, so a mistake in
 * the code above cannot put a person's words into a log.
 */
import { pino } from 'pino'
import { Fault, faultCodes } from '#domain/fault.ts'
import { isId } from '#domain/id.ts'
import { isVerdictCode } from '#domain/verdict.ts'
import type { Journal, JournalFields } from '#ports/journal.ts'

type Check = (value: unknown) => boolean

const number: Check = (value) => typeof value === 'number' && Number.isFinite(value)
const word: Check = (value) => typeof value === 'string' && /^[a-z][a-z0-9.-]{0,63}$/.test(value)
const method: Check = (value) => typeof value === 'string' && /^[A-Z]{3,7}$/.test(value)
const route: Check = (value) => typeof value === 'string' && /^\/[a-z/:.-]{0,99}$/.test(value)
const fault: Check = (value) => faultCodes.some((code) => code === value)
const verdict: Check = (value) => typeof value === 'string' && isVerdictCode(value)

const checks: Readonly<Record<keyof JournalFields, Check>> = {
  case: isId,
  sender: isId,
  link: isId,
  letter: isId,
  session: isId,
  plan: isId,
  pack: isId,
  item: isId,
  grant: isId,
  push: isId,
  operator: isId,
  request: isId,
  fault,
  verdict,
  job: word,
  route,
  method,
  status: number,
  attempt: number,
  items: number,
  bytes: number,
  port: number,
  ms: number,
}

/** Class, SQLSTATE or system code and stack frames of our own files: never the message, which may quote data. */
const describe = (cause: unknown): Record<string, unknown> => {
  if (!(cause instanceof Error)) return { cause: typeof cause }
  const frames = (cause.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  const code = 'code' in cause && typeof cause.code === 'string' && /^[A-Za-z0-9_.-]{1,40}$/.test(cause.code)
  return {
    cause: cause.name.replace(/[^A-Za-z]/g, ''),
    ...(code ? { code: (cause as Error & { code: string }).code } : {}),
    at: frames.slice(0, 6).map((line) => line.trim().replace(/\(?(file:\/\/)?\/[^ ]*\/(?=[^/]+:\d)/, '')),
    ...(cause instanceof Fault && cause.cause !== undefined ? { by: describe(cause.cause) } : {}),
  }
}

/** A journal on standard output. `name` says which process writes. */
export const createJournal = (name: string, level: 'info' | 'warn' | 'error' = 'info'): Journal => {
  const log = pino({ name, level, base: { name }, timestamp: pino.stdTimeFunctions.isoTime })
  return {
    note: (at, event, fields = {}, cause) => {
      const safe: Record<string, unknown> = { event: word(event) ? event : 'unnamed' }
      for (const [key, value] of Object.entries(fields))
        if (Object.hasOwn(checks, key) && checks[key as keyof JournalFields](value)) safe[key] = value
      if (cause !== undefined) safe['error'] = describe(cause)
      log[at](safe)
    },
  }
}
