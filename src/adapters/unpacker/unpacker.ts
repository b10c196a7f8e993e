/** Unpacker of ZIP files within this process: no limits, no isolation. Stands in until archives have children. */
import { Readable } from 'node:stream'
import { fromRandomAccessReaderPromise, RandomAccessReader } from 'yauzl'
import type { ByteSource } from '#ports/inspector.ts'
import type { ArchiveEvent, Unpacker } from '#ports/unpacker.ts'

const pieceBytes = 1_048_576

/** Reads by range; what the source throws stays known, for yauzl gives its errors other words. */
class SourceReader extends RandomAccessReader {
  readonly #source: ByteSource
  failure: Error | null = null

  constructor(source: ByteSource) {
    super()
    this.#source = source
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const source = this.#source
    const pieces = async function* (this: SourceReader): AsyncGenerator<Buffer> {
      for (let at = start; at < end; at += pieceBytes)
        try {
          yield (await source.read(at, Math.min(pieceBytes, end - at))).subarray(0, end - at)
        } catch (error) {
          this.failure = error instanceof Error ? error : new Error('the source failed', { cause: error })
          throw error
        }
    }
    return Readable.from(pieces.call(this))
  }
}

async function* readZip(reader: SourceReader, size: number, from: number): AsyncGenerator<ArchiveEvent> {
  let index = -1
  try {
    const zip = await fromRandomAccessReaderPromise(reader, size, { lazyEntries: true, autoClose: false })
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue
      index += 1
      if (index < from) continue
      const modified = entry.getLastModDate().getTime()
      yield { is: 'entry', entry: { index, name: entry.fileName, modified } }
      for await (const bytes of await zip.openReadStreamPromise(entry))
        yield { is: 'bytes', bytes: Buffer.from(bytes as Buffer) }
      yield { is: 'end' }
    }
    yield { is: 'done', codes: [] }
  } catch {
    if (reader.failure !== null) throw reader.failure
    yield { is: 'done', codes: ['ARCHIVE_DAMAGED'] }
  }
}

/** Opens an unpacker. */
export const openUnpacker = (): Unpacker => ({
  unpack: (source, from) => readZip(new SourceReader(source), source.size, from),
  close: async () => {},
})
