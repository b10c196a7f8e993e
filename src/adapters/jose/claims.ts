/**
 * Claims every token has (RFC 7519 §4.1) and how they are checked: one issuer, one audience, whole seconds, and a
 * clock at most 30 s apart from ours.
 */
import type { Members } from './signed-text.ts'

/** Tolerance between clocks, seconds. */
export const clockSkew = 30

/** Who a token is from, whom it is for, and how long it may live at most, seconds. */
export type Frame = { readonly iss: string; readonly aud: string; readonly longest: number }

/** Whole seconds since 1970, as tokens count. */
export const inSeconds = (at: Date): number => Math.floor(at.getTime() / 1000)

const isTime = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

/**
 * Where a token stands in time; null when it is not of this frame, begins in the future, or lives longer than
 * its kind may.
 */
export const readFrame = (claims: Members, frame: Frame, now: Date): 'current' | 'expired' | null => {
  const { iss, aud, iat, nbf, exp } = claims
  if (iss !== frame.iss || aud !== frame.aud) return null
  if (!isTime(iat) || !isTime(nbf) || !isTime(exp)) return null
  const latest = inSeconds(now) + clockSkew
  if (iat > latest || nbf > latest || exp - iat > frame.longest) return null
  return inSeconds(now) < exp + clockSkew ? 'current' : 'expired'
}
