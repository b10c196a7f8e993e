/**
 * Where the frames of an object lie in it. Native frames follow each other by their size (PS3.5 §8.1.1); of
 * encapsulated ones (§A.4) the fragments are found by the Extended Offset Table, the Basic Offset Table, one fragment
 * a frame, or by the marks with which codestreams begin. A table is believed only when it rises from 0, frame by frame,
 * and where fragments begin as it says: one of zeros would give the first frame for every other.
 */
import type { ByteRange } from './byte-window.ts'
import { itemTag, readElementHeader, sequenceEndTag, undefinedLength } from './element-header.ts'
import type { Picture, Pixels, Span } from './read-image.ts'

/** The pieces of one frame, to be joined. */
export type FramePieces = readonly Span[]

/** Not there; or in a stream of many, which only a decoder takes apart; or pixels that are not as they say. */
export type NoFrames = 'no-such-frame' | 'not-separate' | 'damaged'

const headerBytes = 8
const style = { implicit: true, big: false }

/** Fragments of an object that are looked at one by one: more than any study has frames. */
const mostFragments = 1_048_576
const viewBytes = 65_536

/** Bits of one sample of one pixel on average: two colours of four may be left out of every second pixel. */
const frameBits = (picture: Picture): number => {
  const { rows, columns, samples, bitsAllocated, photometric } = picture
  const halved = /^YBR_(FULL|PARTIAL)_422$/.test(photometric)
  return rows * columns * bitsAllocated * (halved ? 2 : samples)
}

const findNative = (
  picture: Picture,
  pixels: Pixels,
  frames: readonly number[],
): FramePieces[] | NoFrames => {
  const bits = frameBits(picture)
  if (bits === 0) return 'damaged'
  // Frames of single bits may begin inside a byte.
  if (bits % 8 !== 0 && picture.frames > 1) return 'not-separate'
  const length = Math.ceil(bits / 8)
  const found = frames.map((frame) => [{ offset: pixels.offset + (frame - 1) * length, length }])
  const end = pixels.offset + (pixels.length ?? 0)
  return found.every(([piece]) => piece !== undefined && piece.offset + length <= end) ? found : 'damaged'
}

type Item = Span & { readonly last: boolean }

/** Reads a few bytes at a time by a view that moves on with them: a read each would be a request to the store each. */
const viewOn = (source: ByteRange) => {
  let base = 0
  let view: Buffer = Buffer.alloc(0)
  return async (at: number, length: number): Promise<Buffer> => {
    if (at < base || at + length > base + view.length) {
      view = await source.read(at, Math.min(viewBytes, source.size - at))
      base = at
    }
    return view.subarray(at - base, at - base + length)
  }
}

type View = ReturnType<typeof viewOn>

/** Reads item headers. */
const itemReader = (source: ByteRange) => {
  const view = viewOn(source)
  return async (at: number): Promise<Item | null> => {
    if (at < 0 || at + headerBytes > source.size) return null
    const header = readElementHeader(await view(at, headerBytes), 0, style)
    if (header === null) return null
    const { tag, length } = header
    if (tag === sequenceEndTag) return { offset: at + headerBytes, length: 0, last: true }
    const whole = tag === itemTag && length !== undefinedLength && at + headerBytes + length <= source.size
    return whole ? { offset: at + headerBytes, length, last: false } : null
  }
}

type ReadItem = ReturnType<typeof itemReader>

/** The fragments from `at` up to the delimiter, or to `end` exactly; null when they are not so. */
const fragmentsBetween = async (read: ReadItem, at: number, end: number | null): Promise<Span[] | null> => {
  const found: Span[] = []
  for (let next = at; next !== end; ) {
    if (end !== null && next > end) return null
    const item = await read(next)
    if (item === null || found.length > mostFragments) return null
    if (item.last) return end === null ? found : null
    if (item.length > 0) found.push({ offset: item.offset, length: item.length })
    next = item.offset + item.length
  }
  return found
}

/** True for a table of numbers of `width` bytes that begins with 0 and rises with every one. */
const rises = async (source: ByteRange, { offset, length }: Span, width: 4 | 8): Promise<boolean> => {
  let before = -1
  for (let at = 0; at < length; at += viewBytes) {
    const piece = await source.read(offset + at, Math.min(viewBytes, length - at))
    for (let i = 0; i + width <= piece.length; i += width) {
      const next = width === 4 ? piece.readUInt32LE(i) : Number(piece.readBigUInt64LE(i))
      if (before === -1 ? next !== 0 : next <= before) return false
      before = next
    }
  }
  return true
}

const byExtendedTable = async (
  source: ByteRange,
  read: ReadItem,
  { offsets, lengths, frames }: Picture,
  base: number,
  frame: number,
): Promise<FramePieces | null> => {
  if (offsets === null) return null
  const entry = async (table: Span): Promise<number> =>
    Number((await source.read(table.offset + 8 * (frame - 1), 8)).readBigUInt64LE(0))
  const item = await read(base + (await entry(offsets)))
  if (item === null || item.last) return null
  const length = lengths?.length === 8 * frames ? Math.min(item.length, await entry(lengths)) : item.length
  if (length === 0) return null
  return [{ offset: item.offset, length }]
}

const byBasicTable = async (
  source: ByteRange,
  read: ReadItem,
  { offset, length }: Span,
  base: number,
  frame: number,
): Promise<FramePieces | null> => {
  const at = offset + 4 * (frame - 1)
  const isLast = 4 * frame === length
  const entries = await source.read(at, isLast ? 4 : 8)
  const from = base + entries.readUInt32LE(0)
  const found = await fragmentsBetween(read, from, isLast ? null : base + entries.readUInt32LE(4))
  return found === null || found.length === 0 ? null : found
}

/** JPEG and JPEG-LS; JPEG 2000 and its kin; JPEG XL, bare and boxed. */
const beginnings = [
  Buffer.of(0xff, 0xd8, 0xff),
  Buffer.of(0xff, 0x4f, 0xff, 0x51),
  Buffer.of(0xff, 0x0a),
  Buffer.of(0, 0, 0, 0x0c, 0x4a, 0x58, 0x4c, 0x20),
  Buffer.of(0, 0, 0, 0x0c, 0x6a, 0x50, 0x20, 0x20),
]

const begins = async (view: View, { offset, length }: Span): Promise<boolean> => {
  const head = await view(offset, Math.min(length, 8))
  return beginnings.some((mark) => head.subarray(0, mark.length).equals(mark))
}

/** All fragments by frame: one each, or from one codestream's beginning to the next. */
const byFragments = async (
  source: ByteRange,
  fragments: readonly Span[],
  frames: number,
): Promise<FramePieces[] | NoFrames> => {
  if (frames === 1) return fragments.length === 0 ? 'damaged' : [fragments]
  if (fragments.length === frames) return fragments.map((fragment) => [fragment])
  if (fragments.length < frames) return 'not-separate'
  const found: Span[][] = []
  const view = viewOn(source)
  for (const fragment of fragments) {
    if (await begins(view, fragment)) found.push([fragment])
    else if (found.length === 0) return 'not-separate'
    else found.at(-1)?.push(fragment)
  }
  return found.length === frames ? found : 'not-separate'
}

const findEncapsulated = async (
  source: ByteRange,
  picture: Picture,
  pixels: Pixels,
  frames: readonly number[],
): Promise<FramePieces[] | NoFrames> => {
  const read = itemReader(source)
  const table = await read(pixels.offset)
  if (table === null || table.last) return 'damaged'
  const base = table.offset + table.length
  const has = async (span: Span | null, width: 4 | 8): Promise<boolean> =>
    span !== null && span.length === width * picture.frames && rises(source, span, width)
  const look = (await has(picture.offsets, 8))
    ? (frame: number) => byExtendedTable(source, read, picture, base, frame)
    : picture.frames > 1 && (await has(table, 4))
      ? (frame: number) => byBasicTable(source, read, table, base, frame)
      : null
  const found: FramePieces[] = []
  for (const frame of look === null ? [] : frames) {
    const pieces = await look?.(frame)
    if (pieces) found.push(pieces)
    else break
  }
  if (found.length === frames.length) return found
  const fragments = await fragmentsBetween(read, base, null)
  if (fragments === null) return 'damaged'
  const all = await byFragments(source, fragments, picture.frames)
  return typeof all === 'string'
    ? all
    : frames.flatMap((frame) => (all[frame - 1] ? [all[frame - 1] ?? []] : []))
}

/** The pieces of each frame that is `asked`, counted from 1, in their order. Offsets are of `source`. */
export const findFrames = async (
  source: ByteRange,
  picture: Picture,
  asked: readonly number[] | 'all',
): Promise<FramePieces[] | NoFrames> => {
  const { pixels } = picture
  if (pixels === null) return 'no-such-frame'
  // The number of frames is a word of the file: no list is made by it that the file has no room for.
  if (asked === 'all' && picture.frames > mostFragments) return 'not-separate'
  const frames = asked === 'all' ? Array.from({ length: picture.frames }, (_, at) => at + 1) : asked
  if (frames.some((frame) => frame > picture.frames)) return 'no-such-frame'
  return pixels.length === null
    ? findEncapsulated(source, picture, pixels, frames)
    : findNative(picture, pixels, frames)
}
