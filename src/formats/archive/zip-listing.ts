/**
 * ZIP listing: the central directory of a ZIP (APPNOTE 4.3.12), entry by entry, through yauzl. Names are decoded
 * here, since yauzl ends the whole listing at a name that climbs, and sizes are compared by who reads the file,
 * since one entry that lies about them says nothing of the others.
 */
import { isUtf8 } from 'node:buffer'
import {
  type Entry,
  fromRandomAccessReader,
  getFileNameLowLevel,
  RandomAccessReader,
  type ZipFile,
} from 'yauzl'
import { mostEntries, stop } from './archive.ts'
import type { RangeReader } from './range-reader.ts'
import { shownName } from './shown-name.ts'

export type ZipEntry = {
  /** As the archive spells it: for telling what it is. */
  readonly name: string
  readonly shown: string
  readonly modified: number | null
  /** False for folders, links and devices. */
  readonly isFile: boolean
  readonly locked: boolean
  /** 0 is stored, 8 is deflated (APPNOTE 4.4.5). */
  readonly method: number
  readonly packedSize: number
  readonly size: number
  readonly crc32: number
  /** Where its bytes begin. */
  dataStart(): Promise<number>
}

class ArchiveAccess extends RandomAccessReader {
  readonly #reader: RangeReader

  constructor(reader: RangeReader) {
    super()
    this.#reader = reader
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.#reader
      .fill(position, length)
      .then(
        (bytes) => {
          bytes.copy(buffer, offset)
          callback(null)
        },
        (error: unknown) => callback(error instanceof Error ? error : new Error('read')),
      )
      // Whatever yauzl throws in its own callback must end the listing, not the process.
      .catch((error: unknown) => this.emit('error', error))
  }
}

const endMagic = Buffer.from('PK\x05\x06', 'latin1')
const endBytes = 22
/** The last bytes of the file that are looked through, one window of the reader. */
const endReach = 65_536

/**
 * Where the archive ends: behind its end record (APPNOTE 4.3.16). What a download or a copy added after it hides
 * nothing, but yauzl takes it for a broken comment.
 */
const findEnd = async (reader: RangeReader): Promise<number> => {
  const from = Math.max(0, reader.size - endReach)
  const tail = await reader.fill(from, reader.size - from)
  let end = reader.size
  for (let at = tail.lastIndexOf(endMagic); at >= 0; at = tail.subarray(0, at).lastIndexOf(endMagic)) {
    if (at + endBytes > tail.length) continue
    const told = at + endBytes + tail.readUInt16LE(at + 20)
    if (told === tail.length) return reader.size
    if (told < tail.length && end === reader.size) end = from + told
  }
  return end
}

const openListing = (reader: RangeReader, size: number): Promise<ZipFile> =>
  new Promise((resolve, reject) => {
    const access = new ArchiveAccess(reader)
    access.on('error', reject)
    const options = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: false }
    fromRandomAccessReader(access, size, options, (error, zip) => {
      if (error !== null && error !== undefined) return reject(error)
      // It emits an error once more to nobody when the listing was left.
      zip.on('error', () => {})
      resolve(zip)
    })
  })

/** A longer name is cut before it is decoded. */
const mostNameBytes = 4_096
const utf8Flag = 0x800
const unix = 3
const dosFolder = 0x10

const nameOf = (entry: Entry): string => {
  const raw = entry.fileNameRaw.subarray(0, mostNameBytes)
  // Many programs write UTF-8 without saying so; a CP437 name is hardly ever UTF-8 by chance.
  const flags = isUtf8(raw) ? entry.generalPurposeBitFlag | utf8Flag : entry.generalPurposeBitFlag
  return getFileNameLowLevel(flags, raw, entry.extraFields, false)
}

const isFile = (entry: Entry, name: string): boolean => {
  if (name.endsWith('/')) return false
  if (entry.versionMadeBy >>> 8 !== unix) return (entry.externalFileAttributes & dosFolder) === 0
  const type = (entry.externalFileAttributes >>> 28) & 0xf
  return type === 0 || type === 8
}

const modifiedOf = (entry: Entry): number | null => {
  if (entry.lastModFileDate === 0) return null
  const time = entry.getLastModDate({ timezone: 'UTC' }).getTime()
  return Number.isFinite(time) ? Math.trunc(time) : null
}

/**
 * Lists a ZIP.
 * @throws ArchiveStop over the bounds; Error when the listing is broken from here on.
 */
export async function* listZip(reader: RangeReader): AsyncGenerator<ZipEntry, void, undefined> {
  const zip = await openListing(reader, await findEnd(reader))
  if (zip.entryCount > mostEntries) stop('ARCHIVE_LIMIT')
  for await (const entry of zip.eachEntry()) {
    const name = nameOf(entry)
    yield {
      name,
      shown: shownName(name),
      modified: modifiedOf(entry),
      isFile: isFile(entry, name),
      locked: entry.isEncrypted(),
      method: entry.compressionMethod,
      packedSize: entry.compressedSize,
      size: entry.uncompressedSize,
      crc32: entry.crc32,
      dataStart: async () => (await zip.readLocalFileHeaderPromise(entry, { minimal: true })).fileDataStart,
    }
  }
}
