/**
 * Judge: what an answer means for a sender. Only a stable code of the gateway's own ends anything: whatever else
 * comes back is the line, a proxy or a portal on the way, and is tried again.
 */
import { type FaultCode, faultCodes } from '#domain/fault.ts'

/** An answer; status 0 when none came. */
export type Said = { readonly status: number; readonly json: unknown; readonly retryAfter: number | null }

export type Judgement =
  | { readonly kind: 'done' }
  /** Later, the same. `code` is null when it was not the gateway that said so. */
  | { readonly kind: 'again'; readonly code: FaultCode | null }
  /** With a new session, the same. */
  | { readonly kind: 'renew' }
  /** `replan`: announce again, then send what is missing then. */
  | { readonly kind: 'replan' | 'refused'; readonly code: FaultCode }
  /** In smaller parts. */
  | { readonly kind: 'smaller' }

const known: ReadonlySet<unknown> = new Set(faultCodes)

const isKnown = (code: unknown): code is FaultCode => known.has(code)

/** The code of a problem (RFC 9457); null when the answer is none of the gateway's. */
export const codeOf = (json: unknown): FaultCode | null => {
  if (typeof json !== 'object' || json === null || !('code' in json)) return null
  return isKnown(json.code) ? json.code : null
}

const kinds: Partial<Record<FaultCode, 'again' | 'renew' | 'replan' | 'smaller'>> = {
  'session.missing': 'renew',
  'session.ended': 'renew',
  'plan.unknown-item': 'replan',
  'plan.changed': 'replan',
  'state.conflict': 'replan',
  'request.too-large': 'smaller',
  'request.aborted': 'again',
  'request.too-slow': 'again',
  'digest.mismatch': 'again',
  'rate.limited': 'again',
}

/** What to do about an answer. */
export const judge = ({ status, json }: Said): Judgement => {
  if (status >= 200 && status < 300) return { kind: 'done' }
  const code = codeOf(json)
  if (code === null) return status === 413 ? { kind: 'smaller' } : { kind: 'again', code }
  const kind = kinds[code] ?? (status >= 500 ? 'again' : 'refused')
  return kind === 'renew' || kind === 'smaller'
    ? { kind }
    : kind === 'again'
      ? { kind, code }
      : { kind, code }
}

const firstWaitMs = 500
const longestWaitMs = 30_000
const longestToldSeconds = 3_600

/**
 * How long to wait before try `nth` (from 0) is made again, ms: twice as long each time, spread by `random` (0 to 1) so
 * that many senders do not come back together, and never sooner than the gateway said.
 */
export const waitBefore = (nth: number, retryAfter: number | null, random: number): number => {
  const own = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(nth, 16)) * (0.5 + random / 2)
  const told = Math.min(longestToldSeconds, retryAfter ?? 0) * 1_000
  return Math.max(own, told + Math.floor((told * random) / 10))
}

/** `Retry-After` (RFC 9110 §10.2.3): seconds, or a moment. Null when it is neither. */
export const readRetryAfter = (header: string | null, now: number): number | null => {
  if (header === null) return null
  if (/^\d{1,9}$/.test(header.trim())) return Number(header)
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(0, (at - now) / 1_000)
}
