/**
 * Pace: how large the next part is, and how long to wait for an answer. A part that takes two to eight seconds loses
 * little when the line breaks, and pays for its round trip.
 */

/** Seconds a part is meant to take. */
const aimSeconds = 4

/** What a line moves at least, bytes a second; the gateway ends what is slower. */
const slowestRate = 2_000

const quietMs = 30_000

/** Of the time of a part, and at most so long: what a part needs to get going when nothing else is asked of a browser. */
const leaving = 10
const longestLeadMs = 200

/** One part grows at most so much over the one before, and shrinks at most so much. */
const growth = 4
const shrinking = 2

export type Pace = {
  /** Bytes of the next part, header and all. */
  readonly room: () => number
  /** A part of `bytes` was acknowledged after `ms`. */
  took(bytes: number, ms: number): void
  /** It broke, or was too large for somebody on the way. False when parts cannot be smaller. */
  shrink(): boolean
  /** For how long a part that has just left gets the machine to itself, ms. */
  lead(): number
  /** After how long without an answer a part of `bytes` counts as lost, ms. */
  patience(bytes: number): number
}

/** Starts with `start` bytes or what is nearest to it between `least` and `most`. */
export const createPace = (least: number, most: number, start = 1_048_576): Pace => {
  const within = (bytes: number): number => Math.floor(Math.min(most, Math.max(least, bytes)))
  let aim = within(start)
  let rate: number | null = null
  return {
    room: () => aim,
    took: (bytes, ms) => {
      const now = bytes / (Math.max(ms, 1) / 1_000)
      // The last files of a folder make a small part, which tells of the round trip and not of the line.
      if (bytes < aim / growth) return
      rate = rate === null ? now : (rate + now) / 2
      aim = within(Math.min(aim * growth, Math.max(aim / shrinking, now * aimSeconds)))
    },
    shrink: () => {
      if (aim <= least) return false
      aim = within(aim / shrinking)
      return true
    },
    lead: () => (rate === null ? 0 : Math.min(longestLeadMs, (1_000 * aim) / rate / leaving)),
    patience: (bytes) => {
      const slowest = bytes / slowestRate
      const usual = rate === null ? slowest : (10 * bytes) / rate
      return quietMs + 1_000 * Math.min(slowest, usual)
    },
  }
}
