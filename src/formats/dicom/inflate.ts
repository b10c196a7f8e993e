/**
 * Inflate: opens a deflated data set (PS3.5 §A.5) under a hard cap, so that a small file cannot ask for more
 * memory than a medical image does.
 */
import { inflateRawSync } from 'node:zlib'
import type { VerdictCode } from '#domain/verdict.ts'
import type { ByteRange } from './byte-window.ts'

/** Neither side of the compression may be larger, bytes. */
export const mostInflatedBytes = 268_435_456

const pieceBytes = 1_048_576

/** The inflated data set from `start` to the end of the file, or the code that says why there is none. */
export const inflateDataSet = async (
  range: ByteRange,
  start: number,
  mostBytes = mostInflatedBytes,
): Promise<Buffer | VerdictCode> => {
  if (range.size - start > mostBytes) return 'DICOM_LIMIT_INFLATE'
  const pieces: Buffer[] = []
  for (let at = start; at < range.size; at += pieceBytes)
    pieces.push(await range.read(at, Math.min(pieceBytes, range.size - at)))
  try {
    return inflateRawSync(Buffer.concat(pieces), { maxOutputLength: mostBytes })
  } catch (error) {
    const tooLarge = error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    return tooLarge ? 'DICOM_LIMIT_INFLATE' : 'INFLATE_ERROR'
  }
}
