/**
 * ISO 9660: the files of a disc image, folder by folder. A folder is entered once, however often it is named, so
 * that no loop can be walked; depth, number and bytes are bounded; a file that lies outside the image or
 * interleaved is passed over, and the reading ends with ARCHIVE_DAMAGED.
 */
import type { ArchiveEvent } from '#domain/archive.ts'
import type { VerdictCode } from '#domain/verdict.ts'
import {
  ArchiveStop,
  allowance,
  type ByteRange,
  discRatio,
  isLimit,
  mostBytesOf,
  mostEntries,
  stop,
} from './archive.ts'
import { findVolume, hasUdf, type IsoRecord, type IsoVolume, readFolder } from './iso-directory.ts'
import { type RangeReader, rangeReader } from './range-reader.ts'
import { shownName } from './shown-name.ts'

const mostDepth = 32
const mostFolders = 10_000
/** All folders together, bytes: they may claim to share theirs. */
const mostListingBytes = 268_435_456
const pieceBytes = 1_048_576

type Folder = { readonly record: IsoRecord; readonly path: string; readonly depth: number }

type Found = { readonly record: IsoRecord; readonly path: string }

async function* walk(reader: RangeReader, note: (code: VerdictCode) => void): AsyncGenerator<Found> {
  const volume = await findVolume(reader)
  const seen = new Set([volume.root.offset])
  const count = allowance(mostListingBytes)
  const waiting: Folder[] = [{ record: volume.root, path: '', depth: 0 }]
  let entries = 0
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const inner: Folder[] = []
    count(folder.record.size)
    try {
      for await (const record of readFolder(reader, volume, folder.record)) {
        entries += 1
        if (entries > mostEntries) stop('ARCHIVE_LIMIT')
        const path = `${folder.path}${record.name}`
        if (!record.isFolder) yield { record, path }
        else if (folder.depth === mostDepth || seen.size === mostFolders || seen.has(record.offset))
          note('ARCHIVE_DAMAGED')
        else {
          seen.add(record.offset)
          inner.push({ record, path: `${path}/`, depth: folder.depth + 1 })
        }
      }
    } catch (error) {
      if (isLimit(error) || reader.lost() !== null) throw error
      note('ARCHIVE_DAMAGED')
    }
    waiting.push(...inner.toReversed())
  }
}

async function* fileBytes(
  reader: RangeReader,
  { extents }: IsoRecord,
  count: (bytes: number) => void,
): AsyncGenerator<ArchiveEvent> {
  for (const { offset, size } of extents)
    for (let at = 0; at < size; ) {
      const bytes = await reader.some(offset + at, Math.min(pieceBytes, size - at))
      count(bytes.length)
      at += bytes.length
      yield { is: 'bytes', bytes }
    }
  yield { is: 'end' }
}

/**
 * Reads the files of a disc image from number `from` on.
 * @throws only what `range.read` rejects with.
 */
export async function* readIso(range: ByteRange, from = 0): AsyncGenerator<ArchiveEvent, void, undefined> {
  const reader = rangeReader(range)
  const count = allowance(mostBytesOf(range.size, discRatio))
  const codes = new Set<VerdictCode>()
  const note = (code: VerdictCode): void => {
    codes.add(code)
  }
  let files = 0
  try {
    for await (const { record, path } of walk(reader, note)) {
      const index = files
      files += 1
      if (index < from) continue
      if (
        !record.isWhole ||
        !record.extents.every(({ offset, size }) => size === 0 || offset + size <= reader.size)
      ) {
        note('ARCHIVE_DAMAGED')
        continue
      }
      yield { is: 'entry', entry: { index, name: shownName(path), modified: record.modified } }
      yield* fileBytes(reader, record, count)
    }
  } catch (error) {
    const lost = reader.lost()
    if (lost !== null) throw lost.cause
    if (isLimit(error)) note('ARCHIVE_LIMIT')
    else note(error instanceof ArchiveStop ? error.code : 'ARCHIVE_DAMAGED')
  }
  yield { is: 'done', codes: [...codes] }
}

// Discs written for UDF alone carry one file for readers of ISO 9660, which says so.
const isNote = async (reader: RangeReader, volume: IsoVolume): Promise<boolean> => {
  let files = 0
  for await (const record of readFolder(reader, volume, volume.root)) {
    files += 1
    if (record.isFolder || files > 1) return false
  }
  return true
}

/** Why a disc image cannot be opened at all, or null. @throws only what `range.read` rejects with. */
export const lookIntoIso = async (range: ByteRange): Promise<VerdictCode | null> => {
  const reader = rangeReader(range)
  try {
    const volume = await findVolume(reader)
    await reader.fill(volume.root.offset, Math.min(volume.root.size, 2_048))
    return (await hasUdf(reader)) && (await isNote(reader, volume)) ? 'DISC_IMAGE_UNSUPPORTED' : null
  } catch {
    const lost = reader.lost()
    if (lost !== null) throw lost.cause
    return 'DISC_IMAGE_UNSUPPORTED'
  }
}
