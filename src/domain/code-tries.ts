/** Tries of a code, the second factor of links of senders and of readers alike. */

/** Wrong answers to the second factor before a link pauses, and for how long. */
export const lockout = { tries: 5, minutes: 15 } as const

export type Tries = { readonly tries: number; readonly lockedUntil: Date | null }

/** One more try of a link's code. The last one locks and begins anew; null while it is locked. */
export const countedTry = (
  { tries, lockedUntil }: Tries,
  at: Date,
): (Tries & { readonly left: number }) | null => {
  if (lockedUntil !== null && lockedUntil > at) return null
  const left = lockout.tries - tries - 1
  return left > 0
    ? { left, tries: tries + 1, lockedUntil: null }
    : { left, tries: 0, lockedUntil: new Date(at.getTime() + lockout.minutes * 60_000) }
}
