/**
 * LZW as TIFF has it (TIFF 6.0 §13): counts the bytes a strip opens to, without making them. It needs the length
 * of every table entry and nothing else.
 */
const clear = 256
const endOfData = 257

/** How many bytes lie in `packed`, up to `most`; fewer when it breaks off or is no LZW. */
export const countLzw = (packed: Buffer, most: number): number => {
  const lengths = new Uint32Array(4_096).fill(1, 0, clear)
  let next = 258
  let width = 9
  let previous = 0
  let held = 0
  let bits = 0
  let count = 0
  for (const byte of packed) {
    held = (held << 8) | byte
    bits += 8
    if (bits < width) continue
    bits -= width
    const code = (held >>> bits) & ((1 << width) - 1)
    held &= (1 << bits) - 1
    if (code === endOfData) break
    if (code === clear) {
      next = 258
      width = 9
      previous = 0
      continue
    }
    if (
      code > next ||
      (code >= next && previous === 0) ||
      (code < next && code > endOfData && lengths[code] === 0)
    )
      break
    const length = code === next ? previous + 1 : (lengths[code] ?? 1)
    if (previous !== 0 && next < 4_096) {
      lengths[next] = previous + 1
      next += 1
    }
    // The table grows one code early, which everybody copied from the first writer.
    if (next >= (1 << width) - 1 && width < 12) width += 1
    previous = length
    count += length
    if (count >= most) return most
  }
  return count
}
