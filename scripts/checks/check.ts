/** A check of the doctor: one line about one thing, and what to do when it is not well. */

export type Check = {
  readonly mark: 'ok' | 'warn' | 'FAIL'
  readonly what: string
  /** What to do; null when all is well. */
  readonly todo: string | null
}

/** All is well. */
export const ok = (what: string): Check => ({ mark: 'ok', what, todo: null })

/** It works, and will not always. */
export const warn = (what: string, todo: string): Check => ({ mark: 'warn', what, todo })

/** It does not work, or not safely. */
export const fail = (what: string, todo: string): Check => ({ mark: 'FAIL', what, todo })

/** A clock beside ours, `skewMs` ahead of it. */
export const checkSkew = (whose: string, skewMs: number): Check => {
  const seconds = Math.abs(skewMs) / 1_000
  const what = `clock: ${whose} is ${seconds.toFixed(1)} s ${skewMs < 0 ? 'behind' : 'ahead of'} this machine`
  const todo = 'set both clocks by NTP: links and tokens end by the clock'
  if (seconds > 60) return fail(what, todo)
  return seconds > 2 ? warn(what, todo) : ok(what)
}
