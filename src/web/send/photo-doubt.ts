/**
 * Photo doubt: whether a photograph looks too dark or too blurred to be read. A hint before it is sent and never more:
 * thresholds are generous, because a film on a light box is mostly black and mostly smooth.
 */
import type { PhotoDoubt } from './found.ts'

/** Pixels as a canvas gives them: four bytes each, rows without a gap. */
export type Pixels = { readonly data: Uint8ClampedArray; readonly width: number; readonly height: number }

/** Mean light of a dark picture, and what all but a thousandth of it stays below; of 255. */
const darkMean = 40
const darkBright = 110

/** Variance of the Laplacian in the sharpest tile of a blurred picture: text in focus has hundreds. */
const blurredVariance = 25
const tilesAcross = 6

/** ITU-R BT.601. */
const greyOf = ({ data }: Pixels): Float32Array => {
  const grey = new Float32Array(data.length / 4)
  for (let at = 0; at < grey.length; at += 1)
    grey[at] = 0.299 * (data[4 * at] ?? 0) + 0.587 * (data[4 * at + 1] ?? 0) + 0.114 * (data[4 * at + 2] ?? 0)
  return grey
}

const isDark = (grey: Float32Array): boolean => {
  const counts = new Uint32Array(256)
  let sum = 0
  for (const light of grey) {
    const step = Math.min(255, Math.floor(light))
    counts[step] = (counts[step] ?? 0) + 1
    sum += light
  }
  let brighter = 0
  for (let step = 255; step >= darkBright; step -= 1) brighter += counts[step] ?? 0
  return sum / grey.length < darkMean && brighter < grey.length / 1_000
}

const varianceIn = (
  grey: Float32Array,
  width: number,
  { left, top, right, bottom }: Readonly<Record<'left' | 'top' | 'right' | 'bottom', number>>,
): number => {
  let [sum, squares, count] = [0, 0, 0]
  for (let y = top; y < bottom; y += 1)
    for (let x = left; x < right; x += 1) {
      const at = y * width + x
      const around =
        (grey[at - 1] ?? 0) + (grey[at + 1] ?? 0) + (grey[at - width] ?? 0) + (grey[at + width] ?? 0)
      const bend = around - 4 * (grey[at] ?? 0)
      sum += bend
      squares += bend * bend
      count += 1
    }
  return count === 0 ? 0 : squares / count - (sum / count) ** 2
}

const sharpest = (grey: Float32Array, width: number, height: number): number => {
  let most = 0
  for (let row = 0; row < tilesAcross; row += 1)
    for (let column = 0; column < tilesAcross; column += 1)
      most = Math.max(
        most,
        varianceIn(grey, width, {
          left: Math.max(1, Math.floor((width * column) / tilesAcross)),
          right: Math.min(width - 1, Math.floor((width * (column + 1)) / tilesAcross)),
          top: Math.max(1, Math.floor((height * row) / tilesAcross)),
          bottom: Math.min(height - 1, Math.floor((height * (row + 1)) / tilesAcross)),
        }),
      )
  return most
}

/** Null where nothing is to be said, and of pictures too small to say it. */
export const doubtOfPixels = (pixels: Pixels): PhotoDoubt | null => {
  const { width, height } = pixels
  if (Math.min(width, height) < 200) return null
  const grey = greyOf(pixels)
  if (isDark(grey)) return 'dark'
  return sharpest(grey, width, height) < blurredVariance ? 'blurred' : null
}

/** Wide enough that what cannot be read is still blurred in it. Pixels. */
const lookWidth = 1_024
const mostBytes = 30_000_000

/** Null also where this browser cannot tell. Never rejects. */
export const doubtOfPhoto = async (photo: Blob): Promise<PhotoDoubt | null> => {
  if (photo.size > mostBytes || !('OffscreenCanvas' in globalThis)) return null
  try {
    const picture = await createImageBitmap(photo, { resizeWidth: lookWidth, resizeQuality: 'medium' })
    const { width, height } = picture
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
    context?.drawImage(picture, 0, 0)
    picture.close()
    const data = context?.getImageData(0, 0, width, height).data
    return data === undefined ? null : doubtOfPixels({ data, width, height })
  } catch {
    return null
  }
}
