/**
 * Cutting what is missing into parts: many small files in one, or neighbouring chunks of a large one. A part is cut
 * only when it is about to be sent, so that its size follows the line.
 */

/** Neighbouring chunks of a planned file, by its place in the plan: `length` bytes from chunk `first`. */
export type Run = { readonly file: number; readonly first: number; readonly length: number }

/** What is missing of a file, as the gateway answered. */
export type MissingFile = {
  readonly size: number
  readonly missing: readonly (readonly [first: number, count: number])[]
}

/** What a run takes of the header: item, digest, two numbers and their marks. */
export const runHeaderBytes = 128

/** Runs of one part; their header stays below half of what the gateway takes. */
const mostRuns = 1_000

/** The smallest room in which every chunk fits. */
export const leastRoom = (chunkBytes: number): number => chunkBytes + runHeaderBytes

/**
 * Parts in order, every missing chunk once. `room` is asked before each part: bytes it may take, header and all, never
 * less than `leastRoom`. A file that fits into a part of its own is not split to fill up another.
 */
export function* cutParts(
  files: readonly MissingFile[],
  chunkBytes: number,
  room: () => number,
): Generator<Run[], void, void> {
  let part: Run[] = []
  let most = room()
  let left = most
  for (const [file, { size, missing }] of files.entries())
    for (const [from, count] of missing) {
      const end = Math.min(size, (from + count) * chunkBytes)
      let first = from
      do {
        const start = first * chunkBytes
        const whole = end - start
        const fits = left - runHeaderBytes
        const chunks = Math.floor(fits / chunkBytes)
        const full =
          part.length >= mostRuns || (whole > fits && (chunks < 1 || whole <= most - runHeaderBytes))
        if (part.length > 0 && full) {
          yield part
          part = []
          most = room()
          left = most
          continue
        }
        const length = whole <= fits ? whole : Math.max(1, chunks) * chunkBytes
        part.push({ file, first, length })
        left -= length + runHeaderBytes
        first += Math.max(1, Math.ceil(length / chunkBytes))
      } while (first < from + count)
    }
  if (part.length > 0) yield part
}
