/** Arrival: where a link leads first, from what the gateway says of it and what this browser remembers. Pure. */
import type { Looked } from '#sending/requests.ts'
import { askedOf, deadReasonOf } from './as-asked.ts'
import type { JournalEntry } from './journal.ts'
import type { Page } from './scene.ts'

/** `door`: somebody was here before and pressed Start then; a scanner of mails has no journal. */
export const arrivalOf = (looked: Looked, entry: JournalEntry | null, hasSession: boolean): Page | 'door' => {
  const asked = askedOf(looked)
  const why = deadReasonOf(looked)
  if (why !== null) {
    const may = why !== 'revoked' && why !== 'closed'
    const asking = looked.asked ? 'asked' : may ? 'may' : 'may-not'
    return { at: 'dead', why, contact: looked.contact, until: asked.until, asking }
  }
  if (looked.state === 'locked' && looked.lockedUntil !== null)
    return { at: 'locked', asked, until: new Date(looked.lockedUntil) }
  const mayGoOn = hasSession || asked.check === 'none'
  return entry?.state === 'sending' && mayGoOn ? 'door' : { at: 'landing', asked, starting: false }
}

/** ms until a lock is over, and a little more. */
export const lockedFor = (until: Date): number =>
  Math.min(86_400_000, Math.max(1_000, until.getTime() - Date.now()))
