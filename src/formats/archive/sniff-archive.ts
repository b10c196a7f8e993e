/**
 * Sniff archive: which archive a file is, from its first bytes and, for disc images, from those where a disc says
 * what it is. Names are never asked.
 */
import type { ByteRange } from './archive.ts'
import { descriptorOffset, sectorBytes } from './iso-directory.ts'

/** `packed`: an archive of a kind that is not opened here. `disc`: an image of a disc that is not opened here. */
export type SniffedArchive = 'zip' | 'iso9660' | 'packed' | 'disc'

const packedMagics: readonly (readonly [offset: number, magic: string])[] = [
  [0, 'Rar!\x1a\x07'],
  [0, '7z\xbc\xaf\x27\x1c'],
  [0, '\x1f\x8b\x08'],
  [0, '\x1f\x9d'],
  [0, 'BZh'],
  [0, '\xfd7zXZ\0'],
  [0, '\x28\xb5\x2f\xfd'],
  [0, 'MSCF\0\0\0\0'],
  [0, 'xar!'],
  [0, 'LZIP'],
  [0, '\x60\xea'],
  [0, '!<arch>\n'],
  [0, '070701'],
  [0, 'PK\x07\x08PK'],
  [0, 'PK00PK'],
  [2, '-lh'],
  [2, '-lz'],
  [257, 'ustar'],
]

const has = (head: Buffer, offset: number, magic: string): boolean =>
  head.toString('latin1', offset, offset + magic.length) === magic

/** True for a file that begins as a ZIP does (APPNOTE 4.3.7), or as an empty one (4.3.16). */
export const beginsAsZip = (head: Buffer): boolean => has(head, 0, 'PK\x03\x04') || has(head, 0, 'PK\x05\x06')

/** True for a file that begins as an archive of another kind does. */
export const beginsAsPacked = (head: Buffer): boolean =>
  packedMagics.some(([offset, magic]) => has(head, offset, magic))

const rawSector = '\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00'
const trailerBytes = 512

/** Says whether a file is an image of a disc: ISO 9660, or one (UDF, raw sectors, Apple) that is not opened here. */
export const sniffDisc = async (range: ByteRange, head: Buffer): Promise<'iso9660' | 'disc' | null> => {
  if (has(head, 0, rawSector)) return 'disc'
  if (range.size < descriptorOffset + sectorBytes) return null
  const descriptor = await range.read(descriptorOffset, sectorBytes)
  if (has(descriptor, 1, 'CD001')) return 'iso9660'
  if (['BEA01', 'NSR02', 'NSR03'].some((magic) => has(descriptor, 1, magic))) return 'disc'
  const trailer = await range.read(range.size - trailerBytes, trailerBytes)
  return has(trailer, 0, 'koly') ? 'disc' : null
}

/** Says which archive a file is, or null. @throws only what `range.read` rejects with. */
export const sniffArchive = async (range: ByteRange, head: Buffer): Promise<SniffedArchive | null> => {
  if (beginsAsZip(head)) return 'zip'
  return (await sniffDisc(range, head)) ?? (beginsAsPacked(head) ? 'packed' : null)
}
