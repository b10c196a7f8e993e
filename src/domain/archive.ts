/** What comes out of an archive, from the reader of its bytes to the step that keeps its files. */
import type { VerdictCode } from './verdict.ts'

/** A file of an archive. */
export type ArchiveEntry = {
  /** Its place among the files of the archive, from 0; the same at every reading. */
  readonly index: number
  /** As the archive has it, `/` between folders; for people only, never a path of ours. */
  readonly name: string
  /** Milliseconds since 1970, where the archive says so. */
  readonly modified: number | null
}

export type ArchiveEvent =
  | { readonly is: 'entry'; readonly entry: ArchiveEntry }
  /** The buffer is the taker's. */
  | { readonly is: 'bytes'; readonly bytes: Buffer }
  | { readonly is: 'end' }
  /** `codes` is empty, or says why not everything could be read. */
  | { readonly is: 'done'; readonly codes: readonly VerdictCode[] }
