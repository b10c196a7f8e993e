/** Which bytes a GET asks for: `Range` and its conditions (RFC 9110 §13, §14). Pure. */

/** Bytes `start … end-1`. */
export type ByteRange = { readonly start: number; readonly end: number }

// RFC 9110 §14.1.2: first-last, first-, or -suffix.
const spec = /^(\d*)-(\d*)$/

/**
 * The one range a `Range` field asks for of `length` bytes: null when the field is to be ignored (absent, another
 * unit, malformed, several ranges), `'unsatisfiable'` when it lies outside.
 */
export const readRange = (field: string | undefined, length: number): ByteRange | 'unsatisfiable' | null => {
  const [, unit, list] = /^([A-Za-z]+)=(.*)$/.exec(field ?? '') ?? []
  if (unit?.toLowerCase() !== 'bytes' || list === undefined) return null
  const wanted = list
    .split(',', 9)
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const [, first, last] = (wanted.length === 1 ? spec.exec(wanted[0] ?? '') : null) ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return null
  if (first === '') {
    const suffix = Number(last)
    if (suffix === 0 || length === 0) return 'unsatisfiable'
    return { start: Math.max(0, length - suffix), end: length }
  }
  const start = Number(first)
  const end = last === '' ? length : Number(last) + 1
  if (end <= start && last !== '') return null
  return start >= length ? 'unsatisfiable' : { start, end: Math.min(end, length) }
}

/**
 * RFC 9110 §13.1.5: a range holds only for the same content: the exact strong tag, or exactly the time it was
 * last changed. Without `If-Range` it holds.
 */
export const rangeHolds = (ifRange: string | undefined, etag: string, modified: Date): boolean =>
  ifRange === undefined || ifRange === etag || ifRange === modified.toUTCString()

/** RFC 9110 §13.1.2: true when the client has this content already; weak tags compare by their text. */
export const isKnown = (ifNoneMatch: string | undefined, etag: string): boolean => {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  return Array.from(ifNoneMatch.matchAll(/(?:W\/)?("[^"]*")/g), ([, tag]) => tag).includes(etag)
}
