/** Taken: by what a file of an archive is known again, however often the archive is opened. */
import { createHash } from 'node:crypto'
import type { ItemId } from '#domain/id.ts'

/** SHA-256 over archive and place: the same at every reading. */
export const fingerprintOf = (archive: ItemId, index: number): Buffer =>
  createHash('sha256').update(`second-read/1/archive/${archive}/${index}`).digest()

export const isTaken = (taken: ReadonlySet<string>, archive: ItemId, index: number): boolean =>
  taken.has(fingerprintOf(archive, index).toString('hex'))

/** The first file that is not among `taken` (fingerprints in hex). */
export const firstMissing = (taken: ReadonlySet<string>, archive: ItemId): number => {
  let index = 0
  while (isTaken(taken, archive, index)) index += 1
  return index
}
