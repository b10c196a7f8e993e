/**
 * Directory elements: data elements of a DICOMDIR in Explicit VR Little Endian (PS3.10 §8.6), measured first and then
 * written into bytes that somebody else has allocated. Sequences and items have defined lengths: the oldest readers
 * know no others.
 */

/** Tag as `0xGGGGEEEE`, VR, value: a number for UL and US, items for SQ, bytes for OB, text for the rest. */
export type DirectoryElement = readonly [
  tag: number,
  vr: 'CS' | 'DA' | 'DT' | 'IS' | 'LO' | 'OB' | 'PN' | 'SH' | 'SQ' | 'ST' | 'TM' | 'UI' | 'UL' | 'US',
  value: string | number | Uint8Array | readonly (readonly DirectoryElement[])[],
]

const even = (length: number): number => length + (length % 2)

/** OB and SQ have two reserved bytes and a length of 32 bits (PS3.5 §7.1.2). */
const headerLength = (vr: DirectoryElement[1]): number => (vr === 'OB' || vr === 'SQ' ? 12 : 8)

const itemHeader = 8

const valueLength = ([, vr, value]: DirectoryElement): number => {
  if (vr === 'US') return 2
  if (typeof value === 'number') return 4
  if (typeof value === 'string') return even(Buffer.byteLength(value))
  if (value instanceof Uint8Array) return even(value.length)
  return value.reduce((sum, item) => sum + itemHeader + elementsLength(item), 0)
}

/** Bytes of these elements. */
export const elementsLength = (elements: readonly DirectoryElement[]): number => {
  let length = 0
  for (const element of elements) length += headerLength(element[1]) + valueLength(element)
  return length
}

const writeTag = (target: Buffer, at: number, tag: number): void => {
  target.writeUInt16LE(tag >>> 16, at)
  target.writeUInt16LE(tag & 0xffff, at + 2)
}

/** Writes the tag and length that begin an item; returns where its elements begin. */
export const writeItemHeader = (target: Buffer, at: number, length: number): number => {
  writeTag(target, at, 0xfffee000)
  target.writeUInt32LE(length, at + 4)
  return at + itemHeader
}

/** Writes what begins an element whose value has so many bytes; returns where the value begins. */
export const writeElementHeader = (
  target: Buffer,
  at: number,
  [tag, vr]: readonly [number, DirectoryElement[1], ...unknown[]],
  length: number,
): number => {
  writeTag(target, at, tag)
  target.write(vr, at + 4, 'latin1')
  if (headerLength(vr) === 8) target.writeUInt16LE(length, at + 6)
  else {
    target.writeUInt16LE(0, at + 6)
    target.writeUInt32LE(length, at + 8)
  }
  return at + headerLength(vr)
}

const writeValue = (target: Buffer, at: number, [, vr, value]: DirectoryElement, length: number): void => {
  if (typeof value === 'number') {
    if (vr === 'US') target.writeUInt16LE(value, at)
    else target.writeUInt32LE(value, at)
    return
  }
  if (typeof value === 'string') {
    // PS3.5 §6.2: texts are padded with a space, UIDs with NUL.
    const written = target.write(value, at, 'utf8')
    if (written < length) target[at + written] = vr === 'UI' ? 0 : 0x20
    return
  }
  if (value instanceof Uint8Array) {
    target.fill(0, at, at + length)
    target.set(value, at)
    return
  }
  let next = at
  for (const item of value)
    next = writeElements(target, writeItemHeader(target, next, elementsLength(item)), item)
}

/** Writes elements, which must be in the order of their tags; returns where they end. */
export const writeElements = (target: Buffer, at: number, elements: readonly DirectoryElement[]): number => {
  let next = at
  for (const element of elements) {
    const length = valueLength(element)
    const value = writeElementHeader(target, next, element, length)
    writeValue(target, value, element, length)
    next = value + length
  }
  return next
}
