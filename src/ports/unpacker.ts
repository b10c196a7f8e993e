/**
 * Unpacker: takes an archive apart, away from everything else, and gives its files one after the other.
 *
 * Contract: whatever the archive does to its reader (hang, allocate, crash, lie about lengths) ends the stream with
 * a code and nothing else. It reads by range, keeps nothing, writes nothing, opens no path. Events come in this
 * order: for each file ENTRY, then its BYTES in order, then END; at last one DONE. A file that breaks off midway has
 * no END: what was given of it counts for nothing, and the next ENTRY may follow. `source.read` failing rejects with
 * that same failure. Who takes an archive apart while in the middle of another needs two places.
 */
import type { VerdictCode } from '#domain/verdict.ts'
import type { ByteSource } from './inspector.ts'

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
  /** At most 1 MiB; the buffer is the taker's. */
  | { readonly is: 'bytes'; readonly bytes: Buffer }
  | { readonly is: 'end' }
  /** `codes` is empty, or says why not everything could be read. */
  | { readonly is: 'done'; readonly codes: readonly VerdictCode[] }

export type Unpacker = {
  /** Files with an index below `from` are passed over. */
  unpack(source: ByteSource, from: number): AsyncIterable<ArchiveEvent>
  /** Ends its processes. */
  close(): Promise<void>
}
