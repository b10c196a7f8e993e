/** What the desk sees of those it asked for records: who they say they are, and what they agreed to. */
import { z } from 'zod'
import { languages } from '#domain/language.ts'
import { senderRoles } from '#domain/sender-role.ts'
import type { Operation } from './operation.ts'
import { id, time } from './words.ts'

const role = z.enum(senderRoles)
const language = z.enum(languages)

/**
 * In the order they were invited. `role` and `name` are as the desk made the link, `introduced` in the sender's own
 * words; what was typed is null once the key of the case is gone. `consent` is the one that stands, else the last;
 * `kind` is `own` for a patient, `others` for who sends for one.
 */
export const listSendersReply = z.strictObject({
  senders: z.array(
    z.strictObject({
      sender: id,
      role,
      name: z.string().nullable(),
      introduced: z
        .strictObject({
          at: time,
          role,
          language,
          name: z.string().nullable(),
          mail: z.string().nullable(),
          phone: z.string().nullable(),
        })
        .nullable(),
      consent: z
        .strictObject({
          version: z.string(),
          kind: z.enum(['own', 'others']),
          language,
          givenAt: time,
          withdrawnAt: time.nullable(),
        })
        .nullable(),
      startedAt: time.nullable(),
      finishedAt: time.nullable(),
    }),
  ),
})

/** Operations with the side `portal`. */
export const sendersOperations = {
  listSenders: {
    side: 'portal',
    method: 'GET',
    path: '/api/cases/{case}/senders',
    gate: 'operator',
    summary: 'The senders of a case: who they say they are, what they agreed to, how far they are',
    reply: { status: 200, json: listSendersReply },
    refusals: ['case.not-found'],
  },
} as const satisfies Record<string, Operation>
