/**
 * HEIC: finds the items of a picture (ISO/IEC 23008-12) that say where and with what it was taken. EXIF and XMP
 * items are blanked where they lie, boxes that a still picture does not need (a moving part, a maker's own) become
 * free space. How the picture is turned is a property of it and stays.
 */
import { joinSpans, type Span, startBlanking } from './blanking.ts'
import { type Box, listBoxes } from './boxes.ts'
import { type HeicMeta, readMeta, readSize } from './heic-meta.ts'
import { isTooLarge, type PictureRead } from './picture.ts'

const needed: ReadonlySet<string> = new Set(['ftyp', 'meta', 'mdat', 'idat', 'free', 'skip'])
// ISO/IEC 23008-12 §A.2.1: offset of the TIFF header, then an EXIF whose one directory is empty.
const emptyExif = Buffer.from('000000064578696600004d4d002a00000008000000000000', 'hex')
const freeType = Buffer.from('free')

// EXIF orientation after a quarter turn against the clock, and after mirroring left and right.
const turned = [0, 8, 5, 6, 7, 4, 1, 2, 3]
const mirrored = [0, 2, 1, 4, 3, 6, 5, 8, 7]

const orientationOf = (bytes: Buffer, properties: readonly Box[]): number =>
  properties.reduce((orientation, { type, start, end }) => {
    const value = start < end ? bytes.readUInt8(start) : 0
    if (type === 'irot')
      return Array.from({ length: value & 3 }).reduce<number>((now) => turned[now] ?? 1, orientation)
    if (type !== 'imir') return orientation
    const across = mirrored[orientation] ?? 1
    // Top to bottom is left to right and half a turn.
    return (value & 1) === 1 ? across : (turned[turned[across] ?? 1] ?? 1)
  }, 1)

const isTelling = ({ type, contentType }: HeicMeta['items'][number]): boolean =>
  type === 'Exif' || type === 'uri ' || (type === 'mime' && !contentType.startsWith('image/'))

type Erasure = Span & { readonly instead: Buffer }

const listErasures = (bytes: Buffer, meta: HeicMeta): Erasure[] =>
  meta.items.filter(isTelling).flatMap(({ id, type }) => {
    const spans = (meta.extents.get(id) ?? []).filter(({ at }) => at < bytes.length)
    return spans.map(({ at, length }) => ({
      at,
      length: Math.min(length, bytes.length - at),
      instead: type === 'Exif' && spans.length === 1 ? emptyExif : Buffer.alloc(0),
    }))
  })

const freeBox = (bytes: Buffer, { at, start, end }: Box): Erasure[] =>
  bytes.readUInt32BE(at) === 1
    ? [
        { at: at + 4, length: 4, instead: freeType },
        { at: start, length: end - start, instead: Buffer.alloc(0) },
      ]
    : [{ at: at + 4, length: end - at - 4, instead: freeType }]

const freeTail = (bytes: Buffer, at: number): Erasure[] => {
  const length = bytes.length - at
  const head = Buffer.alloc(length >= 8 ? 8 : 0)
  if (length >= 8) {
    head.writeUInt32BE(length)
    freeType.copy(head, 4)
  }
  return length === 0 ? [] : [{ at, length, instead: head }]
}

const overlaps = (one: Span, other: Span): boolean =>
  one.at < other.at + other.length && other.at < one.at + one.length

// What a telephone appends may look like the beginning of a box that is longer than the file.
const listWhole = (bytes: Buffer): ReturnType<typeof listBoxes> => {
  const listed = listBoxes(bytes, 0, bytes.length)
  const last = listed.boxes.at(-1)
  return !listed.cut || last === undefined || needed.has(last.type)
    ? listed
    : { boxes: listed.boxes.slice(0, -1), stop: last.at, cut: false }
}

/** Reads a file whose brands say HEIC. */
export const readHeic = (bytes: Buffer): PictureRead => {
  const { boxes, stop, cut } = listWhole(bytes)
  const box = boxes.find(({ type }) => type === 'meta')
  const meta = box === undefined ? null : readMeta(bytes, box)
  if (box === undefined || meta === null) return 'PICTURE_UNREADABLE'
  if (meta.sizes.some(({ width, height }) => isTooLarge(width, height))) return 'PICTURE_LIMIT'
  const shape = meta.properties.find(({ type }) => type === 'ispe')
  const { width, height } = shape === undefined ? { width: 0, height: 0 } : readSize(bytes, shape)
  if (width === 0 || height === 0) return 'PICTURE_UNREADABLE'
  const erasures = [
    ...listErasures(bytes, meta),
    ...boxes.filter(({ type }) => !needed.has(type)).flatMap((other) => freeBox(bytes, other)),
    ...freeTail(bytes, stop),
  ].toSorted((a, b) => a.at - b.at)
  const pictures = meta.items
    .filter((item) => !isTelling(item))
    .flatMap(({ id }) => meta.extents.get(id) ?? [])
  // The EXIF of a file that means well lies neither in its directory nor in a picture; nor does it lie twice.
  const firm = joinSpans([...boxes.filter(({ type }) => type === 'ftyp').map(spanOf), ...pictures])
  const joined = joinSpans(erasures)
  const entangled = hasOverlap(erasures) || joined.some((span) => firm.some((other) => overlaps(span, other)))
  if (entangled) return 'PICTURE_DAMAGED'
  const blanking = startBlanking(bytes)
  for (const { at, length, instead } of erasures) blanking.blank(at, length, instead)
  const lost = cut || pictures.some(({ at, length }) => at + length > bytes.length)
  return {
    width,
    height,
    orientation: orientationOf(bytes, meta.properties),
    patches: blanking.patches,
    decode: async (decoders) => {
      if (lost) return pictures.some(({ at }) => at < bytes.length) ? 'damaged' : 'unreadable'
      return decoders.heic(bytes)
    },
  }
}

const spanOf = ({ at, end }: Box): Span => ({ at, length: end - at })

const hasOverlap = (ordered: readonly Span[]): boolean =>
  ordered.some((span, index) => {
    const next = ordered[index + 1]
    return next !== undefined && span.at + span.length > next.at
  })
