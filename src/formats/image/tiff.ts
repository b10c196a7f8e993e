/**
 * TIFF: finds in every directory of a file (TIFF 6.0) what says where, when, by whom and with what it was made,
 * and blanks the values where they lie. A blanked EXIF or GPS directory is an empty one: the file still opens.
 */
import { joinSpans, type Span, startBlanking } from './blanking.ts'
import { type Decoded, isTooLarge, type PictureDecoders, type PictureRead } from './picture.ts'
import {
  listDirectories,
  openTiff,
  type TiffBytes,
  type TiffDirectory,
  type TiffEntry,
} from './tiff-directory.ts'
import { decodeRaster, type Raster, readRaster } from './tiff-strips.ts'

const orientationTag = 274
/** EXIF, GPS, interoperability: values of these point to a directory. */
const directoryTags: ReadonlySet<number> = new Set([34_665, 34_853, 40_965])

/**
 * Names of document and page, description, printer; make, model, software, date, artist, host; XMP, copyright, IPTC, Photoshop, its layers; the tags of GeoTIFF and
 * GDAL; Microsoft's texts; DNG's camera, serial number, owner, private data and file name; ImageJ's texts; a
 * maker's note.
 */
const tellingTags: ReadonlySet<number> = new Set([
  269, 270, 285, 337, 50_709, 50_827, 50_838, 50_839, 271, 272, 305, 306, 315, 316, 700, 33_432, 33_723,
  34_377, 37_724, 33_550, 33_922, 34_264, 34_735, 34_736, 34_737, 42_112, 40_091, 40_092, 40_093, 40_094,
  40_095, 50_708, 50_735, 42_032, 42_033, 50_740, 37_500, 37_510, 36_867, 36_868, 42_016,
])

const mostOutputBytes = 1_073_741_824

const spansOf = (tiff: TiffBytes, entry: TiffEntry, deep: number): Span[] => {
  const own = { at: entry.at, length: entry.length }
  if (!directoryTags.has(entry.tag)) return [own]
  const [at = 0] = tiff.numbers(entry, 1)
  const directory = deep > 3 ? null : tiff.directory(at)
  if (directory === null) return [own]
  // Its table becomes a directory of no entries, so the pointer to it may stay.
  return [
    { at: directory.at, length: directory.length },
    ...[...directory.entries.values()].flatMap((inner) => spansOf(tiff, inner, deep + 1)),
  ]
}

const listTelling = (tiff: TiffBytes, { entries }: TiffDirectory): Span[] =>
  [...entries.values()]
    .filter(({ tag }) => tellingTags.has(tag) || directoryTags.has(tag))
    .flatMap((entry) => spansOf(tiff, entry, 0))

const overlaps = (one: Span, other: Span): boolean =>
  one.at < other.at + other.length && other.at < one.at + one.length

// Both are ordered and free of overlap.
const areEntangled = (some: readonly Span[], others: readonly Span[]): boolean => {
  let at = 0
  return some.some((span) => {
    for (
      let other = others[at];
      other !== undefined && other.at + other.length <= span.at;
      other = others[at]
    )
      at += 1
    const next = others[at]
    return next !== undefined && overlaps(span, next)
  })
}

const decodeAll = async (
  tiff: TiffBytes,
  rasters: readonly Raster[],
  decoders: PictureDecoders,
): Promise<Decoded> => {
  const found: Decoded[] = []
  for (const raster of rasters) found.push(await decodeRaster(tiff, raster, decoders))
  if (found.every((decoded) => decoded === 'unreadable')) return 'unreadable'
  return found.every((decoded) => decoded === 'whole') ? 'whole' : 'damaged'
}

/** Reads a file that begins with the header of TIFF or BigTIFF. */
export const readTiff = (bytes: Buffer): PictureRead => {
  const tiff = openTiff(bytes)
  const directories = tiff === null ? null : listDirectories(tiff)
  const [first] = directories ?? []
  if (tiff === null || directories === null || first === undefined) return 'PICTURE_UNREADABLE'
  const read = directories.map((directory) => readRaster(tiff, directory))
  const rasters = read.filter((raster) => raster !== null && raster !== 'unsupported')
  const [page] = rasters
  if (page === undefined) return read.includes('unsupported') ? 'PICTURE_UNSUPPORTED' : 'PICTURE_UNREADABLE'
  const output = rasters.flatMap(({ pieces }) => pieces).reduce((sum, { most }) => sum + most, 0)
  if (output > mostOutputBytes || rasters.some(({ width, height }) => isTooLarge(width, height)))
    return 'PICTURE_LIMIT'
  const telling = joinSpans(directories.flatMap((directory) => listTelling(tiff, directory)))
  const firm = joinSpans([
    { at: 0, length: 8 },
    ...rasters.flatMap(({ pieces }) => pieces),
    ...directories.flatMap(({ at, entries }) => [{ at, length: 2 }, ...[...entries.values()].filter(isFirm)]),
  ])
  if (areEntangled(telling, firm)) return 'PICTURE_DAMAGED'
  const blanking = startBlanking(bytes)
  for (const { at, length } of telling) blanking.blank(at, length)
  const [turned = 1] = tiff.numbers(first.entries.get(orientationTag), 1)
  return {
    width: page.width,
    height: page.height,
    orientation: turned >= 1 && turned <= 8 ? turned : 1,
    patches: blanking.patches,
    decode: async (decoders) => {
      const decoded = await decodeAll(tiff, rasters, decoders)
      return decoded === 'whole' && read.includes('unsupported') ? 'damaged' : decoded
    },
  }
}

const isFirm = ({ tag }: TiffEntry): boolean => !tellingTags.has(tag) && !directoryTags.has(tag)
