/**
 * Inspect picture: says whether a picture shows, and what of it must not reach a reader: where and with what it was
 * taken, and everything that is not the picture. Its size is looked at before a pixel is decoded. Never throws for
 * what a file holds; a hostile one may still take long, so the caller bounds the time.
 */
import { mostPatches, type Patch } from '#domain/patch.ts'
import type { SealedFacts } from '#domain/study.ts'
import type { VerdictCode } from '#domain/verdict.ts'
import { readHeic } from './heic.ts'
import { readJpeg } from './jpeg.ts'
import type { MediaType, PictureDecoders, PictureRead } from './picture.ts'
import { readPng } from './png.ts'
import type { PictureFormat } from './sniff-picture.ts'
import { readTiff } from './tiff.ts'

export type PictureReport = {
  readonly codes: readonly VerdictCode[]
  readonly facts: SealedFacts
  readonly patches: readonly Patch[]
}

type Reader = { readonly mediaType: MediaType; readonly read: (bytes: Buffer) => PictureRead }

const readers: Readonly<Record<Exclude<PictureFormat, 'avif'>, Reader>> = {
  jpeg: { mediaType: 'image/jpeg', read: readJpeg },
  png: { mediaType: 'image/png', read: readPng },
  tiff: { mediaType: 'image/tiff', read: readTiff },
  heic: { mediaType: 'image/heic', read: readHeic },
}

const codeOf = { whole: [], damaged: ['PICTURE_DAMAGED'], unreadable: ['PICTURE_UNREADABLE'] } as const

const refuse = (code: VerdictCode, facts: SealedFacts = {}): PictureReport => ({
  codes: [code],
  facts,
  patches: [],
})

/** Looks into the bytes of a picture that `sniffPicture` recognised. */
export const inspectPicture = async (
  bytes: Buffer,
  format: PictureFormat,
  decoders: PictureDecoders,
): Promise<PictureReport> => {
  // The decoder here knows HEVC alone.
  if (format === 'avif') return refuse('PICTURE_UNSUPPORTED')
  const { mediaType, read } = readers[format]
  const layout = read(bytes)
  if (typeof layout === 'string') return refuse(layout, { mediaType })
  const { width, height, orientation, patches } = layout
  const facts = { mediaType, width, height, orientation }
  if (patches.length > mostPatches) return refuse('PICTURE_LIMIT', facts)
  const decoded = await layout.decode(decoders)
  const removed: VerdictCode[] = patches.length > 0 ? ['LOCATION_REMOVED'] : []
  if (decoded === 'unreadable') return refuse('PICTURE_UNREADABLE', facts)
  return { codes: [...codeOf[decoded], 'PICTURE_IDENTITY_UNVERIFIED', ...removed], facts, patches }
}
