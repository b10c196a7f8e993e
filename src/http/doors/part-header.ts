/** The header of a part: which runs of which items its bytes are. Nothing of it is believed before it adds up. */
import { type ItemId, isId } from '#domain/id.ts'
import { chunkBytes } from '#domain/item.ts'

/** Item, its first chunk, bytes. */
export type PartRun = readonly [item: ItemId, first: number, length: number]

const mostChunks = 2 ** 32

const isRun = (run: unknown, most: number): run is PartRun => {
  if (!Array.isArray(run) || run.length !== 3) return false
  const [item, first, length] = run as unknown[]
  return (
    isId(item) &&
    Number.isInteger(first) &&
    Number.isInteger(length) &&
    (length as number) >= 0 &&
    (length as number) <= most &&
    (first as number) >= 0 &&
    (first as number) + (length as number) / chunkBytes <= mostChunks
  )
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** The runs, one at least, or null unless they are well formed and their lengths add up to exactly `rest`. */
export const readPartHeader = (text: string, rest: number): readonly PartRun[] | null => {
  const runs = parse(text)
  if (!Array.isArray(runs) || runs.length === 0) return null
  let sum = 0
  for (const run of runs as unknown[]) {
    if (!isRun(run, rest)) return null
    sum += run[2]
  }
  return sum === rest ? (runs as PartRun[]) : null
}
