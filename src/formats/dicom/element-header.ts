/**
 * Element header: tag, type and length of one data element, in any of the plain encodings (PS3.5 §7.1). Reads
 * nothing but the header and believes no length: the caller compares it with what is there.
 */

import { isKnownVr, isLongVr } from '#domain/dicom/value-representation.ts'
import type { Encoding } from './transfer-syntax.ts'

/** The length of a value that ends with a delimiter. */
export const undefinedLength = 0xffffffff

export const itemTag = 0xfffee000
export const itemEndTag = 0xfffee00d
export const sequenceEndTag = 0xfffee0dd

export type ElementHeader = {
  /** Group in the upper 16 bits, element in the lower. */
  readonly tag: number
  /** Empty when the encoding does not write it. */
  readonly vr: string
  /** Bytes of the value, or `undefinedLength`. */
  readonly length: number
  /** Bytes before the value: 8 or 12. */
  readonly headerBytes: number
  /** Written with a type the standard does not know. */
  readonly irregular: boolean
}

const word = (bytes: Buffer, at: number, big: boolean): number =>
  big ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at)

const double = (bytes: Buffer, at: number, big: boolean): number =>
  big ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)

const lettersOf = /^[A-Z]{2}$/

/** Reads the header at `at`, or returns null when the bytes end before it does. */
export const readElementHeader = (bytes: Buffer, at: number, encoding: Encoding): ElementHeader | null => {
  if (at + 8 > bytes.length) return null
  const { big } = encoding
  const group = word(bytes, at, big)
  const tag = group * 0x10000 + word(bytes, at + 2, big)
  const plain = { tag, vr: '', length: double(bytes, at + 4, big), headerBytes: 8, irregular: false }
  if (encoding.implicit || group === 0xfffe) return plain

  const vr = String.fromCharCode(bytes[at + 4] ?? 0, bytes[at + 5] ?? 0)
  const known = isKnownVr(vr)
  if (!known && !lettersOf.test(vr)) return { ...plain, irregular: true }
  const wide = known ? isLongVr(vr) : word(bytes, at + 6, big) === 0
  if (!wide) return { tag, vr, length: word(bytes, at + 6, big), headerBytes: 8, irregular: !known }
  if (at + 12 > bytes.length) return null
  return { tag, vr, length: double(bytes, at + 8, big), headerBytes: 12, irregular: !known }
}
