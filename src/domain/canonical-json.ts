/**
 * Canonical JSON (RFC 8785): one text for one value, so that a signature or digest over it can be checked by
 * anyone who parses and writes it again. Members stand in the order of their UTF-16 code units, numbers as
 * ECMAScript writes them, no white space.
 */

const plain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const text = (value: string): string => {
  if (!value.isWellFormed()) throw new TypeError('canonical JSON: half of a surrogate pair')
  return JSON.stringify(value)
}

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * The canonical text of null, booleans, finite numbers, strings, arrays and plain objects of these. A member
 * whose value is `undefined` is left out, as in `JSON.stringify`.
 * @throws TypeError for anything else (dates, bigints, NaN, lone surrogates, `undefined` in an array).
 */
export const canonicalJson = (value: unknown): string => {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return text(value)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(',')}]`
  if (typeof value === 'object' && plain(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined)
    members.sort(([a], [b]) => byCodeUnits(a, b))
    return `{${members.map(([name, member]) => `${text(name)}:${canonicalJson(member)}`).join(',')}}`
  }
  throw new TypeError(`canonical JSON: no form for a value of type ${typeof value}`)
}
