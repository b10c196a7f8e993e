/**
 * What letters and the printed sheet are made of: whole sentences with places for facts, in each language. A
 * sentence that one language lacks does not compile. No place takes a name, a finding or a file.
 */
import type { LetterKind } from '#domain/letter.ts'
import type { LinkCheck } from '#domain/link.ts'

/** What one letter says; `{place}` is filled from its facts. Paragraphs are parted by a line; an empty one is left out. */
export type LetterText = { readonly subject: string; readonly body: readonly string[] }

/** Forms of a phrase by number (CLDR); Hindi, Marathi and English have two. */
export type Counted = { readonly one: string; readonly other: string }

/** The printed sheet that hands out a link. `steps` are three. */
export type SheetText = {
  readonly title: string
  readonly about: string
  readonly steps: readonly [string, string, string]
  readonly until: string
  readonly code: string
  readonly contact: string
}

export type LetterWords = {
  readonly letters: { readonly [Kind in LetterKind]: LetterText }
  /** What is asked besides the link, as a paragraph. */
  readonly checks: { readonly [Check in LinkCheck]: string }
  /** A moment from `day` and `clock`; names India's zone. */
  readonly moment: string
  readonly files: Counted
  /** Whose records, when initials are known and when they are not. */
  readonly patient: { readonly known: string; readonly unknown: string }
  readonly sheet: SheetText
}

/** The places of letters: every one is in the words of each language, or a test fails. */
export type LetterFacts = {
  readonly link: 'institution' | 'contact' | 'patient' | 'url' | 'until' | 'check'
  readonly 'renewed-link': 'institution' | 'contact' | 'patient' | 'url' | 'until' | 'check'
  readonly receipt: 'institution' | 'contact' | 'patient' | 'files' | 'at' | 'number'
  readonly reminder: 'institution' | 'contact' | 'patient' | 'at' | 'until'
  readonly opened: 'institution' | 'contact' | 'patient' | 'at'
  readonly 'link-asked': 'patient' | 'at'
}

/** The places of the printed sheet. */
export type SheetFact = 'institution' | 'contact' | 'patient' | 'until' | 'code'
