/**
 * What a search of DICOM objects looks for (PS3.18 §8.3.4, PS3.4 §C.2.2.2): single values, lists of UIDs, wildcards,
 * ranges of dates and times. A value that its type cannot have is refused rather than passed over: a filter that does
 * not hold shows what was not asked for.
 */
import type { DicomAttribute, QueryLevel } from './dicom-attributes.ts'
import { readUid } from './study.ts'

/** `from` and `to` are inclusive and as long as the values they are compared with are made. */
export type Wanted =
  | { readonly kind: 'list'; readonly values: readonly string[] }
  | { readonly kind: 'range'; readonly from: string; readonly to: string }
  | { readonly kind: 'pattern'; readonly pattern: string }

export type Match = { readonly attribute: DicomAttribute; readonly wanted: Wanted }

export type DicomQuery = {
  readonly level: QueryLevel
  readonly study?: string
  readonly series?: string
  readonly matches: readonly Match[]
  /** Keys of attributes asked for beyond the usual ones. */
  readonly include: 'all' | ReadonlySet<string>
  readonly limit: number
  readonly offset: number
}

const longestTerm = 1_024
const mostListed = 1_000

const date = /^\d{8}$/
// PS3.5 §6.2 (TM); colons as old files and some clients write them.
const time = /^([01]\d|2[0-3])([0-5]\d([0-5]\d|60)?(\.\d{1,6})?)?$/

const pad = (text: string, end: 'from' | 'to'): string => {
  const shape = end === 'from' ? '000000000000' : '235959999999'
  const digits = text.replace('.', '')
  return digits + shape.slice(digits.length)
}

const readMoment = (vr: string, text: string, end: 'from' | 'to'): string | null => {
  if (vr === 'DA') return date.test(text) ? text : null
  const plain = text.replaceAll(':', '')
  return time.test(plain) ? pad(plain, end) : null
}

const readRange = (vr: string, text: string): Wanted | null => {
  const [first = '', last, ...more] = text.split('-')
  if (more.length > 0) return null
  const [lowest, highest] = vr === 'DA' ? ['00000000', '99999999'] : ['000000000000', '999999999999']
  if (last === undefined) {
    const [from, to] = [readMoment(vr, first, 'from'), readMoment(vr, first, 'to')]
    return from === null || to === null ? null : { kind: 'range', from, to }
  }
  if (first === '' && last === '') return null
  const from = first === '' ? lowest : readMoment(vr, first, 'from')
  const to = last === '' ? highest : readMoment(vr, last, 'to')
  return from === null || to === null ? null : { kind: 'range', from: from ?? '', to: to ?? '' }
}

const readList = (vr: string, text: string): Wanted | null => {
  const values = text.split(/[,\\]/).map((value) => value.trim())
  const fit = vr === 'UI' ? (value: string) => readUid(value) !== null : (value: string) => value !== ''
  return values.length <= mostListed && values.every(fit) ? { kind: 'list', values } : null
}

/** What is wanted of an attribute; `'any'` for a value that everything matches, null for one that it cannot have. */
export const readWanted = ({ vr }: DicomAttribute, text: string): Wanted | 'any' | null => {
  const term = text.trim()
  if (term === '' || term === '""' || /^\*+$/.test(term)) return 'any'
  if (vr === 'UI') return readList(vr, term)
  if (term.length > longestTerm) return null
  if (vr === 'DA' || vr === 'TM') return readRange(vr, term)
  if (vr === 'IS')
    return /^[+-]?\d{1,10}$/.test(term) ? { kind: 'list', values: [String(Number(term))] } : null
  // No code has a comma in it, so that a list of them is plain, which the standard has for UIDs alone.
  if (vr === 'CS' && !/[*?]/.test(term)) return readList(vr, term)
  return { kind: 'pattern', pattern: term }
}

/** True when `text` is as `pattern` says: `*` any characters, `?` one. Takes no longer than both are long, squared. */
export const matchesPattern = (text: string, pattern: string): boolean => {
  const [signs, marks] = [Array.from(text), Array.from(pattern)]
  let [at, mark, star, after] = [0, 0, -1, 0]
  while (at < signs.length) {
    if (marks[mark] === '*') {
      star = mark
      after = at
      mark += 1
    } else if (marks[mark] === '?' || marks[mark] === signs[at]) {
      at += 1
      mark += 1
    } else if (star >= 0) {
      mark = star + 1
      after += 1
      at = after
    } else return false
  }
  return marks.slice(mark).every((sign) => sign === '*')
}

/** Names are alike whatever their case, with empty parts at the end or without. Takes no longer than the name is long. */
const plainName = (name: string): string => {
  const plain = name.trim().toLowerCase().normalize('NFC')
  let end = plain.length
  while (plain[end - 1] === '^') end -= 1
  return plain.slice(0, end)
}

const matchesName = (name: string, pattern: string): boolean =>
  [name, ...name.split('=')].some((group) => matchesPattern(plainName(group), plainName(pattern)))

const matchesRange = (vr: string, value: string, from: string, to: string): boolean => {
  const moment = readMoment(vr, vr === 'DA' ? value.replaceAll('.', '') : value, 'from')
  return moment !== null && from <= moment && moment <= to
}

/** True when one of the values is what is wanted; an attribute without a value is nothing that can be wanted. */
export const matches = (
  { vr }: DicomAttribute,
  wanted: Wanted,
  values: readonly (string | number)[],
): boolean =>
  values.some((value) => {
    const text = String(value)
    if (wanted.kind === 'list') return wanted.values.includes(text)
    if (wanted.kind === 'range') return matchesRange(vr, text, wanted.from, wanted.to)
    return vr === 'PN' ? matchesName(text, wanted.pattern) : matchesPattern(text, wanted.pattern)
  })
