/** The words of the readers' pages: a file a language, none of which the sender's page loads, and the language of the moment. */
import { createContext, useContext } from 'react'
import type { Language } from '#domain/language.ts'
import { type Say, sayIn } from '#web/words/say.ts'
import { type Plural, type Tell, type TellOf, tellIn } from '#web/words/words.ts'
import type { messages } from './en.ts'

type English = typeof messages

export type ReadKey = keyof English

/** A file of words: complete, or it does not compile. */
export type ReadWords = {
  readonly messages: { readonly [K in ReadKey]: English[K] extends string ? string : Plural }
}

export type ReadSpoken = {
  readonly language: Language
  readonly t: TellOf<English>
  readonly say: Say
}

const files = {
  en: () => import('./en.ts'),
  hi: () => import('./hi.ts'),
  mr: () => import('./mr.ts'),
} satisfies Record<Language, () => Promise<ReadWords>>

const loaded = new Map<Language, ReadSpoken>()

/** Rejects when the words cannot be fetched; asked again, it tries again. */
export const loadReadWords = async (language: Language): Promise<ReadSpoken> => {
  const before = loaded.get(language)
  if (before !== undefined) return before
  const t = tellIn<English>(language, await files[language]())
  // Amounts have the same keys and names in braces in both files of English.
  const spoken = { language, t, say: sayIn(language, t as unknown as Tell) }
  loaded.set(language, spoken)
  return spoken
}

export const ReadSpokenContext = createContext<ReadSpoken | null>(null)

/** @throws when a view is drawn outside the frame. */
export const useReadSpoken = (): ReadSpoken => {
  const spoken = useContext(ReadSpokenContext)
  if (spoken === null) throw new Error('no language around this view')
  return spoken
}
