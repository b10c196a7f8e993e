/** The session of this tab: kept by the browser until the tab closes, in no other tab and not on disk for us. */
import type { z } from 'zod'
import type { enterReply } from '#contract/read.ts'

export type Session = z.output<typeof enterReply>

const place = 'second-read:reading'

/** The session of before a reload; null when there is none, or the browser keeps nothing. */
export const keptSession = (): Session | null => {
  try {
    const { session, case: of, endsAt } = JSON.parse(sessionStorage.getItem(place) ?? '{}')
    const whole = [session, of, endsAt].every((one) => typeof one === 'string')
    return whole && Date.parse(endsAt) > Date.now() ? { session, case: of, endsAt } : null
  } catch {
    return null
  }
}

/** Null forgets it. */
export const keepSession = (session: Session | null): void => {
  try {
    if (session === null) sessionStorage.removeItem(place)
    else sessionStorage.setItem(place, JSON.stringify(session))
  } catch {
    // Then a reload needs a new link; nothing else.
  }
}
