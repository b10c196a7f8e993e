/**
 * Unpacker: takes an archive apart, away from everything else, and gives its files one after the other.
 *
 * Contract: whatever the archive does to its reader (hang, allocate, crash, lie about lengths) ends the stream with
 * a code and nothing else. It reads by range, keeps nothing, writes nothing, opens no path. Events come in this
 * order: for each file ENTRY, then its BYTES in order, at most 1 MiB each, then END; at last one DONE. A file that
 * breaks off midway has no END: what was given of it counts for nothing, and the next ENTRY may follow. `source.read`
 * failing rejects with that same failure. Who takes an archive apart while in the middle of another needs two places.
 */
import type { ArchiveEvent } from '#domain/archive.ts'
import type { ByteSource } from './inspector.ts'

export type Unpacker = {
  /** Files with an index below `from` are passed over. */
  unpack(source: ByteSource, from: number): AsyncIterable<ArchiveEvent>
  /** Ends its processes. */
  close(): Promise<void>
}
