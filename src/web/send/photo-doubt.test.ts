/** Photo doubt on generated pictures: a page in focus, out of focus, in the dark; a film, which is dark and smooth. */
import { describe, expect, it } from 'vitest'
import { doubtOfPixels, type Pixels } from './photo-doubt.ts'

const width = 640
const height = 480

const paint = (light: (x: number, y: number) => number): Float32Array =>
  Float32Array.from({ length: width * height }, (_, at) => light(at % width, Math.floor(at / width)))

const pixelsOf = (grey: Float32Array, [w, h] = [width, height]): Pixels => {
  const data = new Uint8ClampedArray(w * h * 4)
  for (let at = 0; at < w * h; at += 1) data.fill(grey[at] ?? 0, 4 * at, 4 * at + 3)
  return { data, width: w, height: h }
}

/** Lines of small dark strokes on paper, as text is. */
const page = paint((x, y) => (y % 12 < 6 && (x * 7 + Math.floor(y / 12) * 13) % 5 < 2 ? 40 : 225))

const blur = (grey: Float32Array, radius: number): Float32Array => {
  const way = (from: Float32Array, step: number): Float32Array =>
    from.map((_, at) => {
      let sum = 0
      for (let n = -radius; n <= radius; n += 1) sum += from[at + n * step] ?? from[at] ?? 0
      return sum / (2 * radius + 1)
    })
  return way(way(way(way(grey, 1), width), 1), width)
}

/** A chest on a light box: black around, soft shadows, sharp letters in a corner. */
const film = paint((x, y) => {
  const soft = 90 * Math.exp(-(((x - 320) / 160) ** 2) - ((y - 240) / 150) ** 2)
  return x < 60 && y < 40 && (x >> 2) % 2 === 0 ? 230 : 8 + soft
})

describe('a photograph', () => {
  it('of a page in focus is as good as it is, also faint, and with one part in focus', () => {
    expect(doubtOfPixels(pixelsOf(page))).toBe(null)
    expect(doubtOfPixels(pixelsOf(page.map((light) => 150 + light / 6)))).toBe(null)
    const soft = blur(page, 6)
    expect(
      doubtOfPixels(pixelsOf(soft.map((light, at) => (at % width < 150 ? (page[at] ?? 0) : light)))),
    ).toBe(null)
  })

  it('out of focus is blurred', () => {
    expect(doubtOfPixels(pixelsOf(blur(page, 6)))).toBe('blurred')
  })

  it('in the dark is dark', () => {
    expect(doubtOfPixels(pixelsOf(page.map((light) => light / 8)))).toBe('dark')
  })

  it('of a film is neither: dark and smooth as it is, it is lit and has letters', () => {
    expect(doubtOfPixels(pixelsOf(film))).toBe(null)
  })

  it('that is too small to say is left alone', () => {
    expect(doubtOfPixels(pixelsOf(new Float32Array(100 * 100), [100, 100]))).toBe(null)
  })
})
