/**
 * Gives the memory of spent bytes back at once. Megabytes of dead buffers a second make V8 collect its whole
 * heap many times a second: that cost more CPU than hashing and sealing what came in.
 */

/** Below this a buffer may share its memory with others, and is no burden. */
const worthwhile = 1_024

/** Empties `bytes` if it is the only view of its memory. Nobody may use it, or a part of it, afterwards. */
export const freeBytes = ({ buffer, byteLength }: Uint8Array): void => {
  if (byteLength >= worthwhile && buffer instanceof ArrayBuffer && buffer.byteLength === byteLength)
    buffer.transfer(0)
}
