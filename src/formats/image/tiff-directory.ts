/**
 * TIFF directory: the directories of a TIFF (TIFF 6.0 §2) and of a BigTIFF, read within bounds. A chain that
 * comes back to itself, or is longer than any file's, is refused.
 */
export type TiffEntry = {
  readonly tag: number
  readonly type: number
  readonly count: number
  /** Where its value lies: inside the entry when it is short. */
  readonly at: number
  /** Of the value, bytes. */
  readonly length: number
}

export type TiffDirectory = {
  readonly at: number
  /** Of the whole table, bytes. */
  readonly length: number
  readonly entries: ReadonlyMap<number, TiffEntry>
  readonly next: number
}

export type TiffBytes = {
  readonly bytes: Buffer
  readonly first: number
  u16(at: number): number
  /** The directory at `at`, or null when it or one of its values does not lie in the file. */
  directory(at: number): TiffDirectory | null
  /** The numbers of an entry; at most `most` of them. */
  numbers(entry: TiffEntry | undefined, most?: number): number[]
}

const typeBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8]
const mostEntries = 4_096
const mostNumbers = 1_000_000

/** Opens a TIFF or BigTIFF by its header; null when it has none. */
export const openTiff = (bytes: Buffer): TiffBytes | null => {
  if (bytes.length < 16) return null
  const little = bytes.toString('latin1', 0, 2) === 'II'
  const u16 = (at: number): number => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
  const u32 = (at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  const u64 = (at: number): number => Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at))
  const big = u16(2) === 43
  const word = big ? 8 : 4
  const pointer = big ? u64 : u32
  const countBytes = big ? 8 : 2
  const entryBytes = 4 + 2 * word

  const readEntry = (at: number): TiffEntry | null => {
    const type = u16(at + 2)
    const count = pointer(at + 4)
    const length = (typeBytes[type] ?? 0) * count
    const value = length <= word ? at + 4 + word : pointer(at + 4 + word)
    if (!Number.isSafeInteger(length) || value + length > bytes.length) return null
    return { tag: u16(at), type, count, at: value, length }
  }

  const directory = (at: number): TiffDirectory | null => {
    if (at < 8 || at + countBytes > bytes.length) return null
    const count = big ? u64(at) : u16(at)
    const end = at + countBytes + count * entryBytes
    if (count > mostEntries || end > bytes.length) return null
    const entries = new Map<number, TiffEntry>()
    for (let n = 0; n < count; n += 1) {
      const entry = readEntry(at + countBytes + n * entryBytes)
      if (entry === null) return null
      if (!entries.has(entry.tag)) entries.set(entry.tag, entry)
    }
    const next = end + word <= bytes.length ? pointer(end) : 0
    return { at, length: Math.min(end + word, bytes.length) - at, entries, next }
  }

  const numbers = (entry: TiffEntry | undefined, most = mostNumbers): number[] => {
    const size = typeBytes[entry?.type ?? 0] ?? 0
    const read = new Map([
      [1, (at: number) => bytes.readUInt8(at)],
      [2, u16],
      [4, u32],
      [8, u64],
    ]).get(size)
    if (entry === undefined || read === undefined) return []
    return Array.from({ length: Math.min(entry.count, most) }, (_, n) => read(entry.at + n * size))
  }

  return { bytes, first: pointer(big ? 8 : 4), u16, directory, numbers }
}

const mostDirectories = 4_096

/** All directories of pictures from the one at `first`; null when they loop or leave the file. */
export const listDirectories = (tiff: TiffBytes): TiffDirectory[] | null => {
  const found: TiffDirectory[] = []
  const seen = new Set<number>()
  const waiting = [tiff.first]
  for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
    if (at === 0) continue
    const directory = seen.has(at) || found.length >= mostDirectories ? null : tiff.directory(at)
    if (directory === null) return null
    seen.add(at)
    found.push(directory)
    waiting.push(directory.next, ...tiff.numbers(directory.entries.get(330), 64))
  }
  return found
}
