/** The other order of bytes for values that go out in batches whose borders fall anywhere. */
import { swapWords } from './json-value.ts'

/** Bytes of `batches` with every word of `width` bytes turned; fewer at the end than a word stay as they are. */
export async function* swapBatches(
  batches: AsyncIterable<readonly Uint8Array[]>,
  width: number,
): AsyncGenerator<readonly Uint8Array[]> {
  let rest = Buffer.alloc(0)
  for await (const batch of batches) {
    const bytes = Buffer.concat([rest, ...batch])
    const whole = bytes.length - (bytes.length % width)
    const words = bytes.subarray(0, whole)
    swapWords(words, width)
    rest = Buffer.from(bytes.subarray(whole))
    yield [words]
  }
  if (rest.length > 0) yield [rest]
}
