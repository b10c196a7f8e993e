/**
 * What `@pdf-lib/fontkit` was compiled for and does not bring: one of its functions, the one that finds syllables of
 * Indic scripts, is a generator that looks for a global `regeneratorRuntime` and fails without. This is as much of it
 * as that function uses: steps that go on where they stopped. It is set only while fontkit shapes.
 */

type Steps = { prev: number; next: number; stop(): void }

const wrap = (step: (context: Steps) => unknown): Iterator<unknown> => {
  let ended = false
  const context = {
    prev: 0,
    next: 0,
    stop: () => {
      ended = true
    },
  }
  return {
    next: () => {
      if (ended) return { done: true, value: undefined }
      const value = step(context)
      return ended ? { done: true, value: undefined } : { done: false, value }
    },
  }
}

const runtime = { mark: <Made>(made: Made): Made => made, wrap }

/** Runs `work`, which does not wait for anything, with the runtime in its place. */
export const withGenerators = <Result>(work: () => Result): Result => {
  const place = globalThis as { regeneratorRuntime?: unknown }
  const before = place.regeneratorRuntime
  place.regeneratorRuntime = runtime
  try {
    return work()
  } finally {
    if (before === undefined) delete place.regeneratorRuntime
    else place.regeneratorRuntime = before
  }
}
