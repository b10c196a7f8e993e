/** What the desk reads of the letters to senders, and how it prints a link on paper. */
import { z } from 'zod'
import { languages } from '#domain/language.ts'
import { isMailAddress, letterKinds, letterStates } from '#domain/letter.ts'
import type { Operation } from './operation.ts'
import { count, id, line, time } from './words.ts'

const small = 65_536

/** One plain address, which nothing can be hung on to. */
export const mailAddress = z.email().max(254).refine(isMailAddress, 'one plain address')

const letterHead = {
  letter: id,
  kind: z.enum(letterKinds),
  state: z.enum(letterStates),
  language: z.enum(languages),
  sender: id,
  link: id.nullable(),
  attempts: count,
  createdAt: time,
  endedAt: time.nullable(),
  readAt: time.nullable(),
  hasWords: z.boolean(),
}

/** Letters of a case, oldest first, without their words. `hasWords`: kept for the desk, and to be read below. */
const listLettersReply = z.strictObject({ letters: z.array(z.strictObject(letterHead)) })

/** A letter to be handed on by the desk. Its words are gone a day after they were first read. */
const letterReply = z.strictObject({
  ...letterHead,
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  attachments: z.array(z.strictObject({ name: z.string(), type: z.string(), content: z.string() })),
})

/**
 * The sheet of a link. `url` is the link as it was shown once. `code` must be the link's, and stands on the sheet only
 * with `withCode`: else it should reach the sender another way.
 */
const printLinkRequest = z.strictObject({
  url: line(4_096),
  code: line(64).optional(),
  withCode: z.boolean().default(false),
  languages: z
    .array(z.enum(languages))
    .min(1)
    .max(languages.length)
    .default([...languages]),
})

/** Operations with the side `portal`. */
export const letterOperations = {
  listLetters: {
    side: 'portal',
    method: 'GET',
    path: '/api/cases/{case}/letters',
    gate: 'operator',
    summary: 'What was written to the senders of a case, and what became of it',
    reply: { status: 200, json: listLettersReply },
    refusals: ['case.not-found'],
  },
  readLetter: {
    side: 'portal',
    method: 'GET',
    path: '/api/letters/{letter}',
    gate: 'operator',
    summary: 'The words of a letter that is kept because no mail is sent from here',
    reply: { status: 200, json: letterReply },
    refusals: ['letter.not-found', 'letter.gone'],
  },
  dropLetter: {
    side: 'portal',
    method: 'DELETE',
    path: '/api/letters/{letter}',
    gate: 'operator',
    summary: 'Take the words of a kept letter away at once',
    reply: { status: 204 },
    refusals: ['letter.not-found', 'letter.gone'],
  },
  printLink: {
    side: 'portal',
    method: 'POST',
    path: '/api/links/{link}/letter',
    gate: 'operator',
    summary: 'A sheet of paper that hands out a link: QR code, what to do, until when',
    body: { json: printLinkRequest, limit: small },
    reply: { status: 200, type: 'application/pdf' },
    refusals: ['link.invalid', 'link.expired', 'link.revoked', 'link.code-wrong', 'case.closed'],
  },
} as const satisfies Record<string, Operation>
