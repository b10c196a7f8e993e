/**
 * One value in DICOM JSON (PS3.18 §F.2): numbers as numbers where none of their digits is lost, names by their groups,
 * bytes as base64 of their little-endian form. What stands in the file is said; nothing is corrected.
 */
import { type JsonValue, toJsonName } from '#domain/dicom-json.ts'
import { withoutPadding } from './padding.ts'

/** Digits a number surely keeps on its way through a program that reads JSON. */
const safeDigits = 15

// No digit can be matched by two parts of it: a value of nothing but digits would else take the square of its length.
const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/
const integer = /^[+-]?\d{1,15}$/

const readDecimal = (text: string): JsonValue => {
  if (!decimal.test(text)) return text
  const digits = text.replace(/[eE].*$/, '').replace(/^[+-]?[0.]*|\./g, '')
  return digits.length <= safeDigits && Number.isFinite(Number(text)) ? Number(text) : text
}

const readInteger = (text: string): JsonValue => (integer.test(text) ? Number(text) : text)

/** PS3.5 §6.2: how values of these types are told apart, and which spaces belong to none. */
const textRules: Readonly<Record<string, (text: string) => JsonValue>> = {
  AE: (text) => text.trim(),
  AS: (text) => text.trim(),
  CS: (text) => text.trim(),
  DA: (text) => text.trim(),
  DT: (text) => text.trim(),
  TM: (text) => text.trim(),
  LO: (text) => text.trim(),
  SH: (text) => text.trim(),
  UC: (text) => text.trimEnd(),
  UI: (text) => text.trim(),
  DS: (text) => readDecimal(text.trim()),
  IS: (text) => readInteger(text.trim()),
  PN: (text) => toJsonName(text),
}

/** Texts that may hold a backslash themselves. */
const single: ReadonlySet<string> = new Set(['LT', 'ST', 'UR', 'UT'])

const viewOf = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const finite = (number: number): JsonValue => (Number.isFinite(number) ? number : String(number))

const whole = (number: bigint): JsonValue => {
  const plain = Number(number)
  return Number.isSafeInteger(plain) ? plain : String(number)
}

const hex4 = (word: number): string => word.toString(16).toUpperCase().padStart(4, '0')

type NumberRule = {
  readonly width: number
  readonly read: (view: DataView, at: number, little: boolean) => JsonValue
}

const numberRules: Readonly<Record<string, NumberRule>> = {
  US: { width: 2, read: (view, at, little) => view.getUint16(at, little) },
  SS: { width: 2, read: (view, at, little) => view.getInt16(at, little) },
  UL: { width: 4, read: (view, at, little) => view.getUint32(at, little) },
  SL: { width: 4, read: (view, at, little) => view.getInt32(at, little) },
  FL: { width: 4, read: (view, at, little) => finite(view.getFloat32(at, little)) },
  FD: { width: 8, read: (view, at, little) => finite(view.getFloat64(at, little)) },
  UV: { width: 8, read: (view, at, little) => whole(view.getBigUint64(at, little)) },
  SV: { width: 8, read: (view, at, little) => whole(view.getBigInt64(at, little)) },
  AT: {
    width: 4,
    read: (view, at, little) => hex4(view.getUint16(at, little)) + hex4(view.getUint16(at + 2, little)),
  },
}

/** Bytes of a word of these types; 1 for those that have no order of bytes. */
export const wordBytes = (vr: string): number =>
  numberRules[vr]?.width ?? { OW: 2, OF: 4, OL: 4, OD: 8, OV: 8 }[vr] ?? 1

/** `bytes` in the other order, word by word, in place; what is left over at the end stays. */
export const swapWords = (bytes: Buffer, width: number): void => {
  const whole = bytes.subarray(0, bytes.length - (bytes.length % width))
  if (width === 2) whole.swap16()
  else if (width === 4) whole.swap32()
  else if (width === 8) whole.swap64()
}

const readTexts = (vr: string, text: string): JsonValue[] => {
  const plain = withoutPadding(text)
  if (single.has(vr)) return [plain.trimEnd()]
  const rule = textRules[vr] ?? ((value: string) => value.trim())
  return plain.split('\\').map(rule)
}

const readNumbers = ({ width, read }: NumberRule, bytes: Buffer, little: boolean): JsonValue[] => {
  const view = viewOf(bytes)
  const found: JsonValue[] = []
  for (let at = 0; at + width <= bytes.length; at += width) found.push(read(view, at, little))
  return found
}

/** The attribute as JSON text. `read` decodes a text of the file; `big` says how its numbers are written. */
export const writeValue = (
  vr: string,
  bytes: Buffer,
  big: boolean,
  read: (bytes: Uint8Array) => string,
): string => {
  const numbers = numberRules[vr]
  const text = vr in textRules || single.has(vr)
  if (bytes.length === 0) return `{"vr":"${vr}"}`
  if (numbers === undefined && !text) {
    const little = Buffer.from(bytes)
    if (big) swapWords(little, wordBytes(vr))
    return `{"vr":"${vr}","InlineBinary":"${little.toString('base64')}"}`
  }
  const values = numbers === undefined ? readTexts(vr, read(bytes)) : readNumbers(numbers, bytes, !big)
  const told = values.map((value) => (value === '' ? null : value))
  return told.every((value) => value === null)
    ? `{"vr":"${vr}"}`
    : `{"vr":"${vr}","Value":${JSON.stringify(told)}}`
}
