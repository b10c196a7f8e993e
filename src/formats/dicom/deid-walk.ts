/**
 * De-identifying walk: a data set, element by element and item by item, to what stays of it. Nothing is decoded; no
 * length is believed that does not fit. Sequences get defined lengths, since their contents shrink.
 */

import { isLongVr } from '#domain/dicom/value-representation.ts'
import { attributeTypes } from './attribute-types.ts'
import { type DeidAction, deidTable } from './deid-table.ts'
import { dummyOf, mapUids, moveDates } from './deid-values.ts'
import {
  type ElementHeader,
  itemEndTag,
  itemTag,
  readElementHeader,
  sequenceEndTag,
  undefinedLength,
} from './element-header.ts'

export type Deidentification = {
  /** Maps UIDs, 32 bytes: files cleaned with one key keep their references to each other. */
  readonly key: Uint8Array
  /** Full dates stay with `kept` (113106); all are moved by so many days with `moveDays` (113107). */
  readonly dates: 'removed' | 'kept' | { readonly moveDays: number }
  /** Sex, age, size, weight and the like stay (113108). */
  readonly characteristics: boolean
}

/** `damaged`: lengths that do not fit; `unsupported`: an encoding; `needs-person`: what no table can clean. */
export type DeidRefusal = 'damaged' | 'unsupported' | 'needs-person'

/** What ends a walk; it never leaves this room. */
export class Refused extends Error {
  readonly why: DeidRefusal
  constructor(why: DeidRefusal) {
    super(why)
    this.why = why
  }
}

/** An element as it stays: header and value, the value a view of the file where it is the file's own. */
export type Written = { readonly tag: number; readonly pieces: readonly Buffer[] }
/** A file in memory, how it is encoded (little endian always), and what is to be done. */
export type Run = { readonly bytes: Buffer; readonly implicit: boolean; readonly how: Deidentification }

const deepest = 32
const pixelGroup = 0x7fe0
export const lengthOf = (pieces: readonly Buffer[]): number =>
  pieces.reduce((sum, { length }) => sum + length, 0)

export const writeHeader = (tag: number, vr: string, length: number, implicit: boolean): Buffer => {
  const wide = !implicit && isLongVr(vr)
  const head = Buffer.alloc(wide ? 12 : 8)
  head.writeUInt16LE(tag >>> 16, 0)
  head.writeUInt16LE(tag & 0xffff, 2)
  if (!implicit) head.write(vr, 4, 'latin1')
  if (implicit || wide) head.writeUInt32LE(length, wide ? 8 : 4)
  else head.writeUInt16LE(length, 6)
  return head
}

/** An element with this value. */
export const writeElement = (
  tag: number,
  vr: string,
  pieces: readonly Buffer[],
  implicit: boolean,
): Written => ({
  tag,
  pieces: [writeHeader(tag, vr, lengthOf(pieces), implicit), ...pieces],
})

const readHeader = ({ bytes }: Run, at: number, end: number, implicit: boolean): ElementHeader => {
  const header = readElementHeader(bytes, at, { implicit, big: false })
  if (header === null || header.irregular || at + header.headerBytes > end) throw new Refused('damaged')
  if (header.length !== undefinedLength && at + header.headerBytes + header.length > end)
    throw new Refused('damaged')
  return header
}

/** Behind the delimiter that closes a sequence (or fragments), or an item, of undefined length. */
const skipOpen = (
  run: Run,
  at: number,
  end: number,
  implicit: boolean,
  closing: number,
  depth: number,
): number => {
  if (depth > deepest) throw new Refused('damaged')
  let next = at
  for (;;) {
    const header = readHeader(run, next, end, implicit)
    next += header.headerBytes
    if (header.tag === closing) return next
    if (header.length !== undefinedLength) next += header.length
    else {
      const inner = header.tag === itemTag ? itemEndTag : sequenceEndTag
      next = skipOpen(run, next, end, implicit || header.vr === 'UN', inner, depth + 1)
    }
  }
}

/** Where an element ends. */
const endOf = (run: Run, at: number, header: ElementHeader, end: number, depth: number): number => {
  const value = at + header.headerBytes
  if (header.length !== undefinedLength) return value + header.length
  // UN of undefined length holds implicit elements (PS3.5 §6.2.2).
  return skipOpen(run, value, end, run.implicit || header.vr === 'UN', sequenceEndTag, depth + 1)
}

const cleanItems = (run: Run, start: number, end: number, open: boolean, depth: number): Buffer[] => {
  const pieces: Buffer[] = []
  for (let at = start; at < end; ) {
    const header = readHeader(run, at, end, true)
    if (header.tag === sequenceEndTag && open) break
    if (header.tag !== itemTag) throw new Refused('damaged')
    const value = at + 8
    const isOpen = header.length === undefinedLength
    const next = isOpen
      ? skipOpen(run, value, end, run.implicit, itemEndTag, depth + 1)
      : value + header.length
    const kept = cleanElements(run, value, isOpen ? next - 8 : next, depth + 1).flatMap(
      (element) => element.pieces,
    )
    pieces.push(writeHeader(itemTag, '', lengthOf(kept), true), ...kept)
    at = next
  }
  return pieces
}

const isRemovedGroup = (group: number): boolean =>
  group % 2 === 1 ||
  group < 8 ||
  (group & 0xff00) === 0x5000 ||
  (group & 0xff00) === 0x6000 ||
  group > pixelGroup

/** What is done: the profile's action, or `keep`, or `move` for dates that are moved. */
const actionOf = (
  tag: number,
  vr: string,
  { dates, characteristics }: Deidentification,
): DeidAction['action'] | 'keep' | 'move' => {
  const row = deidTable.get(tag)
  // The table names every person it knows of; one it does not know is no less a person.
  if (row === undefined) return vr === 'PN' ? 'Z' : 'keep'
  if (row.kept === 'characteristics' && characteristics) return 'keep'
  if (row.kept !== 'dates' || dates === 'removed') return row.action
  return dates === 'kept' ? 'keep' : 'move'
}

const cleanValue = (
  value: Buffer,
  vr: string,
  action: 'keep' | 'move' | 'Z' | 'D' | 'U' | 'R',
  how: Deidentification,
): Buffer | null => {
  if (action === 'keep') return value
  if (action === 'Z') return Buffer.alloc(0)
  if (action === 'D') return dummyOf(vr)
  if (action === 'move') {
    const days = typeof how.dates === 'object' ? how.dates.moveDays : 0
    return vr === 'TM' ? value : vr === 'DA' || vr === 'DT' ? moveDates(value, days) : null
  }
  return vr === 'UI' ? mapUids(how.key, value) : null
}

/** Attributes with a choice of types stand in the table with the first. */
const choices: ReadonlySet<string> = new Set(['US', 'SS', 'OB', 'OW'])

/** A text where a number belongs may say anything. */
const isTypeOf = (vr: string, known: string): boolean =>
  vr === known || (choices.has(vr) && choices.has(known))

/** The element as it stays, or null. */
const cleanElement = (
  run: Run,
  at: number,
  header: ElementHeader,
  next: number,
  depth: number,
): Written | null => {
  const { tag } = header
  const { implicit, bytes, how } = run
  const group = tag >>> 16
  if (isRemovedGroup(group) || (tag & 0xffff) === 0) return null
  if (group === pixelGroup) return depth === 0 ? { tag, pieces: [bytes.subarray(at, next)] } : null
  const known = attributeTypes.get(tag)
  const vr = header.vr === '' ? known : header.vr
  if (known === undefined || vr === undefined || !isTypeOf(vr, known)) return null
  const action = actionOf(tag, vr, how)
  if (action === 'X') return null
  const value = at + header.headerBytes
  const open = header.length === undefinedLength
  if (vr === 'SQ') {
    const stays = action === 'keep' || action === 'R' || action === 'U'
    return writeElement(tag, vr, stays ? cleanItems(run, value, next, open, depth) : [], implicit)
  }
  if (open) throw new Refused('damaged')
  const cleaned = cleanValue(bytes.subarray(value, next), vr, action, how)
  return cleaned === null ? null : writeElement(tag, vr, [cleaned], implicit)
}

/** The elements between two places as they stay, in their order. @throws `Refused` */
export const cleanElements = (run: Run, start: number, end: number, depth: number): Written[] => {
  if (depth > deepest) throw new Refused('damaged')
  const kept: Written[] = []
  for (let at = start; at < end; ) {
    const header = readHeader(run, at, end, run.implicit)
    if (header.tag >>> 0 >= itemTag) throw new Refused('damaged')
    const next = endOf(run, at, header, end, depth)
    const element = cleanElement(run, at, header, next, depth)
    if (element !== null) kept.push(element)
    at = next
  }
  return kept
}
