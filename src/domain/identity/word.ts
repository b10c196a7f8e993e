/** Words of a name, and what makes two of them the same, nearly the same, or different. */
import type { Folded } from './fold.ts'

/** What may be left out of a name: titles, particles, and particles that are family names elsewhere (Le, Do, Das). */
export type Aside = 'title' | 'particle' | 'perhaps'

export type Word = Folded & {
  /** Which component it stood in (0 family, 1 given, 2 middle); null in a name without components. */
  readonly component: number | null
  /** True for the last word of a text as long as old systems keep: it may go on. */
  readonly cut: boolean
  readonly aside: Aside | null
}

const list = (words: string, aside: Aside): [string, Aside][] => words.split(' ').map((word) => [word, aside])

const asides = new Map<string, Aside>([
  ...list('dr prof mr mrs ms miss sir dame herr frau hr fr med phil dipl ing mag jr sr ii iii', 'title'),
  ...list('shri smt sra srta mme mlle pan pani sig', 'title'),
  ...list(
    'von vom van der zu zum zur de del della dei delle dos al el af av ter und ibn bint binti',
    'particle',
  ),
  ...list('la le les du do da di das den ten bin y e', 'perhaps'),
])

/** What a word is beside the name, if it is that. */
export const asideOf = ({ plain }: Folded): Aside | null => asides.get(plain) ?? null

const lengthOf = (text: string): number => Array.from(text).length

/** The same in both folded forms. */
export const isSame = (a: Folded, b: Folded): boolean => a.plain === b.plain && a.full === b.full

/** The same when ä may be ae or a. */
export const isRespelled = (a: Folded, b: Folded): boolean =>
  [a.plain, a.full].some((text) => text === b.plain || text === b.full)

/** One is the first letter of the other. */
export const isInitial = (a: Folded, b: Folded): boolean =>
  (lengthOf(a.plain) === 1) !== (lengthOf(b.plain) === 1) &&
  (a.plain.startsWith(b.plain) || b.plain.startsWith(a.plain))

const isStart = (start: Word, whole: Word): boolean =>
  start.cut &&
  [start.plain, start.full].some((text) => whole.plain.startsWith(text) || whole.full.startsWith(text))

/** One was cut off where an old system had no more room. */
export const isCut = (a: Word, b: Word): boolean => isStart(a, b) || isStart(b, a)

const oneStep = (from: readonly string[], to: readonly string[]): boolean => {
  const at = from.findIndex((letter, index) => letter !== to[index])
  if (at < 0) return to.length === from.length + 1
  const rest = (letters: readonly string[], start: number): string => letters.slice(start).join('')
  if (from.length !== to.length) return rest(from, at) === rest(to, at + 1)
  const swapped =
    from[at] === to[at + 1] && from[at + 1] === to[at] && rest(from, at + 2) === rest(to, at + 2)
  return swapped || rest(from, at + 1) === rest(to, at + 1)
}

/** Fewer letters than this are too few for a slip of the pen to be told from another name. */
const fewestLetters = 4

/** One letter more, less, other, or two neighbours swapped. */
export const isOneEdit = (a: Folded, b: Folded): boolean => {
  const [short = [], long = []] = [Array.from(a.plain), Array.from(b.plain)].sort(
    (one, other) => one.length - other.length,
  )
  if (short.length < fewestLetters || long.length - short.length > 1) return false
  return a.plain !== b.plain && oneStep(short, long)
}
