/**
 * Rock Ridge: the long names that systems of the Unix kind write behind the records of a disc image (RRIP 1.12 §4.1.4,
 * SUSP 1.12 §5). Bounded in length and in continuations; what is not well formed is as if it were not there.
 */
import { isUtf8 } from 'node:buffer'
import type { RangeReader } from './range-reader.ts'

export type RockRidge = {
  /** Null where the record has none. */
  readonly name: string | null
  /** True for a link, a device, and for a folder that stands somewhere else. */
  readonly isElsewhere: boolean
}

const mostContinuations = 8
const mostNameBytes = 1_024
const mostContinuedBytes = 2_048
const continues = 0x01
const isSelfOrParent = 0x06

/** By the mode of POSIX: no link, no device (RRIP 1.12 §4.1.1). */
const isFileOrFolder = (mode: number): boolean => [4, 8].includes((mode >>> 12) & 15)

type Area = { readonly names: Buffer[]; elsewhere: boolean; next: Buffer | null }

const readEntries = (bytes: Buffer, area: Area): void => {
  area.next = null
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt8(at + 2)
    const entry = bytes.subarray(at, at + length)
    const kind = entry.toString('latin1', 0, 2)
    if (kind === 'ST' || length < 4 || entry.length < length) return
    if (kind === 'SL' || kind === 'CL') area.elsewhere = true
    else if (kind === 'PX' && length >= 12 && !isFileOrFolder(entry.readUInt32LE(4))) area.elsewhere = true
    else if (kind === 'CE' && entry.length === 28) area.next = entry
    else if (kind === 'NM' && entry.length > 5 && (entry.readUInt8(4) & isSelfOrParent) === 0) {
      area.names.push(entry.subarray(5))
      if ((entry.readUInt8(4) & continues) === 0) area.names.push(Buffer.alloc(0))
    }
    at += entry.length
  }
}

const nameOf = (names: readonly Buffer[]): string | null => {
  const raw = Buffer.concat(names).subarray(0, mostNameBytes)
  return raw.length === 0 ? null : raw.toString(isUtf8(raw) ? 'utf8' : 'latin1')
}

/**
 * Bytes to skip in every system use area, or null where the disc has no such names (SUSP §5.3). `self` is the root's
 * own record.
 */
export const skippedBytes = (self: Buffer): number | null => {
  const use = self.subarray(34)
  const found = use.length >= 7 && use.toString('latin1', 0, 2) === 'SP' && use.readUInt16BE(4) === 0xbeef
  return found ? use.readUInt8(6) : null
}

/** Reads what stands behind the name of `record`. @throws only what the reader stops with. */
export const readRockRidge = async (
  reader: RangeReader,
  record: Buffer,
  skipped: number,
  blockBytes: number,
): Promise<RockRidge> => {
  const nameBytes = record.readUInt8(32)
  const area: Area = { names: [], elsewhere: false, next: null }
  readEntries(record.subarray(33 + nameBytes + (nameBytes % 2 === 0 ? 1 : 0) + skipped), area)
  for (let read = 0; area.next !== null && read < mostContinuations; read += 1) {
    const next: Buffer = area.next
    const offset = next.readUInt32LE(4) * blockBytes + next.readUInt32LE(12)
    const length = Math.min(next.readUInt32LE(20), mostContinuedBytes)
    if (length === 0 || offset + length > reader.size) break
    readEntries(await reader.fill(offset, length), area)
  }
  return { name: nameOf(area.names), isElsewhere: area.elsewhere }
}
