/**
 * Pixel rules: whether the image a header promises is there. Nothing is decoded; lengths are compared and the
 * end of the file is looked at.
 */
import type { VerdictCode } from '#domain/verdict.ts'
import { type ByteRange, openWindow } from './byte-window.ts'
import type { DataSet } from './data-set.ts'
import { readElementHeader, undefinedLength } from './element-header.ts'
import { readFrames, tags } from './facts.ts'
import { walkFragments } from './fragments.ts'
import { scanHeader, type ValueSpan } from './header-scan.ts'
import type { Encoding } from './transfer-syntax.ts'

const lastTailBytes = 4096
const deepTailBytes = 1_048_576
const mostTrailingElements = 64
const noTags: ReadonlySet<number> = new Set()
const pixelDataTag = 0x7fe00010
const sequenceEnd = Buffer.from([0xfe, 0xff, 0xdd, 0xe0])

/** Bytes of native pixel data the header asks for (PS3.3 §C.7.6.3.1); null when it does not say. */
export const nativePixelBytes = (set: DataSet): number | null => {
  const rows = set.uint16(tags.rows)
  const columns = set.uint16(tags.columns)
  const bits = set.uint16(tags.bitsAllocated)
  if (rows === null || columns === null || bits === null) return null
  const halved = /^YBR_(FULL|PARTIAL)_42[02]$/.test(set.ascii(tags.photometric) ?? '')
  const samples = halved ? 1 : (set.uint16(tags.samples) ?? 1)
  // Frames of single bits follow each other without padding (PS3.5 §8.1.1).
  return Math.ceil((rows * columns * samples * bits * readFrames(set)) / 8)
}

/**
 * Judges what stands behind the last value: nothing, zeros, or elements that may follow pixels such as Data Set
 * Trailing Padding (FFFC,FFFC) and Digital Signatures (PS3.10 §7.2).
 */
export const judgeTail = async (
  range: ByteRange,
  start: number,
  encoding: Encoding,
): Promise<VerdictCode | null> => {
  let at = start
  for (let seen = 0; at < range.size; seen += 1) {
    const left = range.size - at
    if (seen > mostTrailingElements) return 'DICOM_TRAILING_DATA'
    const bytes = await range.read(at, Math.min(left, lastTailBytes))
    if (bytes[0] === 0) {
      const rest = await range.read(at, Math.min(left, deepTailBytes))
      return left <= deepTailBytes && rest.every((byte) => byte === 0) ? null : 'DICOM_TRAILING_DATA'
    }
    const header = readElementHeader(bytes, 0, encoding)
    if (header === null || header.irregular || header.tag <= pixelDataTag) return 'DICOM_TRAILING_DATA'
    if (header.length === undefinedLength) {
      const scan = await scanHeader(openWindow(range, Buffer.alloc(0)), at, encoding, noTags)
      return scan.stopped || scan.end < range.size ? 'DICOM_TRAILING_DATA' : null
    }
    at += header.headerBytes + header.length
  }
  return at > range.size ? 'DICOM_TRAILING_DATA' : null
}

// Of a clip too long to be walked the end alone is looked at.
const judgeFarEnd = async (
  range: ByteRange,
  offset: number,
  encoding: Encoding,
): Promise<VerdictCode | null> => {
  for (const reach of [lastTailBytes, deepTailBytes]) {
    const from = Math.max(offset, range.size - reach)
    const tail = await range.read(from, range.size - from)
    const found = tail.lastIndexOf(sequenceEnd)
    if (found >= 0 && from + found + 8 <= range.size) return judgeTail(range, from + found + 8, encoding)
  }
  return 'DICOM_TRUNCATED'
}

const judgeFragments = async (
  range: ByteRange,
  offset: number,
  encoding: Encoding,
  frames: number,
): Promise<VerdictCode[]> => {
  const walk = await walkFragments(range, offset)
  if (walk.code !== null) return [walk.code]
  const end = walk.end === null ? judgeFarEnd(range, offset, encoding) : judgeTail(range, walk.end, encoding)
  const missing = walk.end === null ? walk.listed > 0 && walk.listed < frames : walk.fragments < frames
  const tail = await end
  return [...(missing ? (['FRAGMENTS_LT_FRAMES'] as const) : []), ...(tail === null ? [] : [tail])]
}

/** Checks the pixels at `pixels` against the header and the end of the file; `video` as `isVideo` says. */
export const judgePixels = async (
  range: ByteRange,
  pixels: ValueSpan,
  set: DataSet,
  encoding: Encoding,
  video: boolean,
): Promise<VerdictCode[]> => {
  const codes: (VerdictCode | null)[] = []
  if (!set.uint16(tags.rows) || !set.uint16(tags.columns)) codes.push('BAD_ROWS')
  if (pixels.length === null) {
    codes.push(...(await judgeFragments(range, pixels.offset, encoding, video ? 1 : readFrames(set))))
  } else if (pixels.offset + pixels.length > range.size) {
    codes.push('DICOM_TRUNCATED')
  } else {
    const needed = nativePixelBytes(set)
    if (needed !== null && needed > pixels.length) codes.push('PIXELS_SHORT')
    codes.push(await judgeTail(range, pixels.offset + pixels.length, encoding))
  }
  return codes.filter((code) => code !== null)
}
