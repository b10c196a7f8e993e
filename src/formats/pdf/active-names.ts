/**
 * Active names: what a PDF would do by itself, read from its bytes where no parser of ours can walk its objects. A
 * name is looked for wherever it stands, also in object streams, with its escapes decoded (ISO 32000-2 §7.3.5,
 * §7.5.7): more may be found than a reader would run, and nothing less.
 */
import { inflateSync } from 'node:zlib'
import type { VerdictCode } from '#domain/verdict.ts'
import { activeActions, activeKeys, activeTypes } from './active-table.ts'

const names: ReadonlyMap<string, VerdictCode> = new Map([
  ...activeActions,
  ...activeTypes,
  ...activeKeys,
  ['JS', 'PDF_ACTIVE_JS'],
  ['Collection', 'PDF_PORTFOLIO'],
])

/** Object streams are inflated up to so many bytes each, and all of them. */
const mostStreamBytes = 16_777_216
const mostInflatedBytes = 67_108_864
const mostDictionaryBytes = 4_096
const nameShape = /\/((?:[A-Za-z0-9]|#[0-9A-Fa-f]{2}){2,64})/g

const decode = (name: string): string =>
  name.replace(/#([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

/** Adds the codes of names that stand in `bytes`. */
export const addActiveNames = (bytes: Uint8Array, codes: Set<VerdictCode>): void => {
  for (const [, name = ''] of Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    .toString('latin1')
    .matchAll(nameShape)) {
    const code = names.get(name.includes('#') ? decode(name) : name)
    if (code !== undefined) codes.add(code)
  }
}

/** The bytes of an object stream; null when it is packed in a way that is not opened here. */
const openObjectStream = (dictionary: string, body: Buffer): Buffer | null => {
  if (!/\/Filter\b/.test(dictionary)) return body.subarray(0, mostStreamBytes)
  const filters = dictionary.match(/\/[A-Za-z0-9]+Decode\b/g) ?? []
  if (filters.length !== 1 || filters[0] !== '/FlateDecode' || /\/Predictor\b/.test(dictionary)) return null
  try {
    return inflateSync(body, { maxOutputLength: mostStreamBytes })
  } catch {
    return null
  }
}

/**
 * Adds codes for everything the bytes of a whole document name.
 * @returns false when a part of it could not be looked into, so that it may hold more.
 */
export const findActiveNames = (bytes: Buffer, codes: Set<VerdictCode>): boolean => {
  // Names stay readable in an encrypted document (ISO 32000-2 §7.6.1), but for those in streams.
  const encrypted = bytes.includes('/Encrypt')
  addActiveNames(bytes, codes)
  let left = mostInflatedBytes
  for (let at = bytes.indexOf('stream'); at >= 0; at = bytes.indexOf('stream', at + 6)) {
    const opens = bytes.subarray(Math.max(0, at - 3), at).toString('latin1') !== 'end'
    const before = bytes.toString('latin1', Math.max(0, at - mostDictionaryBytes), at)
    const dictionary = before.slice(Math.max(0, before.lastIndexOf(' obj')))
    if (!opens || !decode(dictionary).includes('/ObjStm')) continue
    if (encrypted) return false
    const start = at + 6 + (bytes[at + 6] === 13 ? 1 : 0) + 1
    const end = bytes.indexOf('endstream', start)
    const opened = openObjectStream(dictionary, bytes.subarray(start, end < 0 ? bytes.length : end))
    if (opened === null || left < opened.length) return false
    left -= opened.length
    addActiveNames(opened, codes)
  }
  return true
}
