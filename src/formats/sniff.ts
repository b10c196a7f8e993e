/**
 * Sniff: says what a file is from its first bytes alone; its name is never asked. The magic word of DICOM counts
 * only when a data element follows it, since a raw data set may hold the same four letters there by chance.
 */
import { isKnownVr } from '#domain/dicom/value-representation.ts'
import { sniffPicture } from './image/sniff-picture.ts'

/** `dicom`: Part 10 file (PS3.10 §7.1). `dicom-bare`: a data set, or a meta group, without preamble. */
export type Sniffed = 'dicom' | 'dicom-bare' | 'picture' | 'pdf' | 'other'

/** So many first bytes tell what a file is; of a shorter file all. */
export const sniffedBytes = 1_024

/** A reader looks for `%PDF-` in this many leading bytes. */
export const pdfMagicReach = 1024

/** Offset of the `DICM` prefix, bytes. */
export const preambleBytes = 128

/** The first object of a PDF whose header was lost; readers open such files all the same. */
const pdfObject = /[\r\n]\d{1,7} \d{1,5} obj\s{0,4}<</

const lastShortLength = 1024

const hasMagic = (head: Buffer): boolean =>
  head.toString('latin1', preambleBytes, preambleBytes + 4) === 'DICM'

const groupAt = (head: Buffer, at: number, big: boolean): number =>
  big ? head.readUInt16BE(at) : head.readUInt16LE(at)

const followsWell = (head: Buffer, first: number, length: number, next: number): boolean => {
  if (length > lastShortLength) return false
  if (next + 4 > head.length) return true
  const group = head.readUInt16LE(next)
  return group === first || (group > first && group <= 0x7fe0)
}

const probeExplicit = (head: Buffer, at: number, big: boolean): boolean => {
  const group = groupAt(head, at, big)
  return (
    (group === 0x0008 || (group === 0x0002 && !big)) && isKnownVr(head.toString('latin1', at + 4, at + 6))
  )
}

const probeImplicit = (head: Buffer, at: number): boolean => {
  if (head.readUInt16LE(at) !== 0x0008 || head.readUInt16LE(at + 2) > 0x0070) return false
  const length = head.readUInt32LE(at + 4)
  return followsWell(head, 0x0008, length, at + 8 + length)
}

/** True when a data set in one of the three plain encodings plausibly begins at `at` (PS3.5 §7.1). */
export const probesAsDataSet = (head: Buffer, at: number): boolean =>
  at + 8 <= head.length &&
  (probeExplicit(head, at, false) || probeExplicit(head, at, true) || probeImplicit(head, at))

/** Says what the file is from its first bytes: `sniffedBytes` are enough, fewer are only right at its end. */
export const sniff = (head: Buffer): Sniffed => {
  const after = preambleBytes + 4
  const magic = hasMagic(head)
  if (magic && (head.length < after + 8 || head.readUInt16LE(after) === 0x0002)) return 'dicom'
  if (probesAsDataSet(head, 0)) return 'dicom-bare'
  if (magic && probesAsDataSet(head, after)) return 'dicom'
  if (sniffPicture(head) !== null) return 'picture'
  const start = head.subarray(0, pdfMagicReach)
  return start.includes('%PDF-') || pdfObject.test(start.toString('latin1')) ? 'pdf' : 'other'
}
