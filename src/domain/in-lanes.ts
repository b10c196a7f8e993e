/** Some at a time: work on a stream of entries, so many side by side and never more of them in memory. */

/**
 * Does `work` on every entry, `lanes` at a time; `lane` counts from 0. After a failure nothing new begins, and the
 * first one is thrown when the others have ended.
 */
export const inLanes = async <Entry>(
  entries: AsyncIterable<Entry>,
  lanes: number,
  work: (entry: Entry, lane: number) => Promise<void>,
): Promise<void> => {
  const iterator = entries[Symbol.asyncIterator]()
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
