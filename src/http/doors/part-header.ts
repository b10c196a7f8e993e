/** The header of a part: which runs of which items its bytes are. Nothing of it is believed before it adds up. */
import { type ItemId, isId } from '#domain/id.ts'
import { chunkBytes } from '#domain/item.ts'

/** Item, its first chunk, bytes; and where the header proves the part, the SHA-256 of those bytes. */
export type PartRun = readonly [item: ItemId, first: number, length: number, sha256?: Buffer]

const mostChunks = 2 ** 32

const sha256Text = /^[A-Za-z0-9+/]{43}=$/

const readRun = (run: unknown, most: number, proved: boolean): PartRun | null => {
  if (!Array.isArray(run) || run.length !== (proved ? 4 : 3)) return null
  const [item, first, length, sha256] = run as unknown[]
  const fits =
    isId(item) &&
    Number.isInteger(first) &&
    Number.isInteger(length) &&
    (length as number) >= 0 &&
    (length as number) <= most &&
    (first as number) >= 0 &&
    (first as number) + (length as number) / chunkBytes <= mostChunks
  if (!fits) return null
  if (!proved) return [item as ItemId, first as number, length as number]
  if (typeof sha256 !== 'string' || !sha256Text.test(sha256)) return null
  return [item as ItemId, first as number, length as number, Buffer.from(sha256, 'base64')]
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/**
 * The runs, one at least, or null unless they are well formed and their lengths add up to exactly `rest`. `proved`:
 * each must bring its digest.
 */
export const readPartHeader = (text: string, rest: number, proved: boolean): readonly PartRun[] | null => {
  const listed = parse(text)
  if (!Array.isArray(listed) || listed.length === 0) return null
  const runs: PartRun[] = []
  let sum = 0
  for (const entry of listed as unknown[]) {
    const run = readRun(entry, rest, proved)
    if (run === null) return null
    runs.push(run)
    sum += run[2]
  }
  return sum === rest ? runs : null
}
