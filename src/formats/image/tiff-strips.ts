/**
 * TIFF strips: opens the strips or tiles of one picture and counts what comes out, each bounded by what it should
 * hold. Fax strips are only known to lie in the file: they are shown by every viewer, but opened by no decoder here.
 */

import { countInflated } from './inflated-bytes.ts'
import { readJpeg } from './jpeg.ts'
import { countLzw } from './lzw.ts'
import { type Decoded, isTooLarge, type PictureDecoders } from './picture.ts'
import type { TiffBytes, TiffDirectory } from './tiff-directory.ts'

const tag = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  stripOffsets: 273,
  samples: 277,
  rowsPerStrip: 278,
  stripBytes: 279,
  planar: 284,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileBytes: 325,
  jpegTables: 347,
} as const

type Scheme = 'plain' | 'fax' | 'lzw' | 'jpeg' | 'deflate' | 'packbits'

const schemes: ReadonlyMap<number, Scheme> = new Map([
  [1, 'plain'],
  [2, 'fax'],
  [3, 'fax'],
  [4, 'fax'],
  [5, 'lzw'],
  [7, 'jpeg'],
  [8, 'deflate'],
  [32_773, 'packbits'],
  [32_946, 'deflate'],
])

export type Piece = { readonly at: number; readonly length: number; readonly most: number }

export type Raster = {
  readonly width: number
  readonly height: number
  readonly scheme: Scheme
  readonly pieces: readonly Piece[]
  readonly tables: Buffer | null
}

const luminance = 6

/** What a directory says of its pixels; null when that is no picture, a code when it is none of ours. */
export const readRaster = (tiff: TiffBytes, { entries }: TiffDirectory): Raster | 'unsupported' | null => {
  const one = (of: number, usual: number): number => tiff.numbers(entries.get(of), 1)[0] ?? usual
  const [width, height] = [one(tag.width, 0), one(tag.height, 0)]
  const tiled = entries.has(tag.tileOffsets)
  const offsets = tiff.numbers(entries.get(tiled ? tag.tileOffsets : tag.stripOffsets))
  const [single] = offsets
  if (width === 0 || height === 0 || single === undefined) return null
  const scheme = schemes.get(one(tag.compression, 1))
  if (scheme === undefined) return 'unsupported'
  const written = tiff.numbers(entries.get(tiled ? tag.tileBytes : tag.stripBytes))
  const lengths = written.length === 0 && offsets.length === 1 ? [tiff.bytes.length - single] : written
  const rows = Math.min(height, Math.max(1, one(tag.rowsPerStrip, height)))
  const across = tiled ? one(tag.tileWidth, width) : width
  const down = tiled ? one(tag.tileHeight, height) : rows
  const apart = one(tag.planar, 1) === 2
  // Colour may be stored at half size, and brightness is what a viewer needs.
  const samples = apart || one(tag.photometric, 1) === luminance ? 1 : one(tag.samples, 1)
  const rowBytes = Math.ceil((across * samples * one(tag.bits, 1)) / 8)
  const perPlane = Math.max(1, Math.ceil(height / rows))
  const pieces = offsets.map((at, index) => {
    const left = height - (index % perPlane) * rows
    return { at, length: lengths[index] ?? 0, most: rowBytes * (tiled ? down : Math.min(rows, left)) }
  })
  const tables = entries.get(tag.jpegTables)
  return {
    width,
    height,
    scheme,
    pieces,
    tables: tables === undefined ? null : tiff.bytes.subarray(tables.at, tables.at + tables.length),
  }
}

// TIFF 6.0 §9.
const countPackBits = (packed: Buffer, most: number): number => {
  let count = 0
  for (let at = 0; at < packed.length && count < most; ) {
    const head = packed.readInt8(at)
    if (head >= 0) {
      count += Math.min(head + 1, packed.length - at - 1)
      at += head + 2
    } else {
      if (head !== -128 && at + 1 < packed.length) count += 1 - head
      at += 2
    }
  }
  return Math.min(count, most)
}

// TIFF technical note 2: the tables stand before each strip's own stream, both within their own markers.
const joinTables = (tables: Buffer | null, strip: Buffer): Buffer =>
  tables === null || tables.length < 4 ? strip : Buffer.concat([tables.subarray(0, -2), strip.subarray(2)])

const decodeJpeg = async (bytes: Buffer, decoders: PictureDecoders): Promise<Decoded> => {
  const read = readJpeg(bytes)
  if (typeof read === 'string' || isTooLarge(read.width, read.height)) return 'unreadable'
  return read.decode(decoders)
}

const openPiece = async (
  raster: Raster,
  packed: Buffer,
  most: number,
  decoders: PictureDecoders,
): Promise<Decoded> => {
  const { scheme, tables } = raster
  if (scheme === 'jpeg') return decodeJpeg(joinTables(tables, packed), decoders)
  if (scheme === 'fax') return 'whole'
  const counts = {
    plain: () => packed.length,
    lzw: () => countLzw(packed, most),
    deflate: () => countInflated([packed], most),
    packbits: () => countPackBits(packed, most),
  } as const
  const count = await counts[scheme]()
  if (count === 0) return 'unreadable'
  return count < most ? 'damaged' : 'whole'
}

/** Opens every piece. `unreadable`: not one of them shows. */
export const decodeRaster = async (
  { bytes }: TiffBytes,
  raster: Raster,
  decoders: PictureDecoders,
): Promise<Decoded> => {
  let shown = 0
  let whole = 0
  for (const { at, length, most } of raster.pieces) {
    const packed = bytes.subarray(at, at + length)
    const inside = packed.length === length && length > 0
    const decoded = packed.length === 0 ? 'unreadable' : await openPiece(raster, packed, most, decoders)
    if (decoded !== 'unreadable') shown += 1
    if (decoded === 'whole' && inside) whole += 1
  }
  if (shown === 0) return 'unreadable'
  return whole === raster.pieces.length ? 'whole' : 'damaged'
}
