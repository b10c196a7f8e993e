/** Some at a time: work on a list or stream of entries, so many side by side and never more of a stream in memory. */

/**
 * Does `work` on every entry, `lanes` at a time; `lane` counts from 0. After a failure nothing new begins, and the
 * first one is thrown when the others have ended.
 */
export const inLanes = async <Entry>(
  entries: Iterable<Entry> | AsyncIterable<Entry>,
  lanes: number,
  work: (entry: Entry, lane: number) => Promise<void>,
): Promise<void> => {
  const iterator =
    Symbol.asyncIterator in entries ? entries[Symbol.asyncIterator]() : entries[Symbol.iterator]()
  let failed = false
  const run = async (lane: number): Promise<void> => {
    try {
      for (let next = await iterator.next(); next.done !== true && !failed; next = await iterator.next())
        await work(next.value, lane)
    } catch (error) {
      failed = true
      throw error
    }
  }
  const outcomes = await Promise.allSettled(Array.from({ length: lanes }, (_, lane) => run(lane)))
  await iterator.return?.()
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}

/** What `work` makes of each entry, in their order; `lanes` at a time. The first failure is thrown at once. */
export const mapInLanes = async <In, Out>(
  list: readonly In[],
  lanes: number,
  work: (entry: In, index: number) => Promise<Out>,
): Promise<Out[]> => {
  const results: Out[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    for (let index = next++; index < list.length; index = next++) {
      const entry = list[index]
      if (entry !== undefined) results[index] = await work(entry, index)
    }
  }
  await Promise.all(Array.from({ length: Math.min(lanes, list.length) }, lane))
  return results
}
