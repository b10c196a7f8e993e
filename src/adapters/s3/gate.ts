/** Gate: so many at once, the others in the order they came. */

export type Gate = {
  /** Resolves when there is room; call what it gives to leave. */
  enter(): Promise<() => void>
}

/** Lets `room` in at once. */
export const createGate = (room: number): Gate => {
  const waiting: (() => void)[] = []
  let inside = 0
  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) inside -= 1
    else next()
  }
  return {
    enter: async () => {
      if (inside < room) inside += 1
      else await new Promise<void>((done) => waiting.push(done))
      return leave
    },
  }
}
