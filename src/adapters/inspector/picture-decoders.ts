/**
 * Picture decoders: mozjpeg and libheif as WebAssembly, loaded from the installed packages on the first picture of
 * their kind, by path and never by network. They prove that a picture shows; no pixel is kept.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Decoded, PictureDecoders } from '#formats/image/picture.ts'

const require = createRequire(import.meta.url)

type JpegModule = { decode(bytes: Uint8Array, preserveOrientation: boolean): unknown }

type JpegFactory = (options: {
  readonly noInitialRun: boolean
  readonly wasmBinary: Uint8Array
  readonly printErr: (line: string) => void
}) => Promise<JpegModule>

// The decoder hands out a copy of all pixels made with this class; two copies of a large picture are too much.
class Uncopied {}

const withoutCopy = <T>(work: () => T): T => {
  const usual = globalThis.Uint8ClampedArray
  Object.assign(globalThis, { Uint8ClampedArray: Uncopied })
  try {
    return work()
  } finally {
    Object.assign(globalThis, { Uint8ClampedArray: usual })
  }
}

let jpeg: { readonly module: JpegModule; readonly said: string[] } | null = null

const loadJpeg = async (): Promise<NonNullable<typeof jpeg>> => {
  const said: string[] = []
  const { default: factory } = (await import('@jsquash/jpeg/codec/dec/mozjpeg_dec.js')) as {
    default: unknown
  }
  const module = await (factory as JpegFactory)({
    noInitialRun: true,
    wasmBinary: readFileSync(require.resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm')),
    printErr: (line) => said.push(line),
  })
  return { module, said }
}

// libjpeg pads what is missing with grey and goes on; the first thing it missed is all it says. Bytes before a
// marker that belong to nothing are common and harm nothing.
const harmless = /extraneous bytes before marker/

// A picture in printing inks is shown by browsers, but not turned to RGB by this decoder: its walk has to do.
const inkColours = /unsupported color conversion/i

const decodeJpeg = async (bytes: Buffer): Promise<Decoded> => {
  jpeg ??= await loadJpeg()
  const { module, said } = jpeg
  said.length = 0
  try {
    if (withoutCopy(() => module.decode(bytes, false)) === null) return 'damaged'
  } catch {
    // Its memory is in no known state.
    jpeg = null
    return said.some((line) => inkColours.test(line)) ? 'whole' : 'damaged'
  }
  return said.every((line) => harmless.test(line)) ? 'whole' : 'damaged'
}

type Handle = { readonly code?: unknown }

type Heif = {
  heif_context_alloc(): unknown
  heif_context_free(context: unknown): void
  heif_context_read_from_memory(context: unknown, bytes: Uint8Array): { readonly code: unknown }
  heif_js_context_get_primary_image_handle(context: unknown): Handle | null
  heif_js_decode_image2(
    handle: Handle,
    space: unknown,
    chroma: unknown,
  ): (Handle & { image?: unknown }) | null
  heif_image_release(image: unknown): void
  heif_image_handle_release(handle: Handle): void
  readonly heif_error_code: { readonly heif_error_Ok: unknown }
  readonly heif_colorspace: { readonly heif_colorspace_YCbCr: unknown }
  readonly heif_chroma: { readonly heif_chroma_420: unknown }
}

let heif: Heif | null = null

const loadHeif = (): Heif => {
  const factory = require('libheif-js/libheif-wasm/libheif.js') as (options: object) => Heif
  const quiet = (): void => {}
  const wasmBinary = readFileSync(require.resolve('libheif-js/libheif-wasm/libheif.wasm'))
  return factory({ wasmBinary, print: quiet, printErr: quiet })
}

const decodePrimary = (library: Heif, context: unknown, bytes: Buffer): Decoded => {
  const { code } = library.heif_context_read_from_memory(context, bytes)
  if (code !== library.heif_error_code.heif_error_Ok) return 'unreadable'
  const handle = library.heif_js_context_get_primary_image_handle(context)
  if (handle === null || handle.code !== undefined) return 'unreadable'
  const decoded = library.heif_js_decode_image2(
    handle,
    library.heif_colorspace.heif_colorspace_YCbCr,
    library.heif_chroma.heif_chroma_420,
  )
  library.heif_image_handle_release(handle)
  if (decoded === null || decoded.code !== undefined) return 'damaged'
  library.heif_image_release(decoded.image)
  return 'whole'
}

const decodeHeic = async (bytes: Buffer): Promise<Decoded> => {
  heif ??= loadHeif()
  const library = heif
  try {
    const context = library.heif_context_alloc()
    const decoded = decodePrimary(library, context, bytes)
    library.heif_context_free(context)
    return decoded
  } catch {
    heif = null
    return 'damaged'
  }
}

/** The decoders of this process; each is loaded when it is first asked. */
export const pictureDecoders: PictureDecoders = { jpeg: decodeJpeg, heic: decodeHeic }
