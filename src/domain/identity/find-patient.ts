/**
 * Find patient: looks for a person's name and birth date in the words of a document. Finding both is worth a note,
 * not finding them a warning; neither proves whose the document is. Names are compared script by script as files'
 * names are: ä may be ae or a, order and titles do not matter, a transliteration is never guessed.
 */
import { findBirthDate } from './date-in-text.ts'
import { fold } from './fold.ts'
import { readPersonName, type Writing } from './person-name.ts'

/** Words of a name stand at most so many words apart. */
const nearby = 6

/** Scripts that set no space between words. */
const unspaced = new Set(['Han', 'Kana', 'Hangul'])

const words = /[\p{L}\p{M}\p{N}]+/gu

type Words = ReadonlyMap<string, readonly number[]>

/** Where each word stands, written both ways. */
const placesOf = (text: string): Words => {
  const { plain, full } = fold(text)
  const places = new Map<string, number[]>()
  for (const form of plain === full ? [plain] : [plain, full]) {
    let at = 0
    for (const [word] of form.matchAll(words)) {
      const known = places.get(word)
      if (known === undefined) places.set(word, [at])
      else if (known.at(-1) !== at) known.push(at)
      at += 1
    }
  }
  return places
}

/** Words without which it is not this name: the family's and one given; of a name in one line, all of them. */
const needed = ({ words: all }: Writing): Writing['words'] => {
  const real = all.filter(({ aside }) => aside === null)
  const named = real.length > 0 ? real : all
  const [given] = named.filter(({ component }) => component === 1 || component === 2)
  return named.filter((word) => word.component === null || word.component === 0 || word === given)
}

const isNear = (places: readonly (readonly number[])[]): boolean => {
  const [first = [], ...others] = places
  // By sets: a text may have the one word forty thousand times, and then the other.
  const known = others.map((some) => new Set(some))
  const around = Array.from({ length: 2 * nearby + 1 }, (_, nth) => nth - nearby)
  return first.some((at) => known.every((some) => around.some((step) => some.has(at + step))))
}

const standsIn = (writing: Writing, text: Words, joined: () => string): boolean => {
  const wanted = needed(writing)
  if (wanted.length === 0) return false
  const places = wanted.map(({ plain, full }) => [...(text.get(plain) ?? []), ...(text.get(full) ?? [])])
  if (places.every((some) => some.length > 0) && isNear(places)) return true
  if (!unspaced.has(writing.script)) return false
  const whole = writing.words.map(({ plain }) => plain).join('')
  return Array.from(whole).length > 1 && joined().includes(whole)
}

/** What of a person stands in a text. */
export const findPatient = (
  text: string,
  {
    patientName,
    birthDate,
  }: { readonly patientName?: string | undefined; readonly birthDate?: string | undefined },
): { readonly name: boolean; readonly birthDate: boolean } => {
  const places = placesOf(text)
  const joined = (): string => fold(text).plain.replace(/[^\p{L}\p{M}\p{N}]+/gu, '')
  return {
    name: readPersonName(patientName ?? '').some((writing) => standsIn(writing, places, joined)),
    birthDate: findBirthDate(text, birthDate),
  }
}
