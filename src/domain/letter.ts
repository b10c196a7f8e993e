/**
 * Letter: one mail to one person about one case. It says as little as a postcard may: initials and two characters of
 * the case's number, never a name, a finding or a file. Its address and the link in it are sealed while it waits, and
 * gone once it has left.
 */
import type { Language } from './language.ts'
import { machine } from './state-machine.ts'

/** `link-asked` goes to the desk, every other to a sender. */
export const letterKinds = ['link', 'renewed-link', 'receipt', 'reminder', 'opened', 'link-asked'] as const

export type LetterKind = (typeof letterKinds)[number]

export const letterStates = ['owed', 'sent', 'kept', 'refused', 'failed', 'withdrawn'] as const

export type LetterState = (typeof letterStates)[number]

/**
 * `kept`: there is no mail here, the desk reads it and hands it on. `refused`: the other side will not have it.
 * `failed`: it was tried as often as letters are. `withdrawn`: what it says is no longer so.
 */
export const letterMachine = machine<LetterState>('letter', {
  owed: ['sent', 'kept', 'refused', 'failed', 'withdrawn'],
  sent: [],
  kept: [],
  refused: [],
  failed: [],
  withdrawn: [],
})

/** How a letter may end; only what is kept has words left. */
export type LetterEnd = Exclude<LetterState, 'owed'>

/** Tries before a letter is given up; with the pauses between them, about a day and a half. */
export const letterTries = 12

const minuteMs = 60_000

/** How long after this try (the first is 1) the next one may begin, milliseconds: from 1 minute up to 6 hours. */
export const letterPause = (attempt: number): number => minuteMs * Math.min(2 ** (attempt - 1), 360)

/** Days the words of a kept letter stay when nobody reads it. */
export const keptDays = 30

/** Hours they stay once somebody has: an answer that was lost on the way may be asked for again. */
export const readHours = 24

/** Receipts a sender may have mailed in 24 hours. */
export const receiptsPerDay = 5

/** The longest address there is (RFC 5321 §4.5.3.1.3, without its brackets). */
const longestAddress = 254

/** True for one plain address and nothing else: no list, no name, no quotes, no sign that ends a header line. */
export const isMailAddress = (text: string): boolean =>
  text.length <= longestAddress &&
  /^[^\s\p{Cc}\p{Zl}\p{Zp}<>()[\]\\,;:"@]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?$/u.test(text)

/** What the printed sheet that hands out a link says in one language. */
export type SheetPart = {
  readonly language: Language
  readonly title: string
  readonly about: string
  readonly steps: readonly string[]
  readonly until: string
  /** Null when the code is not to stand on the sheet. */
  readonly code: string | null
  readonly contact: string
}
