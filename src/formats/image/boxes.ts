/**
 * Boxes: the container of HEIC (ISO/IEC 14496-12 §4.2). Every length is checked against the box around it, and
 * no more than a bounded number of boxes is looked at.
 */
export type Box = {
  readonly type: string
  /** Of its size field. */
  readonly at: number
  /** Of its first content byte. */
  readonly start: number
  readonly end: number
}

const mostBoxes = 20_000

/**
 * The boxes that lie in `start … end-1`, and where they stop: at `end`, or before bytes that are no whole box. A
 * box that is said to be longer than what is there is the last one, `cut`.
 */
export const listBoxes = (
  bytes: Buffer,
  start: number,
  end: number,
): { readonly boxes: Box[]; readonly stop: number; readonly cut: boolean } => {
  const boxes: Box[] = []
  let at = start
  while (at + 8 <= end && boxes.length < mostBoxes) {
    const short = bytes.readUInt32BE(at)
    if (short === 1 && at + 16 > end) break
    const head = short === 1 ? 16 : 8
    const size = short === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : short === 0 ? end - at : short
    const type = bytes.toString('latin1', at + 4, at + 8)
    if (size < head || !/^[\x20-\x7e\xa9]{4}$/.test(type)) break
    const box = { type, at, start: at + head, end: Math.min(end, at + size) }
    boxes.push(box)
    if (at + size > end) return { boxes, stop: end, cut: true }
    at += size
  }
  return { boxes, stop: at, cut: false }
}

/** A reader of numbers that moves on; past its end it gives zeros and is `spent`. */
export type Cursor = {
  number(bytes: number): number
  /** Text up to the next zero. */
  text(): string
  readonly at: () => number
  readonly spent: () => boolean
}

/** Starts at `start` and reads nothing from `end` on. `bytes` of a number: 0–8. */
export const openCursor = (bytes: Buffer, start: number, end: number): Cursor => {
  let at = start
  let spent = false
  return {
    number: (length) => {
      if (at + length > end) spent = true
      const value =
        spent || length === 0
          ? 0
          : length <= 6
            ? bytes.readUIntBE(at, length)
            : Number(bytes.readBigUInt64BE(at))
      at += length
      return value
    },
    text: () => {
      const zero = bytes.indexOf(0, at)
      const stop = zero === -1 || zero > end ? end : zero
      const text = bytes.toString('latin1', Math.min(at, stop), Math.min(stop, at + 256))
      at = stop + 1
      return text
    },
    at: () => at,
    spent: () => spent || at > end,
  }
}
