/** Gate: so much work at once, the rest in the order it came. */

export type Gate = {
  /** Does the work once there is room for it, and makes room again however it ends. */
  run<Result>(work: () => Promise<Result>): Promise<Result>
  /** How many wait for room. */
  waiting(): number
}

/** Lets `room` in at once. */
export const createGate = (room: number): Gate => {
  const queue: (() => void)[] = []
  let inside = 0
  return {
    waiting: () => queue.length,
    run: async (work) => {
      if (inside < room) inside += 1
      else await new Promise<void>((enter) => queue.push(enter))
      try {
        return await work()
      } finally {
        // Whoever waits takes the place over: nobody who comes meanwhile can slip in.
        const next = queue.shift()
        if (next === undefined) inside -= 1
        else next()
      }
    },
  }
}
