/**
 * Compares two names. Words may stand in any order. Only writings in the same script are compared, never a
 * name with somebody's transliteration of it: where both names have both scripts, their own script decides and
 * another transliteration is a variant.
 */
import { readPersonName, type Writing } from './person-name.ts'
import { isCut, isInitial, isOneEdit, isRespelled, isSame, type Word } from './word.ts'

/** `edited`: one letter away, which may be a slip or a twin (Anna and Hanna). */
export type NameGrade = 'equal' | 'variant' | 'edited' | 'other'

/** Scripts by what they tell, most first: signs before sounds, sounds before their transliteration. */
const telling = ['Han', 'Kana', 'Hangul', 'Latin']
const rank = (script: string): number => {
  const at = telling.indexOf(script)
  return at === 0 ? 0 : at < 0 ? 1 : at + 1
}

/** Scripts that set no space between the words of a name. */
const unspaced = new Set(['Han', 'Kana', 'Hangul'])

type Left = { a: Word[]; b: Word[] }

/** Takes out pairs that are alike; gives what was taken of `a`. */
const takePairs = (
  left: Left,
  alike: (a: Word, b: Word) => boolean,
  most = Number.MAX_SAFE_INTEGER,
): Word[] => {
  const taken: Word[] = []
  left.a = left.a.filter((word) => {
    const at = taken.length < most ? left.b.findIndex((other) => alike(word, other)) : -1
    if (at < 0) return true
    left.b.splice(at, 1)
    taken.push(word)
    return false
  })
  return taken
}

/** Two or three words of `many`, in any order, that make up `word` when written as one. */
const findPieces = (
  word: Word,
  many: readonly Word[],
  taken: readonly Word[] = [],
): readonly Word[] | null => {
  const so = taken.map(({ plain }) => plain).join('')
  if (taken.length > 1 && so === word.plain) return taken
  if (taken.length === 3 || !word.plain.startsWith(so)) return null
  for (const next of many) {
    if (taken.includes(next)) continue
    const found = findPieces(word, many, [...taken, next])
    if (found !== null) return found
  }
  return null
}

const takeJoined = (from: Word[], many: Word[]): Word[] =>
  [...from].flatMap((word) => {
    const pieces = findPieces(word, many)
    if (pieces === null) return []
    from.splice(from.indexOf(word), 1)
    for (const piece of pieces) many.splice(many.indexOf(piece), 1)
    return [word, ...pieces]
  })

const isAside = ({ aside }: Word): boolean => aside === 'title' || aside === 'particle'

/** True when what one name has more than the other may be missing: a second family name, a middle name. */
const mayLack = (more: readonly Word[], lacking: readonly Word[], missing: readonly Word[]): boolean => {
  const structured = more.some(({ component }) => component !== null) ? more : lacking
  const matched = structured.filter((word) => !missing.includes(word) && word.aside === null)
  const has = (component: number): boolean => matched.some((word) => word.component === component)
  const known = structured.some(({ component }) => component !== null)
  return matched.length >= 2 && (!known || (has(0) && (has(1) || has(2))))
}

const byText = (a: Word, b: Word): number => (a.full < b.full ? -1 : a.full > b.full ? 1 : 0)
const textOf = (words: readonly Word[]): string => words.map(({ full }) => full).join(' ')

const compareWords = (one: readonly Word[], other: readonly Word[], script: string): NameGrade => {
  // Always from the same side, so that it does not matter which name is asked about the other.
  const [a = [], b = []] = [one.toSorted(byText), other.toSorted(byText)].sort((x, y) =>
    textOf(x) < textOf(y) ? -1 : 1,
  )
  const left: Left = { a: [...a], b: [...b] }
  const same = takePairs(left, isSame)
  const joined = [...takeJoined(left.a, left.b), ...takeJoined(left.b, left.a)]
  const respelled = takePairs(left, isRespelled)
  const cut = takePairs(left, isCut)
  const whole = [...same, ...joined, ...respelled, ...cut].some(
    ({ plain, aside }) => aside === null && (unspaced.has(script) || plain.length > 1),
  )
  const initials = takePairs(left, isInitial)
  const edited = takePairs(left, isOneEdit, 1)
  // Initials alone, or particles alone, tell nothing unless they are all there is, and the same.
  if (!whole && edited.length === 0)
    return same.length === a.length && a.length === b.length ? 'equal' : 'other'

  const rest = { a: left.a.filter((word) => !isAside(word)), b: left.b.filter((word) => !isAside(word)) }
  if (rest.a.length > 0 && rest.b.length > 0) return 'other'
  const missing = [...rest.a, ...rest.b]
  const names = same.filter(({ aside }) => aside === null).length
  const forgiven = missing.every(({ aside }) => aside === 'perhaps') && (missing.length === 0 || names >= 2)
  const [more, lacking] = rest.a.length > 0 ? [a, b] : [b, a]
  if (!forgiven && (edited.length > 0 || !mayLack(more, lacking, missing))) return 'other'
  if (edited.length > 0) return 'edited'
  const varied = respelled.length + cut.length + initials.length + (unspaced.has(script) ? 0 : joined.length)
  return forgiven && varied === 0 ? 'equal' : 'variant'
}

const grades: readonly NameGrade[] = ['equal', 'variant', 'edited', 'other']
const best = (some: readonly NameGrade[]): NameGrade =>
  grades.find((grade) => some.includes(grade)) ?? 'other'

const compareScript = (a: readonly Writing[], b: readonly Writing[], script: string): NameGrade | null => {
  const [ours, theirs] = [a, b].map((some) => some.filter((writing) => writing.script === script))
  const pairs = ours?.flatMap((one) =>
    (theirs ?? []).map((other) => compareWords(one.words, other.words, script)),
  )
  return pairs === undefined || pairs.length === 0 ? null : best(pairs)
}

/** How alike two names are, whichever is named first. */
export const compareNames = (a: string, b: string): NameGrade => {
  const [one, other] = [readPersonName(a), readPersonName(b)]
  const found = [...new Set(one.map(({ script }) => script))]
    .toSorted((x, y) => rank(x) - rank(y) || (x < y ? -1 : 1))
    .flatMap((script) => compareScript(one, other, script) ?? [])
  const [deciding = 'other', ...others] = found
  return deciding === 'equal' && others.some((grade) => grade !== 'equal') ? 'variant' : deciding
}
