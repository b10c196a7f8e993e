/**
 * HEIC meta: what the `meta` box of a file says of its items (ISO/IEC 23008-12, 14496-12 §8.11): which there are,
 * where their bytes lie, how large the pictures are and how they are turned.
 */
import type { Span } from './blanking.ts'
import { type Box, listBoxes, openCursor } from './boxes.ts'

export type HeicItem = {
  readonly id: number
  readonly type: string
  /** Of an item of type `mime`. */
  readonly contentType: string
}

export type HeicMeta = {
  readonly primary: number
  readonly items: readonly HeicItem[]
  /** Extents by item, in bytes of the file; they may reach past its end. */
  readonly extents: ReadonlyMap<number, readonly Span[]>
  /** Every picture size that any item has. */
  readonly sizes: readonly { readonly width: number; readonly height: number }[]
  /** Properties of the primary item, in their order. */
  readonly properties: readonly Box[]
}

const mostItems = 20_000
const mostExtents = 100_000

const find = (boxes: readonly Box[], type: string): Box | undefined => boxes.find((box) => box.type === type)

const readPrimary = (bytes: Buffer, box: Box): number => {
  const cursor = openCursor(bytes, box.start, box.end)
  const version = cursor.number(1)
  cursor.number(3)
  return cursor.number(version === 0 ? 2 : 4)
}

const readItems = (bytes: Buffer, box: Box): HeicItem[] => {
  const wide = bytes[box.start] !== 0
  const { boxes } = listBoxes(bytes, Math.min(box.end, box.start + (wide ? 8 : 6)), box.end)
  return boxes
    .filter(({ type }) => type === 'infe')
    .slice(0, mostItems)
    .map((entry) => {
      const cursor = openCursor(bytes, entry.start, entry.end)
      const version = cursor.number(1)
      cursor.number(3)
      const id = cursor.number(version >= 3 ? 4 : 2)
      cursor.number(2)
      if (version < 2) return { id, type: '', contentType: '' }
      const code = Buffer.alloc(4)
      code.writeUInt32BE(cursor.number(4))
      cursor.text()
      return { id, type: code.toString('latin1'), contentType: cursor.text() }
    })
}

const readExtents = (bytes: Buffer, box: Box, idat: Box | undefined): Map<number, Span[]> => {
  const cursor = openCursor(bytes, box.start, box.end)
  const version = cursor.number(1)
  cursor.number(3)
  const sizes = cursor.number(2)
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15]
  const indexBytes = version === 0 ? 0 : sizes & 15
  const extents = new Map<number, Span[]>()
  if ([offsetBytes, lengthBytes, baseBytes, indexBytes].some((size) => size > 8)) return extents
  const count = cursor.number(version === 2 ? 4 : 2)
  let total = 0
  for (let n = 0; n < count && n < mostItems && !cursor.spent(); n += 1) {
    const id = cursor.number(version === 2 ? 4 : 2)
    const method = version === 0 ? 0 : cursor.number(2) & 15
    cursor.number(2)
    const base = cursor.number(baseBytes)
    const spans: Span[] = []
    for (let left = cursor.number(2); left > 0 && total < mostExtents && !cursor.spent(); left -= 1) {
      cursor.number(indexBytes)
      const offset = base + cursor.number(offsetBytes)
      const length = cursor.number(lengthBytes)
      total += 1
      if (method === 0) spans.push({ at: offset, length: length === 0 ? bytes.length - offset : length })
      else if (method === 1 && idat !== undefined)
        spans.push({
          at: idat.start + offset,
          length: Math.min(length, Math.max(0, idat.end - idat.start - offset)),
        })
    }
    extents.set(id, spans)
  }
  return extents
}

const readAssociations = (bytes: Buffer, box: Box, of: number): number[] => {
  const cursor = openCursor(bytes, box.start, box.end)
  const version = cursor.number(1)
  const flags = cursor.number(3)
  const count = cursor.number(4)
  for (let n = 0; n < count && !cursor.spent(); n += 1) {
    const id = cursor.number(version < 1 ? 2 : 4)
    const indexes: number[] = []
    for (let left = cursor.number(1); left > 0; left -= 1)
      indexes.push((flags & 1) === 1 ? cursor.number(2) & 0x7fff : cursor.number(1) & 0x7f)
    if (id === of) return indexes
  }
  return []
}

/** Width and height that an `ispe` property says. */
export const readSize = (bytes: Buffer, box: Box): { width: number; height: number } => {
  const cursor = openCursor(bytes, box.start + 4, box.end)
  return { width: cursor.number(4), height: cursor.number(4) }
}

/** Reads the `meta` box; null when it does not name a picture and where its bytes are. */
export const readMeta = (bytes: Buffer, meta: Box): HeicMeta | null => {
  const { boxes } = listBoxes(bytes, Math.min(meta.end, meta.start + 4), meta.end)
  const [pitm, iinf, iloc, iprp] = ['pitm', 'iinf', 'iloc', 'iprp'].map((type) => find(boxes, type))
  if (pitm === undefined || iinf === undefined || iloc === undefined || iprp === undefined) return null
  const primary = readPrimary(bytes, pitm)
  const described = listBoxes(bytes, iprp.start, iprp.end).boxes
  const ipco = find(described, 'ipco')
  const known = ipco === undefined ? [] : listBoxes(bytes, ipco.start, ipco.end).boxes
  const indexes = described
    .filter(({ type }) => type === 'ipma')
    .flatMap((box) => readAssociations(bytes, box, primary))
  return {
    primary,
    items: readItems(bytes, iinf),
    extents: readExtents(bytes, iloc, find(boxes, 'idat')),
    sizes: known.filter(({ type }) => type === 'ispe').map((box) => readSize(bytes, box)),
    properties: indexes.flatMap((index) => known[index - 1] ?? []),
  }
}
