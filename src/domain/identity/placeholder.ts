/** Placeholders: what is written where a name was not known or was taken out. They count as no name. */
import { fold } from './fold.ts'
import { readPersonName } from './person-name.ts'

/** One of these says that the rest is no name either. */
const telling =
  /^(anonym|anonimo|anonim[iy][sz]|deident|pseudonym|redacted|removed|withheld|testpat|nachname|vorname|lastname|firstname)/u
const tellingWords = new Set(['anon', 'phantom', 'noname', 'unnamed'])

/** A name of nothing but these is none. */
const empty = new Set(
  (
    'test tests tester testing patient patientin paciente pacjent name names none null nil na nn no not known ' +
    'unknown unbekannt desconocido inconnu nieznany unidentified dummy sample example demo qa qc daily default ' +
    'emergency notfall trauma temp temporary xray volunteer subject case person somebody nobody first last given ' +
    'family male female de identified'
  ).split(' '),
)

const saysNothing = (word: string): boolean => empty.has(word) || /^(.)\1*$/u.test(word)

/** True when a name is missing, made of signs and digits, or stands for no one. */
export const isNoName = (name: string | undefined): boolean => {
  if (name === undefined) return true
  const writings = readPersonName(name)
  const words = writings.flatMap((writing) => writing.words.map(({ plain }) => plain))
  if (words.some((word) => telling.test(word) || tellingWords.has(word))) return true
  const latin = writings.every(({ script }) => script === 'Latin')
  return latin && words.every(saysNothing)
}

/** An identifier without the space around it; null when there is none to speak of. */
export const readId = (id: string | undefined): string | null => {
  const text = fold(id ?? '').plain.trim()
  return text === '' || /^([0x?.*-])\1*$/u.test(text) || isPlaceholderWord(text) ? null : text
}

const isPlaceholderWord = (text: string): boolean =>
  telling.test(text) || tellingWords.has(text) || empty.has(text)
