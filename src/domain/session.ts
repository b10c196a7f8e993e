/** Sessions begun with a link: over after some quiet, or after the longest time, whatever happens. */
/** A sender of whom everything has arrived and who asked nothing for so long has said all, ms. A PACS never says so. */
export const quietMs = 30 * 60_000

export type SessionTerms = { readonly idleMinutes: number; readonly absoluteHours: number }

/** When sessions under these terms are over. */
export const sessionClock = ({ idleMinutes, absoluteHours }: SessionTerms) => {
  /** At the latest, for one that began then. */
  const end = (begunAt: Date): Date => new Date(begunAt.getTime() + absoluteHours * 3_600_000)
  return {
    end,
    /** For one begun and last used then. */
    over: (begunAt: Date, seenAt: Date): Date =>
      new Date(Math.min(end(begunAt).getTime(), seenAt.getTime() + idleMinutes * 60_000)),
  }
}
