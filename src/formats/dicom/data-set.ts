/**
 * Data set: the wanted values of a header, read through dicom-parser. The scan has proved every length; the
 * library is given a small data set of plain values only, so no nesting or length of the file reaches it. What
 * it throws (text, not errors) ends here.
 */
import dicomParser from 'dicom-parser'
import type { HeaderScan } from './header-scan.ts'
import { implicitLittle } from './transfer-syntax.ts'

export type DataSet = {
  /** The bytes of a value, or null when it is absent or empty. */
  bytes(tag: number): Uint8Array | null
  /** A plain-ASCII value without padding, or null. */
  ascii(tag: number): string | null
  /** The first unsigned 16-bit number, or null. */
  uint16(tag: number): number | null
}

const stopTag = 'x7fe00010'
const keyOf = (tag: number): string => `x${tag.toString(16).padStart(8, '0')}`

const writeHeader = (tag: number, length: number): Buffer => {
  const header = Buffer.alloc(8)
  header.writeUInt16LE(Math.floor(tag / 0x10000), 0)
  header.writeUInt16LE(tag % 0x10000, 2)
  header.writeUInt32LE(length, 4)
  return header
}

const swapped = (value: number): number => ((value & 0xff) << 8) | (value >> 8)

/** Reads the values the scan kept; `big` says how their numbers are written. Null when the library refuses. */
export const readDataSet = (values: HeaderScan['values'], big: boolean): DataSet | null => {
  const bytes = Buffer.concat([...values].flatMap(([tag, value]) => [writeHeader(tag, value.length), value]))
  try {
    const set = dicomParser.parseDicom(bytes, {
      TransferSyntaxUID: implicitLittle,
      untilTag: stopTag,
      vrCallback: () => 'UN',
    })
    const valueOf = (tag: number): Uint8Array | null => {
      const element = set.elements[keyOf(tag)]
      if (element === undefined || element.length === 0) return null
      return bytes.subarray(element.dataOffset, element.dataOffset + element.length)
    }
    return {
      bytes: valueOf,
      ascii: (tag) => {
        const text = set.elements[keyOf(tag)] === undefined ? undefined : set.string(keyOf(tag))
        return text === undefined || text === '' ? null : text
      },
      uint16: (tag) => {
        const value = (valueOf(tag)?.length ?? 0) < 2 ? undefined : set.uint16(keyOf(tag))
        return value === undefined ? null : big ? swapped(value) : value
      },
    }
  } catch {
    return null
  }
}
