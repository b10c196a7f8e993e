/**
 * ISO directory: volume descriptors (ECMA-119 §8) and directory records (§9.1) of a disc image, with the Joliet names
 * where there are any. Every number of the image is compared with the image before anything is read by it.
 */
import { stop } from './archive.ts'
import type { RangeReader } from './range-reader.ts'

export type IsoVolume = {
  readonly joliet: boolean
  readonly blockBytes: number
  readonly root: IsoRecord
}

export type IsoRecord = {
  readonly name: string
  readonly modified: number | null
  readonly isFolder: boolean
  /** False for a file in several pieces or interleaved (§6.4.3), which no disc of records needs. */
  readonly isWhole: boolean
  readonly offset: number
  readonly size: number
}

export const sectorBytes = 2_048
/** Offset of the first volume descriptor. */
export const descriptorOffset = 32_768

const mostDescriptors = 64
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
  const flags = record.readUInt8(25)
  return {
    name: nameOf(record, joliet),
    modified: dateOf(record),
    isFolder: (flags & flag.folder) !== 0,
    isWhole: (flags & flag.more) === 0 && record.readUInt8(26) === 0 && record.readUInt8(27) === 0,
    // Its bytes begin behind its extended attributes (§9.1.2).
    offset: (record.readUInt32LE(2) + record.readUInt8(1)) * blockBytes,
    size: record.readUInt32LE(10),
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
  return fits ? { joliet, blockBytes, root } : null
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
  return found.find(({ joliet }) => joliet) ?? found[0] ?? stop('ARCHIVE_UNREADABLE')
}

/**
 * The records of a folder without those of itself and its parent (§6.8.2). They never cross a sector.
 * @throws ArchiveStop where the folder is not inside the image or not well formed.
 */
export async function* readFolder(
  reader: RangeReader,
  { joliet, blockBytes }: IsoVolume,
  folder: IsoRecord,
): AsyncGenerator<IsoRecord, void, undefined> {
  if (folder.size > mostFolderBytes || folder.offset + folder.size > reader.size) stop('ARCHIVE_DAMAGED')
  for (let start = 0; start < folder.size; start += sectorBytes) {
    const sector = await reader.fill(folder.offset + start, Math.min(sectorBytes, folder.size - start))
    let at = 0
    while (at < sector.length && sector.readUInt8(at) !== 0) {
      const record = sector.subarray(at, at + sector.readUInt8(at))
      at += record.length
      if (record.length < leastRecordBytes || record.length < 33 + record.readUInt8(32))
        stop('ARCHIVE_DAMAGED')
      const self = record.readUInt8(32) === 1 && record.readUInt8(33) <= 1
      if (!self && (record.readUInt8(25) & flag.associated) === 0)
        yield parseRecord(record, joliet, blockBytes)
    }
  }
}
