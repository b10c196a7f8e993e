/** Progress: what is durable at the gateway, how fast it grows, and how long the rest will take. */

export type Progress = {
  readonly files: number
  readonly filesDone: number
  readonly leftOut: number
  readonly bytes: number
  /** Acknowledged, now or in an earlier run. */
  readonly bytesDurable: number
  /** Bytes a second over the last quarter of a minute; null until something arrived. */
  readonly rate: number | null
  readonly secondsLeft: number | null
}

const windowMs = 15_000

/** How fast bytes arrive; told of each acknowledgement with the moment, ms. */
export const createSpeed = (beganAt: number) => {
  let marks: { readonly at: number; readonly bytes: number }[] = []
  return {
    arrived: (bytes: number, at: number): void => {
      marks = marks.filter((mark) => at - mark.at < windowMs)
      marks.push({ at, bytes })
    },
    /** Null until something arrived lately. */
    rate: (at: number): number | null => {
      const late = marks.filter((mark) => at - mark.at < windowMs)
      const sum = late.reduce((all, mark) => all + mark.bytes, 0)
      return sum === 0 ? null : (sum * 1_000) / Math.max(100, Math.min(windowMs, at - beganAt))
    },
  }
}
