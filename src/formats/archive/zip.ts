/**
 * ZIP: the files of a ZIP archive, one after the other, stored or deflated. Everything is counted and its CRC-32
 * taken while it is inflated; what the archive declares is believed only where it fits. A file that does not fit
 * its declaration breaks off, and the next one is tried.
 */

import { pipeline } from 'node:stream'
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib'
import type { ArchiveEvent } from '#domain/archive.ts'
import type { VerdictCode } from '#domain/verdict.ts'
import { allowance, type ByteRange, isLimit, mostBytesOf, mostFileBytes, stop, zipRatio } from './archive.ts'
import { type RangeReader, rangeReader } from './range-reader.ts'
import { listZip, type ZipEntry } from './zip-listing.ts'

const stored = 0
const deflated = 8
const pieceBytes = 1_048_576
const inflateBytes = 262_144

type Count = (bytes: number) => void

async function* packedBytes(reader: RangeReader, entry: ZipEntry, count: Count): AsyncGenerator<Buffer> {
  const start = await entry.dataStart()
  for (let at = 0; at < entry.packedSize; ) {
    const piece = await reader.some(start + at, Math.min(pieceBytes, entry.packedSize - at))
    // What is read counts as well: a deflated stream may be long and hold nothing.
    count(piece.length)
    at += piece.length
    yield piece
  }
}

const collect = async (pieces: AsyncIterable<Buffer>): Promise<Buffer> => {
  const all: Buffer[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}

async function* inflated(packed: AsyncIterable<Buffer>, entry: ZipEntry): AsyncGenerator<Buffer> {
  if (entry.packedSize <= pieceBytes && entry.size <= pieceBytes) {
    // One call for a small file: a stream costs more than the inflating.
    yield inflateRawSync(await collect(packed), { maxOutputLength: Math.max(1, entry.size) })
    return
  }
  const inflate = createInflateRaw({ chunkSize: inflateBytes })
  pipeline(packed, inflate, () => {})
  try {
    for await (const piece of inflate as AsyncIterable<Buffer>) yield piece
  } finally {
    inflate.destroy()
  }
}

async function* fileBytes(
  reader: RangeReader,
  entry: ZipEntry,
  countIn: Count,
  countOut: Count,
): AsyncGenerator<ArchiveEvent> {
  if (entry.method === stored && entry.packedSize !== entry.size) stop('ARCHIVE_DAMAGED')
  const packed = packedBytes(reader, entry, countIn)
  let size = 0
  let sum = 0
  for await (const bytes of entry.method === stored ? packed : inflated(packed, entry)) {
    size += bytes.length
    countOut(bytes.length)
    if (size > entry.size) stop('ARCHIVE_DAMAGED')
    sum = crc32(bytes, sum)
    if (bytes.length > 0) yield { is: 'bytes', bytes }
  }
  if (size !== entry.size || sum !== entry.crc32) stop('ARCHIVE_DAMAGED')
  yield { is: 'end' }
}

/** Why a file of a ZIP cannot be read here, or null. */
export const hindrance = (entry: ZipEntry): VerdictCode | null => {
  if (entry.locked) return 'ARCHIVE_PASSWORD'
  return entry.method === stored || entry.method === deflated ? null : 'ARCHIVE_UNSUPPORTED'
}

/** The code of what broke a listing after `files` files of it were seen. */
export const listingCode = (error: unknown, files: number): VerdictCode => {
  if (isLimit(error)) return 'ARCHIVE_LIMIT'
  if (error instanceof Error && error.message.startsWith('strong encryption')) return 'ARCHIVE_PASSWORD'
  return files === 0 ? 'ARCHIVE_UNREADABLE' : 'ARCHIVE_DAMAGED'
}

/**
 * Reads the files of a ZIP from number `from` on.
 * @throws only what `range.read` rejects with.
 */
export async function* readZip(range: ByteRange, from = 0): AsyncGenerator<ArchiveEvent, void, undefined> {
  const reader = rangeReader(range)
  const most = mostBytesOf(range.size, zipRatio)
  const countIn = allowance(most)
  const countOut = allowance(most)
  const codes = new Set<VerdictCode>()
  let files = 0
  try {
    for await (const entry of listZip(reader)) {
      if (!entry.isFile) continue
      const index = files
      files += 1
      if (index < from) continue
      const reason = hindrance(entry)
      if (reason !== null) codes.add(reason)
      if (reason !== null) continue
      if (entry.size > mostFileBytes) stop('ARCHIVE_LIMIT')
      yield { is: 'entry', entry: { index, name: entry.shown, modified: entry.modified } }
      try {
        yield* fileBytes(reader, entry, countIn, countOut)
      } catch (error) {
        if (reader.lost() !== null || isLimit(error)) throw error
        codes.add('ARCHIVE_DAMAGED')
      }
    }
  } catch (error) {
    const lost = reader.lost()
    if (lost !== null) throw lost.cause
    codes.add(listingCode(error, files))
  }
  yield { is: 'done', codes: [...codes] }
}
