/** Preparing ahead: what comes next is made ready while what came before is still being used. */

/**
 * What `prepare` makes of each entry, in their order; up to `ahead` of them wait ready or are being prepared, one after
 * the other. Ends with the entries; a failure is thrown where its entry would have come.
 */
export async function* prepareAhead<Entry, Ready>(
  entries: AsyncGenerator<Entry, void, void>,
  prepare: (entry: Entry) => Promise<Ready>,
  ahead: number,
): AsyncGenerator<Ready, void, void> {
  let last: Promise<unknown> = Promise.resolve()
  const next = (): Promise<{ readonly ready: Ready } | null> => {
    const made = last.then(async () => {
      const entry = await entries.next()
      return entry.done === true ? null : { ready: await prepare(entry.value) }
    })
    // Whoever takes it hears of a failure; nobody takes what comes after one.
    made.catch(() => {})
    last = made
    return made
  }
  const queue = Array.from({ length: ahead }, next)
  try {
    for (let first = queue.shift(); first !== undefined; first = queue.shift()) {
      const made = await first
      if (made === null) return
      queue.push(next())
      yield made.ready
    }
  } finally {
    await entries.return()
  }
}
