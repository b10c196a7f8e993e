/**
 * Header scan: walks a data set from its first element to its pixels and proves that every length lies inside
 * the file before any library sees a byte. Bounded in elements and depth; holds one window and the few small
 * values that are wanted. Iterative: nesting costs a counter, not stack.
 */
import type { VerdictCode } from '#domain/verdict.ts'
import type { ByteWindow } from './byte-window.ts'
import {
  type ElementHeader,
  itemEndTag,
  itemTag,
  readElementHeader,
  sequenceEndTag,
  undefinedLength,
} from './element-header.ts'
import type { Encoding } from './transfer-syntax.ts'

/** Where a value lies in the file; `length` is null when it ends with a delimiter. */
export type ValueSpan = { readonly offset: number; readonly length: number | null; readonly tag: number }

export type HeaderScan = {
  /** What was found on the way. */
  readonly codes: ReadonlySet<VerdictCode>
  /** True when the walk ended before the pixels or the end of the file. */
  readonly stopped: boolean
  readonly elements: number
  /** The first wanted value of each tag at the top level. */
  readonly values: ReadonlyMap<number, Buffer>
  /** By the tag of a sequence at the top level: of each of its items, the first wanted value of each tag. */
  readonly items: ReadonlyMap<number, readonly ReadonlyMap<number, Buffer>[]>
  readonly pixels: ValueSpan | null
  /** The encapsulated document (0042,0011), when there is one. */
  readonly document: ValueSpan | null
  /** Where the walk ended. */
  readonly end: number
}

/** A data set with more elements than this is refused, unless items of sequences hold them. */
export const mostElements = 200_000

/** Each item adds so many: an image of many frames describes every one of them in an item of its own. */
const elementsPerItem = 500

/** Whatever its items, no data set has more. */
const mostElementsEver = 5_000_000

/** Sequences inside sequences: viewers follow so many. */
export const deepestSequence = 64

/** Sequences inside sequences: more than this were made to do harm. */
const deepestWalked = 1_024

/** A wanted value longer than this is left out. */
export const longestValue = 65_536

/** Items of sequences beyond this many are walked, and nothing of them is kept. */
const mostItems = 32_768

/** A wanted value inside an item longer than this is left out. */
const longestInside = 1_024

const documentTag = 0x00420011
const pixelTags: ReadonlySet<number> = new Set([0x7fe00008, 0x7fe00009, 0x7fe00010])

const nothing: ReadonlyMap<number, ReadonlySet<number>> = new Map()

type Frame = {
  readonly kind: 'sequence' | 'item' | 'fragments'
  /** Where it ends; Infinity when a delimiter ends it. */
  readonly end: number
  readonly implicit: boolean
}

const beginsWithItem = (window: ByteWindow, at: number): boolean => {
  const i = at - window.base
  return i + 4 <= window.bytes.length && window.bytes.readUInt32LE(i) === 0xe000fffe
}

const frameOf = (window: ByteWindow, at: number, header: ElementHeader, implicit: boolean): Frame | null => {
  const open = header.length === undefinedLength
  const end = open ? Number.POSITIVE_INFINITY : at + header.length
  if (open && header.tag === 0x7fe00010) return { kind: 'fragments', end, implicit }
  if (header.vr === 'SQ' || open) return { kind: 'sequence', end, implicit: implicit || header.vr === 'UN' }
  const even = Math.floor(header.tag / 0x10000) % 2 === 0
  if (implicit && even && header.length >= 8 && beginsWithItem(window, at))
    return { kind: 'sequence', end, implicit }
  return null
}

/**
 * Walks the data set at `start`. `wanted` names the tags whose values are kept, `inside` those kept of the items of
 * a sequence. Never throws for what the file holds; only a failing read rejects.
 */
export const scanHeader = async (
  window: ByteWindow,
  start: number,
  encoding: Encoding,
  wanted: ReadonlySet<number>,
  inside: ReadonlyMap<number, ReadonlySet<number>> = nothing,
): Promise<HeaderScan> => {
  const codes = new Set<VerdictCode>()
  const values = new Map<number, Buffer>()
  const kept = new Map<number, Map<number, Buffer>[]>()
  /** The sequence at the top level that the walk is in, when its items are wanted. */
  let within: number | null = null
  const stack: Frame[] = []
  let sequences = 0
  let elements = 0
  let items = 0
  let lastTag = 0
  let document: ValueSpan | null = null
  let at = start

  const result = (stopped: boolean, pixels: ValueSpan | null): HeaderScan => {
    return { codes, stopped, elements, values, items: kept, pixels, document, end: at }
  }
  const stop = (code: VerdictCode): HeaderScan => {
    codes.add(code)
    return result(true, null)
  }
  const close = (): void => {
    if (stack.pop()?.kind !== 'item') sequences -= 1
  }

  for (;;) {
    let frame = stack.at(-1)
    while (frame !== undefined && at >= frame.end) {
      if (at > frame.end) return stop('VALUE_PAST_END')
      close()
      frame = stack.at(-1)
    }
    if (at >= window.size) return frame === undefined ? result(false, null) : stop('DICOM_TRUNCATED')
    if (!window.holds(at, 16)) await window.move(at, 16)
    const implicit = frame?.implicit ?? encoding.implicit
    const between = frame !== undefined && frame.kind !== 'item'
    const style = { implicit: implicit || between, big: encoding.big }
    const header = readElementHeader(window.bytes, at - window.base, style)
    if (header === null) return frame === undefined ? result(false, null) : stop('DICOM_TRUNCATED')
    const { tag, length } = header
    const value = at + header.headerBytes
    const open = length === undefinedLength
    elements += 1
    if (elements > mostElements && elements > mostElements + items * elementsPerItem)
      return stop('DICOM_LIMIT_ELEMENTS')
    if (elements > mostElementsEver) return stop('DICOM_LIMIT_ELEMENTS')

    if (frame === undefined) {
      // Padding, but for the length of a command group that an old network tool left at the beginning (PS3.7 §E.1).
      if ((tag === 0 && (at > start || length !== 4)) || tag >= itemTag) return result(false, null)
      if (pixelTags.has(tag)) return result(false, { offset: value, length: open ? null : length, tag })
      if (tag < lastTag) codes.add('TAGS_OUT_OF_ORDER')
      lastTag = tag
    }
    if (between && tag !== itemTag && tag !== sequenceEndTag) return stop('BAD_ITEM_TAG')
    if (header.irregular) codes.add('BAD_VR')
    if (!open && value + length > window.size) return stop('VALUE_PAST_END')

    if (frame !== undefined && frame.kind !== 'item') {
      if (tag === sequenceEndTag) close()
      else if (frame.kind === 'sequence') {
        items += 1
        if (stack.length === 1 && within !== null && items <= mostItems) kept.get(within)?.push(new Map())
        stack.push({ ...frame, kind: 'item', end: open ? Number.POSITIVE_INFINITY : value + length })
      } else if (open) return stop('BAD_ITEM_TAG')
      at = frame.kind === 'fragments' && tag === itemTag ? value + length : value
      continue
    }
    if (frame !== undefined && tag >= itemTag) {
      if (tag !== itemEndTag) return stop('BAD_ITEM_TAG')
      close()
      at = value
      continue
    }

    const inner = frameOf(window, value, header, implicit)
    if (inner !== null) {
      if (frame === undefined) {
        within = inside.has(tag) ? tag : null
        if (within !== null && !kept.has(within)) kept.set(within, [])
      }
      stack.push(inner)
      sequences += 1
      if (sequences > deepestSequence) codes.add('DICOM_DEEP')
      if (sequences > deepestWalked) return stop('DICOM_LIMIT_DEPTH')
      at = value
      continue
    }
    if (frame === undefined) {
      if (tag === documentTag) document ??= { offset: value, length, tag }
      if (wanted.has(tag) && length <= longestValue && !values.has(tag)) {
        if (!window.holds(value, length)) await window.move(value, longestValue)
        const i = value - window.base
        values.set(tag, Buffer.from(window.bytes.subarray(i, i + length)))
      }
    }
    if (within !== null && stack.length === 2 && inside.get(within)?.has(tag) === true) {
      const item = items <= mostItems ? kept.get(within)?.at(-1) : undefined
      if (item !== undefined && length > 0 && length <= longestInside && !item.has(tag)) {
        if (!window.holds(value, length)) await window.move(value, longestValue)
        const i = value - window.base
        item.set(tag, Buffer.from(window.bytes.subarray(i, i + length)))
      }
    }
    at = value + length
  }
}
