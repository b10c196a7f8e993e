/**
 * Picture: the words that the readers of the single formats share. A reader walks the structure of a picture with
 * its own bounded code and says how large it is, how it stands upright, and what must be blanked before another
 * person sees it. It never throws for what the bytes hold.
 */
import type { Patch } from '#domain/patch.ts'
import type { VerdictCode } from '#domain/verdict.ts'

export const mediaTypes = ['image/jpeg', 'image/png', 'image/tiff', 'image/heic'] as const

export type MediaType = (typeof mediaTypes)[number]

/** More than any phone or scanner makes; nothing larger is decoded, pixels. */
export const mostPixels = 120_000_000

/** `damaged`: shows in part. `unreadable`: shows nothing. */
export type Decoded = 'whole' | 'damaged' | 'unreadable'

/** Decoders that are brought from outside, since they are loaded from files. They never throw. */
export type PictureDecoders = {
  jpeg(bytes: Buffer): Promise<Decoded>
  /** Decodes the primary image of a HEIC file. */
  heic(bytes: Buffer): Promise<Decoded>
}

/** What a reader found. `width` and `height` are as stored, before turning. */
export type PictureLayout = {
  readonly width: number
  readonly height: number
  /** How it is turned to stand upright: 1–8 as in EXIF (CIPA DC-008 §4.6.5). */
  readonly orientation: number
  /** In order, not overlapping; they may be more than a file may have. */
  readonly patches: readonly Patch[]
  /** Decodes the pixels and says whether they are all there. */
  decode(decoders: PictureDecoders): Promise<Decoded>
}

/** A layout, or the code that says why there is none. */
export type PictureRead = PictureLayout | Extract<VerdictCode, `PICTURE_${string}`>

export const isTooLarge = (width: number, height: number): boolean => width * height > mostPixels
