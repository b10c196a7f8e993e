/**
 * DICOM elements: walks a data set with `DataView` alone and gives the values that are wanted (PS3.5 §7.1). Believes
 * no length further than the file goes, keeps a stack of bounded depth, and never throws for what a file holds.
 */
import { isKnownVr, isLongVr } from '#domain/dicom/value-representation.ts'
import type { FileWindow } from './file-window.ts'

/** How element headers are written. */
export type Encoding = { readonly implicit: boolean; readonly big: boolean }

export type Element = {
  /** Group in the upper 16 bits, element in the lower. */
  readonly tag: number
  /** Sequences and items around it. */
  readonly depth: number
  /** Null for what is not wanted, too long, or no value: a sequence, an item. */
  readonly value: Uint8Array | null
}

export type WalkTerms = {
  readonly encoding: Encoding
  readonly wants: (tag: number, depth: number) => boolean
  /** Sequences of known length to go into; all others are stepped over. */
  readonly enters: (tag: number) => boolean
  readonly mostElements: number
}

export const itemTag = 0xfffee000
const itemEndTag = 0xfffee00d
const sequenceEndTag = 0xfffee0dd
const undefinedLength = 0xffffffff
const pixelGroup = 0x7fe0
const longestValue = 1_024
const deepest = 64

type Header = {
  readonly tag: number
  readonly vr: string
  readonly length: number
  readonly headerBytes: number
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

/** Reads the header at the beginning of `bytes`, 8 to 12 of them. Null when they end before it does. */
export const readElementHeader = (bytes: Uint8Array, { implicit, big }: Encoding): Header | null => {
  if (bytes.length < 8) return null
  const view = viewOf(bytes)
  const group = view.getUint16(0, !big)
  const tag = group * 0x10000 + view.getUint16(2, !big)
  const plain = { tag, vr: '', length: view.getUint32(4, !big), headerBytes: 8 }
  if (implicit || group === 0xfffe) return plain
  const vr = String.fromCharCode(view.getUint8(4), view.getUint8(5))
  const known = isKnownVr(vr)
  if (!known && !/^[A-Z]{2}$/.test(vr)) return plain
  const long = known ? isLongVr(vr) : view.getUint16(6, !big) === 0
  if (!long) return { tag, vr, length: view.getUint16(6, !big), headerBytes: 8 }
  return bytes.length < 12 ? null : { tag, vr, length: view.getUint32(8, !big), headerBytes: 12 }
}

type Frame = { readonly end: number; readonly implicit: boolean; readonly isItem: boolean }

/** Elements from `start` on, sequences before what is in them; ends at the pixels and wherever it makes no sense. */
export async function* walkElements(
  window: FileWindow,
  start: number,
  { encoding, wants, enters, mostElements }: WalkTerms,
): AsyncGenerator<Element, void, void> {
  const stack: Frame[] = []
  let at = start
  for (let seen = 0; seen < mostElements; seen += 1) {
    while (stack.length > 0 && at >= (stack.at(-1)?.end ?? 0)) stack.pop()
    const frame = stack.at(-1)
    const between = frame !== undefined && !frame.isItem
    const implicit = between || (frame?.implicit ?? encoding.implicit)
    const left = window.size - at
    const bytes = await window.bytes(at, Math.min(12, left))
    const header = bytes === null ? null : readElementHeader(bytes, { implicit, big: encoding.big })
    if (header === null) return
    const { tag, length } = header
    const value = at + header.headerBytes
    const open = length === undefinedLength
    if (frame === undefined && (tag >= itemTag || tag / 0x10000 >= pixelGroup)) return
    if (tag === itemEndTag || tag === sequenceEndTag) {
      stack.pop()
      at = value
      continue
    }
    if (between !== (tag === itemTag)) return
    if (!open && value + length > window.size) return
    const goesIn = open || between || enters(tag)
    if (goesIn) {
      if (stack.length >= deepest) return
      yield { tag, depth: stack.length, value: null }
      const inner = between ? frame.implicit : implicit || header.vr === 'UN'
      stack.push({ end: open ? Number.POSITIVE_INFINITY : value + length, implicit: inner, isItem: between })
      at = value
      continue
    }
    const wanted = length <= longestValue && wants(tag, stack.length)
    const found = wanted ? await window.bytes(value, length) : null
    yield { tag, depth: stack.length, value: found === null ? null : found.slice() }
    at = value + length
  }
}
