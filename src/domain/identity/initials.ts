/**
 * Initials: what a page may show of a patient to somebody who only has the link. One letter of the given name and
 * one of the family's, as a person reads letters: a Devanagari letter with its signs is one.
 */
import { fold } from './fold.ts'
import { isNoName } from './placeholder.ts'
import { asideOf } from './word.ts'

const letters = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** The first letter of a word, as large as it can be and stay one letter. */
const firstLetter = (word: string): string => {
  const [first] = letters.segment(word)
  const letter = first?.segment ?? ''
  const large = letter.toUpperCase()
  return [...letters.segment(large)].length === 1 ? large : letter
}

/** Words of a name without titles, and without particles where `fewest` others are left. */
const wordsOf = (text: string, fewest: number): string[] => {
  const words = text.split(/[^\p{L}\p{M}\u200c\u200d]+/u).filter((word) => /^\p{L}/u.test(word))
  const untitled = words.filter((word) => asideOf(fold(word)) !== 'title')
  const named = untitled.filter((word) => asideOf(fold(word)) === null)
  if (named.length >= fewest) return named
  return untitled.length > 0 ? untitled : words
}

/**
 * Initials of a name as a form has it (`Jane Doe`) or as DICOM does (`Doe^Jane`): given name first. Null when there is
 * no name, or none that is somebody's.
 */
export const initialsOf = (name: string | undefined): string | null => {
  if (name === undefined || isNoName(name)) return null
  const group = name
    .normalize('NFC')
    .split('=')
    .find((text) => /\p{L}/u.test(text))
  const [first = '', given] = (group ?? '').split('^')
  const parts =
    given === undefined
      ? [wordsOf(first, 2).at(0), wordsOf(first, 2).slice(1).at(-1)]
      : [wordsOf(given, 1).at(0), wordsOf(first, 1).at(0)]
  const initials = parts.map((word) => firstLetter(word ?? '')).join('')
  return initials === '' ? null : initials
}
