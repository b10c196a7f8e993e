/**
 * Element walk: everything a data set holds, in order, as a reader of its header needs it: where each value lies, and
 * where sequences and items begin and end. Nothing is read but headers, so a walk costs one window, however large the
 * file. Iterative, and bounded in depth. What is not as it should be ends the walk; every level is closed even then.
 */
import type { ByteWindow } from './byte-window.ts'
import { vrOfTag } from './dictionary.ts'
import {
  type ElementHeader,
  itemEndTag,
  itemTag,
  readElementHeader,
  sequenceEndTag,
  undefinedLength,
} from './element-header.ts'
import type { Encoding } from './transfer-syntax.ts'

/** A plain value; `length` is null for encapsulated pixels, which end with a delimiter and end the walk. */
export type WalkedElement = {
  readonly kind: 'element'
  readonly tag: number
  readonly vr: string
  readonly offset: number
  readonly length: number | null
}

/** `broken` is the last step of a data set that ends before it should. */
export type WalkStep =
  | WalkedElement
  | { readonly kind: 'sequence'; readonly tag: number }
  | { readonly kind: 'item' | 'item-end' | 'sequence-end' | 'broken' }

/** Sequences inside sequences: inspection follows so many. */
const deepest = 1_024

const pixelTags: ReadonlySet<number> = new Set([0x7fe00008, 0x7fe00009, 0x7fe00010])
const pixelRepresentation = 0x00280103

type Level = { readonly kind: 'sequence' | 'item'; readonly end: number; readonly implicit: boolean }

const beginsWithItem = (window: ByteWindow, at: number, big: boolean): boolean => {
  const i = at - window.base
  if (i + 4 > window.bytes.length) return false
  return (big ? window.bytes.readUInt32BE(i) : window.bytes.readUInt32LE(i)) === (big ? itemTag : 0xe000fffe)
}

/** The level that a value is, or null for a plain one. */
const levelOf = (
  window: ByteWindow,
  at: number,
  { tag, vr, length }: ElementHeader,
  { implicit, big }: Encoding,
): Level | null => {
  const open = length === undefinedLength
  const end = open ? Number.POSITIVE_INFINITY : at + length
  // PS3.5 §6.2.2: what is UN and of no length is written as implicit, whatever is around it.
  if (vr === 'SQ' || open) return { kind: 'sequence', end, implicit: implicit || vr === 'UN' }
  const plain = implicit || (vr === 'UN' && !big)
  if (!plain || Math.floor(tag / 0x10000) % 2 === 1) return null
  const known = vrOfTag(tag, false)
  const seems = length >= 8 && (known === 'SQ' || known === 'UN') && beginsWithItem(window, at, big)
  return seems || (known === 'SQ' && length === 0) ? { kind: 'sequence', end, implicit: true } : null
}

/** What an old tool did not know and wrote as UN is what the standard says it is (PS3.5 §6.2.2). */
const typeOf = ({ tag, vr, irregular }: ElementHeader, signed: boolean, big: boolean): string =>
  vr === '' || irregular || (vr === 'UN' && !big) ? vrOfTag(tag, signed) : vr

const isSigned = (window: ByteWindow, at: number, big: boolean): boolean => {
  const i = at - window.base
  if (i + 2 > window.bytes.length) return false
  return (big ? window.bytes.readUInt16BE(i) : window.bytes.readUInt16LE(i)) === 1
}

/** Walks the data set at `start` up to and with its pixels. Only a failing read throws. */
export async function* walkElements(
  window: ByteWindow,
  start: number,
  encoding: Encoding,
): AsyncGenerator<WalkStep> {
  const { big } = encoding
  const stack: Level[] = []
  let signed = false
  let at = start
  const closing = (): WalkStep => ({ kind: stack.pop()?.kind === 'item' ? 'item-end' : 'sequence-end' })

  for (;;) {
    let level = stack.at(-1)
    while (level !== undefined && at >= level.end) {
      yield closing()
      level = stack.at(-1)
    }
    if (at >= window.size) break
    if (!window.holds(at, 20)) await window.move(at, 20)
    const between = level?.kind === 'sequence'
    const implicit = level?.implicit ?? encoding.implicit
    const header = readElementHeader(window.bytes, at - window.base, { implicit: implicit || between, big })
    if (header === null) break
    const { tag, length } = header
    const value = at + header.headerBytes
    const open = length === undefinedLength
    const past = !open && value + length > Math.min(window.size, level?.end ?? window.size)

    if (between) {
      if (tag === sequenceEndTag) yield closing()
      else if (tag === itemTag && !past) {
        stack.push({ kind: 'item', end: open ? Number.POSITIVE_INFINITY : value + length, implicit })
        yield { kind: 'item' }
      } else break
      at = value
      continue
    }
    if (tag >= itemTag) {
      if (level === undefined || tag !== itemEndTag) break
      yield closing()
      at = value
      continue
    }
    // A command group's length that an old tool left at the beginning; anything else of that tag is padding.
    if (tag === 0 && at > start) break
    if (level === undefined && pixelTags.has(tag)) {
      const vr = open ? 'OB' : typeOf(header, signed, big)
      yield { kind: 'element', tag, vr, offset: value, length: open ? null : length }
      return
    }
    if (past) break
    const inner = levelOf(window, value, header, { implicit, big })
    if (inner !== null) {
      if (stack.length >= deepest * 2) break
      stack.push(inner)
      yield { kind: 'sequence', tag }
      at = value
      continue
    }
    if (tag === pixelRepresentation && level === undefined) signed = isSigned(window, value, big)
    yield { kind: 'element', tag, vr: typeOf(header, signed, big), offset: value, length }
    at = value + length
  }
  const broken = at < window.size && stack.length > 0
  while (stack.length > 0) yield closing()
  if (broken) yield { kind: 'broken' }
}
