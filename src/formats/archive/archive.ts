/**
 * Archive: what every reader of archives gives and holds to. A reader gives the files of an archive in order, never
 * more than its bounds, and never throws for what the archive does: it ends with the codes that say what is missing.
 * A file whose bytes are not followed by `end` broke off; the next file may still be whole.
 */
import type { VerdictCode } from '#domain/verdict.ts'

/** Where the archive's bytes are read from: at most `length` bytes from `offset`, fewer only at the end. */
export type ByteRange = {
  readonly size: number
  read(offset: number, length: number): Promise<Buffer>
}

/** Entries of any kind that one archive may list. */
export const mostEntries = 50_000

/** One file of an archive, bytes. */
export const mostFileBytes = 8 * 2 ** 30

const mostTotalBytes = 64 * 2 ** 30
const freeBytes = 64 * 2 ** 20

/** Deflate makes at most 1,032 bytes of one; more can only come from entries that share their bytes. */
export const zipRatio = 1_100

/** A disc image packs nothing, but several names may stand for one file. */
export const discRatio = 10

/** All files of an archive of `size` bytes together, bytes. */
export const mostBytesOf = (size: number, ratio: number): number =>
  Math.min(mostTotalBytes, freeBytes + ratio * size)

/** Ends the reading of an archive, or of one file of it, with a code. Never leaves this room. */
export class ArchiveStop extends Error {
  readonly code: VerdictCode

  constructor(code: VerdictCode) {
    super(code)
    this.code = code
  }
}

export const stop = (code: VerdictCode): never => {
  throw new ArchiveStop(code)
}

/** True for what ends the reading of the whole archive: a bound, or no memory. */
export const isLimit = (error: unknown): boolean =>
  error instanceof ArchiveStop
    ? error.code === 'ARCHIVE_LIMIT'
    : error instanceof Error && 'code' in error && error.code === 'ERR_MEMORY_ALLOCATION_FAILED'

/** Counts bytes as they come, and stops at `most`, whatever was declared. */
export const allowance = (most: number): ((bytes: number) => void) => {
  let left = most
  return (bytes) => {
    left -= bytes
    if (left < 0) stop('ARCHIVE_LIMIT')
  }
}
