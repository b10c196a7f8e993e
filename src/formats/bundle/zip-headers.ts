/**
 * The records of a ZIP file (PKWARE APPNOTE 6.3) as this bundle uses them: stored, no data descriptors, ASCII
 * names, ZIP64 only where a number does not fit. Lengths are known without writing, so offsets are too.
 */

/** What a record says of an entry: `size` in bytes, CRC-32 unsigned, `path` ASCII, time with 2 s steps in UTC. */
export type ZipFacts = {
  readonly path: string
  readonly size: number
  readonly crc32: number
  readonly modified: Date
}

/** A 32- or 16-bit field that holds its largest value says: see ZIP64 (APPNOTE §4.4.1.4). */
const full32 = 0xffffffff
const full16 = 0xffff

/** APPNOTE §4.4.3.2: 1.0 is the default, 4.5 has ZIP64. Made by: Unix (3), as of 6.3. */
const versionPlain = 10
const versionZip64 = 45
const madeBy = (3 << 8) | 63

/** A regular file, rw-r--r--, in the upper half where Unix keeps its mode. */
const attributes = (0o100644 << 16) >>> 0

const localBytes = 30
const centralBytes = 46
const earliest = Date.UTC(1980, 0, 1)
const latest = Date.UTC(2107, 11, 31, 23, 59, 58)

/**
 * MS-DOS date (upper 16 bits) and time of a moment in UTC. Before 1980, after 2107 and no time at all become
 * the nearest that the format can say.
 */
export const dosTime = (moment: Date): number => {
  const ms = moment.getTime()
  const time = new Date(Number.isNaN(ms) ? earliest : Math.min(Math.max(ms, earliest), latest))
  const day = ((time.getUTCFullYear() - 1980) << 9) | ((time.getUTCMonth() + 1) << 5) | time.getUTCDate()
  const clock = (time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1)
  return ((day << 16) | clock) >>> 0
}

const isFull = (value: number): boolean => value >= full32

/** APPNOTE §4.5.3: in a local header both sizes stand in the extra field, or neither. */
const localExtra = (size: number): number => (isFull(size) ? 20 : 0)

/** In the central directory only the values that do not fit. */
const centralExtra = (size: number, offset: number): number => {
  const values = (isFull(size) ? 2 : 0) + (isFull(offset) ? 1 : 0)
  return values === 0 ? 0 : 4 + 8 * values
}

/** Bytes that come before an entry's content. */
export const localHeaderLength = ({ path, size }: ZipFacts): number =>
  localBytes + path.length + localExtra(size)

/** Bytes of an entry in the central directory; `offset` is where its local header lies. */
export const centralHeaderLength = ({ path, size }: ZipFacts, offset: number): number =>
  centralBytes + path.length + centralExtra(size, offset)

/** The twelve fields from "version needed" to "extra field length" that both headers share: 26 bytes. */
const writeCommon = (target: Buffer, at: number, entry: ZipFacts, zip64: boolean, extra: number): void => {
  const size = Math.min(entry.size, full32)
  target.writeUInt16LE(zip64 ? versionZip64 : versionPlain, at)
  target.writeUInt32LE(0, at + 2)
  target.writeUInt32LE(dosTime(entry.modified), at + 6)
  target.writeUInt32LE(entry.crc32, at + 10)
  target.writeUInt32LE(size, at + 14)
  target.writeUInt32LE(size, at + 18)
  target.writeUInt16LE(entry.path.length, at + 22)
  target.writeUInt16LE(extra, at + 24)
}

const writeExtra = (target: Buffer, at: number, values: readonly number[]): void => {
  if (values.length === 0) return
  target.writeUInt16LE(0x0001, at)
  target.writeUInt16LE(8 * values.length, at + 2)
  for (const [i, value] of values.entries()) target.writeBigUInt64LE(BigInt(value), at + 4 + 8 * i)
}

/** Writes the local header (APPNOTE §4.3.7) of an entry that lies at `offset` of the file; returns its length. */
export const writeLocalHeader = (target: Buffer, at: number, entry: ZipFacts, offset: number): number => {
  const name = at + localBytes
  target.writeUInt32LE(0x04034b50, at)
  writeCommon(target, at + 4, entry, centralExtra(entry.size, offset) > 0, localExtra(entry.size))
  target.write(entry.path, name, 'latin1')
  writeExtra(target, name + entry.path.length, isFull(entry.size) ? [entry.size, entry.size] : [])
  return localHeaderLength(entry)
}

/** Writes the central directory header (APPNOTE §4.3.12) of an entry; returns its length. */
export const writeCentralHeader = (target: Buffer, at: number, entry: ZipFacts, offset: number): number => {
  const name = at + centralBytes
  const extra = centralExtra(entry.size, offset)
  target.writeUInt32LE(0x02014b50, at)
  target.writeUInt16LE(madeBy, at + 4)
  writeCommon(target, at + 6, entry, extra > 0, extra)
  target.fill(0, at + 32, at + 38)
  target.writeUInt32LE(attributes, at + 38)
  target.writeUInt32LE(Math.min(offset, full32), at + 42)
  target.write(entry.path, name, 'latin1')
  writeExtra(target, name + entry.path.length, [
    ...(isFull(entry.size) ? [entry.size, entry.size] : []),
    ...(isFull(offset) ? [offset] : []),
  ])
  return centralHeaderLength(entry, offset)
}

/** ZIP64 end of central directory record and its locator (APPNOTE §4.3.14, §4.3.15): 76 bytes. */
const zip64Ends = (count: number, start: number, size: number): Buffer => {
  const ends = Buffer.alloc(76)
  ends.writeUInt32LE(0x06064b50, 0)
  ends.writeBigUInt64LE(44n, 4)
  ends.writeUInt16LE(madeBy, 12)
  ends.writeUInt16LE(versionZip64, 14)
  ends.writeBigUInt64LE(BigInt(count), 24)
  ends.writeBigUInt64LE(BigInt(count), 32)
  ends.writeBigUInt64LE(BigInt(size), 40)
  ends.writeBigUInt64LE(BigInt(start), 48)
  ends.writeUInt32LE(0x07064b50, 56)
  ends.writeBigUInt64LE(BigInt(start + size), 64)
  ends.writeUInt32LE(1, 72)
  return ends
}

/**
 * What ends a ZIP file (APPNOTE §4.3.16): `count` entries whose central directory of `size` bytes lies at
 * `start`. With the ZIP64 records in front when one of the three does not fit.
 */
export const writeEnds = (count: number, start: number, size: number): Buffer => {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Math.min(count, full16), 8)
  end.writeUInt16LE(Math.min(count, full16), 10)
  end.writeUInt32LE(Math.min(size, full32), 12)
  end.writeUInt32LE(Math.min(start, full32), 16)
  const needed = count >= full16 || isFull(size) || isFull(start)
  return needed ? Buffer.concat([zip64Ends(count, start, size), end]) : end
}
