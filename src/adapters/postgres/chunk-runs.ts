/** Runs of chunks as PostgreSQL's `int4multirange`, and the arithmetic a ledger needs on them. */
import type { ChunkRun } from '#domain/item.ts'

/** Reads `{[0,3),[5,6)}`, as PostgreSQL writes it: half-open, in order, never touching. */
export const readRuns = (text: string): ChunkRun[] =>
  [...text.matchAll(/\[(\d+),(\d+)\)/g)].map((match) => ({
    first: Number(match[1]),
    count: Number(match[2]) - Number(match[1]),
  }))

/** Writes runs so that PostgreSQL reads them; it joins and orders them itself. */
export const writeRuns = (runs: readonly ChunkRun[]): string =>
  `{${runs.map((run) => `[${run.first},${run.first + run.count})`).join(',')}}`

/** What of `0 … chunks-1` is not in `have`, in order. */
export const missingRuns = (have: readonly ChunkRun[], chunks: number): ChunkRun[] => {
  const missing: ChunkRun[] = []
  let next = 0
  for (const run of have) {
    if (run.first > next) missing.push({ first: next, count: run.first - next })
    next = run.first + run.count
  }
  if (next < chunks) missing.push({ first: next, count: chunks - next })
  return missing
}

/** How many chunks of `run` are in `have`. */
export const overlap = (have: readonly ChunkRun[], run: ChunkRun): number =>
  have.reduce((sum, known) => {
    const from = Math.max(known.first, run.first)
    const to = Math.min(known.first + known.count, run.first + run.count)
    return sum + Math.max(0, to - from)
  }, 0)
