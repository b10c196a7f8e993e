/**
 * Consent: what a sender agrees to before a byte is sent. A text that has been shown is never edited: other words are
 * another version, and what was agreed to is kept as version, language and digest of the words. The words are a file a
 * language, so that a page loads its own and no other.
 */
import type { Language } from './language.ts'
import type { SenderRole } from './sender-role.ts'

/** The patient agrees; everyone else says that they may. */
export type ConsentKind = 'own' | 'others'

export const consentKindOf = (role: SenderRole): ConsentKind => (role === 'patient' ? 'own' : 'others')

/** Every version that was ever shown, oldest first. */
export const consentVersions = ['2026-11'] as const

export type ConsentVersion = (typeof consentVersions)[number]

/** What is shown today. */
export const currentConsent: ConsentVersion = '2026-11'

/** The words of one language. `{desk}` is the name of the desk. */
export type ConsentTexts = Readonly<Record<ConsentVersion, Readonly<Record<ConsentKind, string>>>>

/** A text with the name of the desk in it. */
export const nameDesk = (text: string, desk: string): string => text.replaceAll('{desk}', () => desk)

/** A consent as it was given. It stands until it is withdrawn. */
export type Consent = {
  readonly version: string
  readonly kind: ConsentKind
  readonly language: Language
  readonly givenAt: Date
  readonly withdrawnAt: Date | null
}

/** True for a version that was ever shown. */
export const isConsentVersion = (text: string): text is ConsentVersion =>
  (consentVersions as readonly string[]).includes(text)
