/**
 * Text search: finds what somebody typed in the words of a document, without regard to case, accents, width and
 * space. Vowel signs of Indian scripts are letters and are kept. Every word must occur; snippets show where.
 */
import { fold } from './identity/fold.ts'

/** Characters shown before and after what was found. */
const around = 60
const mostSnippets = 3

/** A text made ready to be searched: `starts[n]` is where in `text` the nth unit of `folded` came from. */
type Folded = { readonly text: string; readonly folded: string; readonly starts: readonly number[] }

const known = new Map<string, string>()
const mostKnown = 20_000

const foldLetter = (letter: string): string => {
  const found = known.get(letter)
  if (found !== undefined) return found
  const folded = /^\s$/u.test(letter) ? ' ' : fold(letter).plain
  if (known.size < mostKnown) known.set(letter, folded)
  return folded
}

const foldText = (raw: string): Folded => {
  const text = raw.normalize('NFKC')
  const starts: number[] = []
  const pieces: string[] = []
  let at = 0
  let spaced = true
  for (const letter of text) {
    const folded = foldLetter(letter)
    const skip = folded === ' ' && spaced
    if (!skip && folded !== '') {
      for (let unit = 0; unit < folded.length; unit += 1) starts.push(at)
      pieces.push(folded)
      spaced = folded === ' '
    }
    at += letter.length
  }
  return { text, folded: pieces.join(''), starts }
}

/** The words to look for, each once; none when there is nothing in it to look for. */
export const searchWords = (query: string): readonly string[] => [
  ...new Set(
    foldText(query)
      .folded.split(' ')
      .filter((word) => /[\p{L}\p{N}]/u.test(word)),
  ),
]

const isLow = (text: string, at: number): boolean => /[\udc00-\udfff]/.test(text.charAt(at))

const snippetAt = ({ text, starts }: Folded, at: number, length: number): string => {
  const from = starts[at] ?? 0
  const to = starts[at + length] ?? text.length
  let start = Math.max(0, from - around)
  let end = Math.min(text.length, to + around)
  if (isLow(text, start)) start -= 1
  if (isLow(text, end)) end += 1
  const shown = text.slice(start, end).replace(/\s+/gu, ' ').trim()
  return `${start > 0 ? '… ' : ''}${shown}${end < text.length ? ' …' : ''}`
}

/** What is shown of a text in which every word stands; null when one of them does not. */
export const findWords = (text: string, words: readonly string[]): readonly string[] | null => {
  const ready = foldText(text)
  if (words.length === 0 || !words.every((word) => ready.folded.includes(word))) return null
  const phrase = words.join(' ')
  const wanted = ready.folded.includes(phrase) ? [phrase] : words
  const snippets: string[] = []
  let shownTo = -1
  for (const word of wanted)
    for (let at = ready.folded.indexOf(word); at >= 0; at = ready.folded.indexOf(word, at + word.length)) {
      if (snippets.length === mostSnippets) return snippets
      if (at < shownTo && at + 2 * around > shownTo) continue
      snippets.push(snippetAt(ready, at, word.length))
      shownTo = at + word.length + around
      if (wanted.length > 1) break
    }
  return snippets
}
