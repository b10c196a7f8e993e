/**
 * Person names as DICOM writes them (PS3.5 §6.2, PN): up to three groups separated by `=` (alphabetic,
 * ideographic, phonetic), each of up to five components separated by `^` (family, given, middle, prefix, suffix).
 * A name that a person typed in one line is read as well: its words then have no component.
 */
import { fold } from './fold.ts'
import { asideOf, type Word } from './word.ts'

/** Words of one script. A name in two scripts has two of these. */
export type Writing = { readonly script: string; readonly words: readonly Word[] }

/** More words than this are not a name; the rest is not looked at. */
const mostWords = 12
const longestName = 512

/** Old systems keep so many characters, and drop the rest. */
const cutLengths: readonly number[] = [16, 64]

const scripts = [
  ['Han', /\p{Script=Han}/u],
  ['Kana', /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ['Hangul', /\p{Script=Hangul}/u],
  ['Latin', /\p{Script=Latin}/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Arabic', /\p{Script=Arabic}/u],
  ['Hebrew', /\p{Script=Hebrew}/u],
  ['Devanagari', /\p{Script=Devanagari}/u],
] as const

const scriptOf = (text: string): string => scripts.find(([, letter]) => letter.test(text))?.[0] ?? 'other'

const lengthOf = (text: string): number => Array.from(text).length

const wordsOf = (text: string, component: number | null, wholeIsCut: boolean): Word[] => {
  const pieces = text
    .normalize('NFC')
    .split(/[^\p{L}\p{M}\p{N}'’‘ʼʻ`´\u00ad\u200b-\u200d\u2060]+/u)
    .map(fold)
    .filter(({ plain }) => /\p{L}/u.test(plain) && !/\p{N}/u.test(plain))
  const isCut = wholeIsCut || cutLengths.includes(lengthOf(text))
  // A particle that is a component of its own is somebody's name: Lê, Đỗ, Văn.
  const particles = pieces.every((piece) => asideOf(piece) !== null && asideOf(piece) !== 'title')
  return pieces.map((piece, index) => ({
    ...piece,
    component,
    cut: isCut && index === pieces.length - 1,
    aside: component !== null && particles ? null : asideOf(piece),
  }))
}

const readGroup = (group: string): Writing[] => {
  const trimmed = group.replace(/[\s^]+$/u, '')
  const wholeIsCut = cutLengths.includes(lengthOf(trimmed))
  const components = trimmed.split('^')
  const last = components.length - 1
  const named = components
    .slice(0, 3)
    .flatMap((text, index) => wordsOf(text.trim(), last === 0 ? null : index, wholeIsCut && index === last))
  // What stands only where titles belong is better than no name.
  const words = named.length > 0 ? named : components.slice(3, 5).flatMap((text) => wordsOf(text, 1, false))
  const [latin, others] = [
    words.filter(({ plain }) => scriptOf(plain) === 'Latin'),
    words.filter(({ plain }) => scriptOf(plain) !== 'Latin'),
  ]
  return [latin, others]
    .filter((some) => some.length > 0)
    .map((some) => ({
      script: scriptOf(some.map(({ plain }) => plain).join('')),
      words: some.slice(0, mostWords),
    }))
}

/** Every writing of a name, in the order of its groups. Text without a letter gives none. */
export const readPersonName = (name: string): readonly Writing[] =>
  name.slice(0, longestName).split('=').slice(0, 3).flatMap(readGroup)
