/**
 * ISO directory: volume descriptors (ECMA-119 §8) and directory records (§9.1) of a disc image, with the Joliet or
 * Rock Ridge names where there are any. Every number of the image is compared with the image before anything is read by it.
 */
import { stop } from './archive.ts'
import type { RangeReader } from './range-reader.ts'
import { readRockRidge, skippedBytes } from './rock-ridge.ts'

export type IsoVolume = {
  readonly joliet: boolean
  readonly blockBytes: number
  readonly root: IsoRecord
  /** Where the Rock Ridge part of a record begins, or null on a disc without. */
  readonly skipped: number | null
}

export type IsoExtent = { readonly offset: number; readonly size: number }

export type IsoRecord = {
  readonly name: string
  readonly modified: number | null
  readonly isFolder: boolean
  /** False for an interleaved file (§6.4.3), which no disc of records needs. */
  readonly isWhole: boolean
  /** Of its first piece. */
  readonly offset: number
  /** Of all its pieces together. */
  readonly size: number
  /** A file of 4 GiB and more has several (§6.4.2). */
  readonly extents: readonly IsoExtent[]
}

export const sectorBytes = 2_048
/** Offset of the first volume descriptor. */
export const descriptorOffset = 32_768

const mostDescriptors = 64
const mostExtents = 64
const mostFolderBytes = 16_777_216
const rootRecordAt = 156
const rootRecordBytes = 34
const leastRecordBytes = 34
const flag = { folder: 0x02, associated: 0x04, more: 0x80 } as const

const quarterHour = 15 * 60_000

const dateOf = (record: Buffer): number | null => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = record.subarray(18, 24)
  if (month < 1 || month > 12 || day < 1 || day > 31) return null
  return Date.UTC(1900 + year, month - 1, day, hour, minute, second) - record.readInt8(24) * quarterHour
}

const nameOf = (record: Buffer, joliet: boolean): string => {
  const raw = record.subarray(33, 33 + record.readUInt8(32))
  const even = Buffer.from(raw.subarray(0, raw.length & ~1))
  const text = joliet ? even.swap16().toString('utf16le') : raw.toString('latin1')
  return text.replace(/;\d+$/, '').replace(/(?<=.)\.$/, '')
}

const parseRecord = (record: Buffer, joliet: boolean, blockBytes: number): IsoRecord => {
  // Its bytes begin behind its extended attributes (§9.1.2).
  const offset = (record.readUInt32LE(2) + record.readUInt8(1)) * blockBytes
  const size = record.readUInt32LE(10)
  return {
    name: nameOf(record, joliet),
    modified: dateOf(record),
    isFolder: (record.readUInt8(25) & flag.folder) !== 0,
    isWhole: record.readUInt8(26) === 0 && record.readUInt8(27) === 0,
    offset,
    size,
    extents: [{ offset, size }],
  }
}

const isJoliet = (descriptor: Buffer): boolean =>
  ['%/@', '%/C', '%/E'].includes(descriptor.toString('latin1', 88, 91))

const readVolume = (descriptor: Buffer, joliet: boolean, size: number): IsoVolume | null => {
  const blockBytes = descriptor.readUInt16LE(128)
  if (![512, 1024, 2048].includes(blockBytes)) return null
  const record = descriptor.subarray(rootRecordAt, rootRecordAt + rootRecordBytes)
  const root = parseRecord(record, joliet, blockBytes)
  const fits = root.isFolder && root.size > 0 && root.offset + root.size <= size
  return fits ? { joliet, blockBytes, root, skipped: null } : null
}

/**
 * Finds the volume of a disc image: the Joliet one where it is sound, else the plain one.
 * @throws ArchiveStop when the image has none.
 */
export const findVolume = async (reader: RangeReader): Promise<IsoVolume> => {
  const found: IsoVolume[] = []
  for (let index = 0; index < mostDescriptors; index += 1) {
    const at = descriptorOffset + index * sectorBytes
    if (at + sectorBytes > reader.size) break
    const descriptor = await reader.fill(at, sectorBytes)
    if (descriptor.toString('latin1', 1, 6) !== 'CD001') break
    const type = descriptor.readUInt8(0)
    if (type === 255) break
    const joliet = type === 2 && isJoliet(descriptor)
    const volume = type === 1 || joliet ? readVolume(descriptor, joliet, reader.size) : null
    if (volume !== null) found.push(volume)
  }
  const volume = found.find(({ joliet }) => joliet) ?? found[0] ?? stop('ARCHIVE_UNREADABLE')
  return volume.joliet ? volume : { ...volume, skipped: await findSkipped(reader, volume.root) }
}

/** True when a UDF file system stands in the image as well (ECMA-167 2/8.3). */
export const hasUdf = async (reader: RangeReader): Promise<boolean> => {
  for (let index = 1; index < mostDescriptors; index += 1) {
    const at = descriptorOffset + index * sectorBytes
    if (at + sectorBytes > reader.size) return false
    const mark = (await reader.fill(at, 6)).toString('latin1', 1)
    if (mark.startsWith('NSR0')) return true
    if (!['CD001', 'BEA01'].includes(mark)) return false
  }
  return false
}

const findSkipped = async (reader: RangeReader, { offset, size }: IsoRecord): Promise<number | null> => {
  const sector = await reader.fill(offset, Math.min(size, sectorBytes))
  return skippedBytes(sector.subarray(0, sector.readUInt8(0)))
}

/** One file of records that follow each other, each with a piece of it. */
const joined = (first: IsoRecord, next: IsoRecord): IsoRecord => ({
  ...first,
  isWhole: first.isWhole && next.isWhole,
  size: first.size + next.size,
  extents: [...first.extents, ...next.extents],
})

/**
 * The records of a folder without those of itself and its parent (§6.8.2), of links, and of folders that stand
 * somewhere else. They never cross a sector.
 * @throws ArchiveStop where the folder is not inside the image or not well formed.
 */
export async function* readFolder(
  reader: RangeReader,
  { joliet, blockBytes, skipped }: IsoVolume,
  folder: IsoRecord,
): AsyncGenerator<IsoRecord, void, undefined> {
  if (folder.size > mostFolderBytes || folder.offset + folder.size > reader.size) stop('ARCHIVE_DAMAGED')
  let begun: IsoRecord | null = null
  for (let start = 0; start < folder.size; start += sectorBytes) {
    const sector = await reader.fill(folder.offset + start, Math.min(sectorBytes, folder.size - start))
    let at = 0
    while (at < sector.length && sector.readUInt8(at) !== 0) {
      const record = sector.subarray(at, at + sector.readUInt8(at))
      at += record.length
      if (record.length < leastRecordBytes || record.length < 33 + record.readUInt8(32))
        stop('ARCHIVE_DAMAGED')
      const self = record.readUInt8(32) === 1 && record.readUInt8(33) <= 1
      if (self || (record.readUInt8(25) & flag.associated) !== 0) continue
      const plain = parseRecord(record, joliet, blockBytes)
      const long = skipped === null ? null : await readRockRidge(reader, record, skipped, blockBytes)
      if (long?.isElsewhere === true) continue
      const piece = { ...plain, name: long?.name ?? plain.name }
      // The pieces of a file follow each other under one name; without the last of them it is not whole.
      const belongs: boolean = begun !== null && begun.name === piece.name
      if (begun !== null && !belongs) yield { ...begun, isWhole: false }
      const whole: IsoRecord = begun === null || !belongs ? piece : joined(begun, piece)
      if (whole.extents.length > mostExtents) stop('ARCHIVE_DAMAGED')
      begun = (record.readUInt8(25) & flag.more) === 0 ? null : whole
      if (begun === null) yield whole
    }
  }
  if (begun !== null) yield { ...begun, isWhole: false }
}
