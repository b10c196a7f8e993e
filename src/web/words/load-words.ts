/** Words of a language as a chunk of its own, fetched when somebody chooses it and kept. */
import type { ConsentTexts } from '#domain/consent.ts'
import type { Language } from '#domain/language.ts'
import { type Say, sayIn } from './say.ts'
import { type Tell, tellIn, type VerdictWords, type Words } from './words.ts'

const files = {
  en: () => import('./en.ts'),
  hi: () => import('./hi.ts'),
  mr: () => import('./mr.ts'),
} satisfies Record<Language, () => Promise<Words>>

const verdictFiles = {
  en: () => import('./en-verdicts.ts'),
  hi: () => import('./hi-verdicts.ts'),
  mr: () => import('./mr-verdicts.ts'),
} satisfies Record<Language, () => Promise<VerdictWords>>

export type Spoken = {
  readonly language: Language
  readonly t: Tell
  readonly say: Say
  readonly consent: ConsentTexts
}

const loaded = new Map<Language, Spoken>()

/** A language that is here already; null when it must be loaded first. */
export const spokenNow = (language: Language): Spoken | null => loaded.get(language) ?? null

/** Rejects when the words cannot be fetched; asked again, it tries again. */
export const loadWords = async (language: Language): Promise<Spoken> => {
  const before = loaded.get(language)
  if (before !== undefined) return before
  const words = await files[language]()
  const t = tellIn(language, words)
  const spoken = { language, t, say: sayIn(language, t), consent: words.consent }
  loaded.set(language, spoken)
  return spoken
}

/** The sentences of verdicts; rejects when they cannot be fetched. */
export const loadVerdicts = async (language: Language): Promise<VerdictWords['verdicts']> =>
  (await verdictFiles[language]()).verdicts
