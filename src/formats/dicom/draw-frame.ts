/**
 * Draws one native frame as bytes a screen shows (PS3.3 §C.11.2, PS3.18 §8.3.5): grey by the window that is asked for,
 * that of the file, or from the darkest to the lightest pixel; colours as they are. What it does not know how to draw it
 * does not draw.
 */
import type { PlainPicture } from '#formats/image/write-png.ts'
import type { Picture } from './read-image.ts'

/** How values become light (PS3.3 §C.11.2.1.2, §C.11.2.1.3); LINEAR unless told. */
export type GreyWindow = {
  readonly centre: number
  readonly width: number
  readonly shape?: 'linear' | 'linear-exact' | 'sigmoid'
}

/** Pictures larger than this are not drawn, pixels. */
const mostDrawnPixels = 16_777_216

const colours: ReadonlySet<string> = new Set(['RGB', 'YBR_FULL'])
const greys: ReadonlySet<string> = new Set(['MONOCHROME1', 'MONOCHROME2'])

/** True for a frame that `drawFrame` draws. */
export const canDraw = (picture: Picture): boolean => {
  const { pixels, rows, columns, samples, bitsAllocated, bitsStored, highBit, photometric } = picture
  if (pixels === null || pixels.tag !== 0x7fe00010 || rows * columns === 0) return false
  if (rows * columns > mostDrawnPixels) return false
  if (colours.has(photometric)) return samples === 3 && bitsAllocated === 8
  // Old objects have their values in the upper bits of a word: drawn by the lower ones, it would be another picture.
  if (highBit !== null && highBit !== bitsStored - 1) return false
  return greys.has(photometric) && samples === 1 && (bitsAllocated === 8 || bitsAllocated === 16)
}

/** The stored values, without the bits that are none of theirs. */
const readStored = (
  bytes: Buffer,
  { bitsAllocated, bitsStored, signed }: Picture,
  count: number,
): Int32Array => {
  const values = new Int32Array(count)
  const unused = 32 - Math.min(Math.max(bitsStored, 1), bitsAllocated)
  for (let at = 0; at < count; at += 1) {
    const raw =
      bitsAllocated === 8 ? (bytes[at] ?? 0) : (bytes[2 * at] ?? 0) | ((bytes[2 * at + 1] ?? 0) << 8)
    values[at] = signed ? (raw << unused) >> unused : (raw << unused) >>> unused
  }
  return values
}

const spanOf = (values: Int32Array, { slope, intercept }: Picture): GreyWindow => {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  const [a, b] = [least * slope + intercept, most * slope + intercept]
  return { centre: (a + b) / 2 + 0.5, width: Math.abs(b - a) + 1 }
}

const shade = (value: number, { centre, width, shape = 'linear' }: GreyWindow): number => {
  if (shape === 'sigmoid') return 255 / (1 + Math.exp((-4 * (value - centre)) / width))
  if (shape === 'linear-exact') return Math.min(255, Math.max(0, ((value - centre) / width + 0.5) * 255))
  if (width <= 1) return value <= centre - 0.5 ? 0 : 255
  return Math.min(255, Math.max(0, ((value - (centre - 0.5)) / (width - 1) + 0.5) * 255))
}

const drawGrey = (bytes: Buffer, picture: Picture, asked: GreyWindow | null): Buffer => {
  const count = picture.rows * picture.columns
  const values = readStored(bytes, picture, count)
  const window = asked ?? picture.window ?? spanOf(values, picture)
  const inverted = picture.photometric === 'MONOCHROME1'
  const drawn = Buffer.alloc(count)
  const { slope, intercept } = picture
  for (let at = 0; at < count; at += 1) {
    const light = Math.round(shade((values[at] ?? 0) * slope + intercept, window))
    drawn[at] = inverted ? 255 - light : light
  }
  return drawn
}

const drawColours = (bytes: Buffer, { rows, columns, planar, photometric }: Picture): Buffer => {
  const count = rows * columns
  const drawn = Buffer.alloc(3 * count)
  for (let at = 0; at < count; at += 1) {
    const [i, step] = planar ? [at, count] : [3 * at, 1]
    const [a = 0, b = 0, c = 0] = [bytes[i], bytes[i + step], bytes[i + 2 * step]]
    const [red, green, blue] =
      photometric === 'RGB'
        ? [a, b, c]
        : [a + 1.402 * (c - 128), a - 0.344136 * (b - 128) - 0.714136 * (c - 128), a + 1.772 * (b - 128)]
    drawn[3 * at] = Math.min(255, Math.max(0, Math.round(red)))
    drawn[3 * at + 1] = Math.min(255, Math.max(0, Math.round(green)))
    drawn[3 * at + 2] = Math.min(255, Math.max(0, Math.round(blue)))
  }
  return drawn
}

/** The frame whose little-endian bytes these are, as long as `canDraw` says so. */
export const drawFrame = (bytes: Buffer, picture: Picture, asked: GreyWindow | null): PlainPicture => {
  const colour = colours.has(picture.photometric)
  return {
    width: picture.columns,
    height: picture.rows,
    samples: colour ? 3 : 1,
    bytes: colour ? drawColours(bytes, picture) : drawGrey(bytes, picture, asked),
  }
}

/** Modalities whose pictures have no writing of a machine in them, unless they say so. */
const plainModalities: ReadonlySet<string> = new Set(['CT', 'CR', 'DX', 'MG', 'MR', 'NM', 'PT'])

const secondaryCapture = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.7(\.|$)/

/** True where a name may be written into the picture, so that it is no sign of itself for others to see. */
export const mayShowText = ({ burnedIn, modality, sopClass }: Picture): boolean =>
  burnedIn !== 'NO' &&
  (burnedIn === 'YES' || !plainModalities.has(modality) || secondaryCapture.test(sopClass))

/** What stands for a picture that is not shown: a plain grey sheet. */
export const blankSheet = (): PlainPicture => ({
  width: 128,
  height: 128,
  samples: 1,
  bytes: Buffer.from(
    Array.from({ length: 128 * 128 }, (_, at) => {
      const [x, y] = [at % 128, Math.floor(at / 128)]
      return x > 31 && x < 96 && y > 23 && y < 104 ? 0xd8 : 0x60
    }),
  ),
})

/** The picture as large as fits into so many pixels a side and is never larger than it was: each the mean of its part. */
export const shrinkPicture = (
  picture: PlainPicture,
  most: { readonly width: number; readonly height: number },
): PlainPicture => {
  const { width, height, samples, bytes } = picture
  const scale = Math.max(1, width / most.width, height / most.height)
  if (scale === 1) return picture
  const [across, down] = [Math.max(1, Math.floor(width / scale)), Math.max(1, Math.floor(height / scale))]
  const small = Buffer.alloc(across * down * samples)
  for (let y = 0; y < down; y += 1) {
    const [top, bottom] = [Math.floor((y * height) / down), Math.floor(((y + 1) * height) / down)]
    for (let x = 0; x < across; x += 1) {
      const [left, right] = [Math.floor((x * width) / across), Math.floor(((x + 1) * width) / across)]
      for (let sample = 0; sample < samples; sample += 1) {
        let sum = 0
        for (let v = top; v < bottom; v += 1)
          for (let u = left; u < right; u += 1) sum += bytes[(v * width + u) * samples + sample] ?? 0
        small[(y * across + x) * samples + sample] = Math.round(sum / ((bottom - top) * (right - left)))
      }
    }
  }
  return { width: across, height: down, samples, bytes: small }
}
