/** Waiting that can be ended: between tries, and while a person has pressed Pause. */

/** Resolves after `ms`. @throws the signal's reason when it is aborted before that. */
export const rest = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((done, fail) => {
    const end = (): void => {
      clearTimeout(timer)
      fail(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end)
      done()
    }, ms)
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })

export type Pause = {
  /** What is on its way arrives; nothing new begins. */
  pause(): void
  goOn(): void
  isPaused(): boolean
  /** Resolves at once, or when it goes on. @throws the signal's reason */
  passed(signal: AbortSignal): Promise<void>
}

const lookMs = 100

/** Not paused at first. */
export const createPause = (): Pause => {
  let paused = false
  return {
    pause: () => {
      paused = true
    },
    goOn: () => {
      paused = false
    },
    isPaused: () => paused,
    passed: async (signal) => {
      while (paused) await rest(lookMs, signal)
    },
  }
}
