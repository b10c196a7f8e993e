/**
 * Composes letters and the words of the printed sheet: facts into sentences, in the reader's language and then in
 * English. Times are India's, with the zone named; digits are Latin. A place without a fact is a programming error.
 */

import type { Language } from '#domain/language.ts'
import type { LetterKind, SheetPart } from '#domain/letter.ts'
import type { LinkCheck } from '#domain/link.ts'
import { english } from './english.ts'
import { hindi } from './hindi.ts'
import { marathi } from './marathi.ts'
import type { LetterFacts, LetterWords, SheetFact } from './words.ts'

export const letterWords: { readonly [L in Language]: LetterWords } = { en: english, hi: hindi, mr: marathi }

const locales: { readonly [L in Language]: string } = { en: 'en-IN', hi: 'hi-IN', mr: 'mr-IN' }

/** What a letter or sheet is about, before it is words. */
export type LetterSubject = {
  readonly institution: string
  readonly contact: string
  /** Null when no name is known. */
  readonly initials: string | null
  /** Last two characters of the case's id. */
  readonly lastTwo: string
}

/** What only some kinds say. */
export type LetterMatter = {
  readonly link: { readonly url: string; readonly until: Date; readonly check: LinkCheck }
  readonly 'renewed-link': LetterMatter['link']
  /** `number` as `receiptNumber` has it. */
  readonly receipt: { readonly at: Date; readonly files: number; readonly number: string }
  readonly reminder: { readonly at: Date; readonly until: Date }
  readonly opened: { readonly at: Date }
  readonly 'link-asked': { readonly at: Date }
}

/** A letter by its kind, so that what it says fits what it is. */
export type LetterMatters = {
  readonly [Kind in LetterKind]: { readonly kind: Kind } & LetterMatter[Kind]
}[LetterKind]

export type ComposedLetter = { readonly subject: string; readonly text: string }

const place = /\{(\w+)\}/g

/** The sentence with its places filled. @throws Error for a place that no fact is for. */
export const fill = (sentence: string, facts: Readonly<Record<string, string>>): string =>
  sentence.replace(place, (_, name: string) => {
    const fact = facts[name]
    if (fact === undefined) throw new Error(`no fact for {${name}}`)
    return fact
  })

/** Day and time as people of the language write them, in India's time, the zone named. */
export const sayTime = (at: Date, language: Language): string => {
  const options = { timeZone: 'Asia/Kolkata', numberingSystem: 'latn' } as const
  const format = (parts: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(locales[language], { ...options, ...parts }).format(at)
  // Put together here: Intl's own pattern for Hindi puts the zone into the middle of "o'clock".
  return fill(letterWords[language].moment, {
    day: format({ day: 'numeric', month: 'long', year: 'numeric' }),
    clock: format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  })
}

const sayFiles = (count: number, language: Language): string => {
  const forms = letterWords[language].files
  const form = new Intl.PluralRules(locales[language]).select(count) === 'one' ? forms.one : forms.other
  return fill(form, {
    count: new Intl.NumberFormat(locales[language], { numberingSystem: 'latn' }).format(count),
  })
}

const sayPatient = ({ initials, lastTwo }: LetterSubject, language: Language): string => {
  const { known, unknown } = letterWords[language].patient
  return initials === null ? fill(unknown, { lastTwo }) : fill(known, { initials, lastTwo })
}

/** Every fact of a letter as words of the language. */
const factsOf = (
  matter: LetterMatters,
  subject: LetterSubject,
  language: Language,
): Readonly<Record<string, string>> => {
  const { institution, contact } = subject
  const common = { institution, contact, patient: sayPatient(subject, language) }
  const time = (at: Date): string => sayTime(at, language)
  switch (matter.kind) {
    case 'link':
    case 'renewed-link':
      return {
        ...common,
        url: matter.url,
        until: time(matter.until),
        check: letterWords[language].checks[matter.check],
      } satisfies Record<LetterFacts['link'], string>
    case 'receipt':
      return {
        ...common,
        at: time(matter.at),
        files: sayFiles(matter.files, language),
        number: matter.number,
      } satisfies Record<LetterFacts['receipt'], string>
    case 'reminder':
      return { ...common, at: time(matter.at), until: time(matter.until) } satisfies Record<
        LetterFacts['reminder'],
        string
      >
    case 'opened':
      return { ...common, at: time(matter.at) } satisfies Record<LetterFacts['opened'], string>
    case 'link-asked':
      return { patient: common.patient, at: time(matter.at) } satisfies Record<
        LetterFacts['link-asked'],
        string
      >
  }
}

const composeOne = (matter: LetterMatters, subject: LetterSubject, language: Language): ComposedLetter => {
  const words = letterWords[language].letters[matter.kind]
  const facts = factsOf(matter, subject, language)
  const body = words.body.map((paragraph) => fill(paragraph, facts)).filter((paragraph) => paragraph !== '')
  return { subject: fill(words.subject, facts), text: `${body.join('\n\n')}\n` }
}

/** A letter in the reader's language, and below it in English when that is another. */
export const composeLetter = (
  matter: LetterMatters,
  subject: LetterSubject,
  language: Language,
): ComposedLetter => {
  const own = composeOne(matter, subject, language)
  if (language === 'en') return own
  const also = composeOne(matter, subject, 'en')
  return { subject: `${own.subject} / ${also.subject}`, text: `${own.text}\n* * *\n\n${also.text}` }
}

/** The sheet's words in one language. */
export const composeSheet = (
  { until, code }: { readonly until: Date; readonly code: string | null },
  subject: LetterSubject,
  language: Language,
): SheetPart => {
  const words = letterWords[language].sheet
  const facts: Record<SheetFact, string> = {
    institution: subject.institution,
    contact: subject.contact,
    patient: sayPatient(subject, language),
    until: sayTime(until, language),
    code: code ?? '',
  }
  return {
    language,
    title: fill(words.title, facts),
    about: fill(words.about, facts),
    steps: words.steps.map((step) => fill(step, facts)),
    until: fill(words.until, facts),
    code: code === null ? null : fill(words.code, facts),
    contact: fill(words.contact, facts),
  }
}
