/**
 * Inflated bytes: opens a zlib stream piece by piece and keeps none of it, so that a picture of any size costs
 * the memory of one piece, and a bomb no more than the picture it claims to be.
 */
import { Readable } from 'node:stream'
import { createInflate } from 'node:zlib'

/**
 * Counts the bytes in a stream that lies in `parts`, up to `most`; fewer when it breaks off. `look` sees each
 * piece and where it begins, and ends the count by returning false.
 */
export const countInflated = async (
  parts: readonly Buffer[],
  most: number,
  look: (piece: Buffer, from: number) => boolean = () => true,
): Promise<number> => {
  const inflate = createInflate({ chunkSize: 65_536 })
  const source = Readable.from(parts)
  let count = 0
  try {
    source.pipe(inflate)
    for await (const piece of inflate as AsyncIterable<Buffer>) {
      if (!look(piece, count)) break
      count += piece.length
      if (count >= most) break
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) throw error
  } finally {
    source.destroy()
    inflate.destroy()
  }
  return Math.min(count, most)
}
