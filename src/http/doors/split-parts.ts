/**
 * Splits a multipart body (RFC 2046 §5.1) into its parts while it arrives. Bytes are handed on where they lie; what
 * is held between two pieces is never more than one delimiter line or one part's header, so memory does not grow
 * with the body. The first delimiter decides whether lines end with CRLF or with LF alone: a file may end with CR
 * or hold the boundary after a bare LF, and keeps every byte.
 */

/** What hears of the parts, in order. What it throws comes out of `push`. */
export type PartSink = {
  begin(): void
  /** The part's next bytes, a view on the piece or on a copy: not to be kept. Never empty. */
  push(bytes: Buffer): void
  end(): void
}

export type Splitter = {
  /** Takes a piece and keeps no view of it. False: this is no such body, and nothing more may be given. */
  push(piece: Buffer): boolean
  /** The body is over: true when its last delimiter had come. */
  end(): boolean
}

/** A part's header may take so many bytes. */
export const mostPartHeader = 8_192

/** What stands before the first part and behind the last is not kept, and not without end. */
const mostAround = 65_536

/** White space between a boundary and the end of its line. */
const mostPadding = 64

const tab = 0x09
const lf = 0x0a
const cr = 0x0d
const space = 0x20
const dash = 0x2d

type LineEnd = { readonly found: 'next' | 'last'; readonly after: number; readonly bare: boolean }

/** What follows the boundary at `at`: a line's end, the closing dashes, other text, or not enough to say. */
const readLineEnd = (data: Buffer, at: number): LineEnd | 'text' | 'more' => {
  if (data[at] === dash && data[at + 1] === dash) return { found: 'last', after: at + 2, bare: false }
  if (data[at] === dash && at + 1 === data.length) return 'more'
  let end = at
  while (end - at < mostPadding && (data[end] === space || data[end] === tab)) end += 1
  if (end === data.length) return 'more'
  if (data[end] === lf) return { found: 'next', after: end + 1, bare: true }
  if (data[end] !== cr) return 'text'
  if (end + 1 === data.length) return 'more'
  return data[end + 1] === lf ? { found: 'next', after: end + 2, bare: false } : 'text'
}

/** Whether `data` has `wanted` at `at`, as far as it goes. */
const beginsWith = (data: Buffer, at: number, wanted: Buffer): boolean => {
  const length = Math.min(data.length - at, wanted.length)
  return data.compare(wanted, 0, length, at, at + length) === 0
}

/** Where the last bytes of `data` may be the beginning of `wanted`; its length when they are not. */
const beginningOf = (wanted: Buffer, data: Buffer, from: number): number => {
  for (let at = Math.max(from, data.length - wanted.length + 1); at < data.length; at += 1) {
    if (data[at] === wanted[0] && beginsWith(data, at, wanted)) return at
  }
  return data.length
}

/** Where the blank line that ends a header ends; -1 when it has not come. The header's own line has just begun. */
const headerEnd = (data: Buffer): number => {
  for (let at = 0; at < data.length; ) {
    if (data[at] === lf) return at + 1
    if (data[at] === cr && data[at + 1] === lf) return at + 2
    const line = data.indexOf(lf, at)
    if (line < 0) return -1
    at = line + 1
  }
  return -1
}

/** Starts splitting at `boundary`, which must be a usable one. */
export const splitParts = (boundary: string, sink: PartSink): Splitter => {
  const crlfDelimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  const lfDelimiter = crlfDelimiter.subarray(1)
  const opening = crlfDelimiter.subarray(2)
  let delimiter = lfDelimiter
  let state: 'before' | 'header' | 'body' | 'behind' = 'before'
  /** The next byte stands at the beginning of a line, so that a delimiter there has no line end of its own. */
  let lineBegins = true
  let held: Buffer = Buffer.alloc(0)
  let around = 0

  const give = (data: Buffer, from: number, to: number): void => {
    if (to === from) return
    lineBegins = false
    if (state === 'body') sink.push(from === 0 && to === data.length ? data : data.subarray(from, to))
    else around += to - from
  }
  const hold = (data: Buffer, from: number): void => {
    held = Buffer.from(data.subarray(from))
  }

  /** Takes a header at `at`; gives where its part begins, -1 when it is not all there, null when it is too long. */
  const takeHeader = (data: Buffer, at: number): number | null => {
    const bounded = data.subarray(at, at + mostPartHeader)
    const end = headerEnd(bounded)
    if (end < 0) {
      if (bounded.length === mostPartHeader) return null
      hold(data, at)
      return -1
    }
    state = 'body'
    lineBegins = true
    sink.begin()
    return at + end
  }

  /** Takes text or a part's bytes from `at` up to behind the next delimiter; -1 when the piece is used up. */
  const takeUntilDelimiter = (data: Buffer, at: number): number => {
    for (let search = at; ; ) {
      const begins = lineBegins && search === at && beginsWith(data, at, opening)
      if (begins && data.length - at < opening.length) {
        hold(data, at)
        return -1
      }
      const found = begins ? at : data.indexOf(delimiter, search)
      if (found < 0) {
        const tail = beginningOf(delimiter, data, search)
        give(data, at, tail)
        hold(data, tail)
        return -1
      }
      const line = readLineEnd(data, found + (begins ? opening.length : delimiter.length))
      if (line === 'text') {
        // The boundary is only the beginning of other text: part of the file.
        search = found + 1
        continue
      }
      give(data, at, found)
      if (line === 'more') {
        hold(data, found)
        return -1
      }
      if (state === 'body') sink.end()
      else if (!line.bare) delimiter = crlfDelimiter
      state = line.found === 'next' ? 'header' : 'behind'
      return line.after
    }
  }

  const push = (piece: Buffer): boolean => {
    const data = held.length === 0 ? piece : Buffer.concat([held, piece])
    if (held.length > 0) held = Buffer.alloc(0)
    for (let at = 0; at >= 0 && at < data.length; ) {
      if (state === 'behind') {
        around += data.length - at
        at = -1
      } else if (state === 'header') {
        const next = takeHeader(data, at)
        if (next === null) return false
        at = next
      } else at = takeUntilDelimiter(data, at)
      if (around > mostAround) return false
    }
    return true
  }

  return { push, end: () => state === 'behind' }
}
