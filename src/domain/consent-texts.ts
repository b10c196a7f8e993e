/** Consent texts in every language, for a server. Drafts until a native reader and a lawyer of the house have looked at them. */

import { consent as en } from './consent/en.ts'
import { consent as hi } from './consent/hi.ts'
import { consent as mr } from './consent/mr.ts'
import { type ConsentKind, type ConsentTexts, type ConsentVersion, nameDesk } from './consent.ts'
import type { Language } from './language.ts'

export const consentTexts = { en, hi, mr } as const satisfies Record<Language, ConsentTexts>

/** The exact words a person agrees to. What is kept of a consent is a digest of them. */
export const consentWords = (
  version: ConsentVersion,
  kind: ConsentKind,
  language: Language,
  desk: string,
): string => nameDesk(consentTexts[language][version][kind], desk)
