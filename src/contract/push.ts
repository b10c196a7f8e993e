/** Pushes: a case, or one study of it, sent to a PACS that the settings name. */
import { z } from 'zod'
import { longestUid, uidPattern } from '#domain/study.ts'
import type { Operation } from './operation.ts'
import { count, id, time } from './words.ts'

/** `target` is a name of `PUSH_TARGETS`; without `study` every study of the case goes. */
export const pushRequest = z.strictObject({
  target: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  study: z.string().max(longestUid).regex(uidPattern).optional(),
})

export const pushReply = z.strictObject({ push: id })

/** `sent` and `failed` count instances; `words` say how it stands to whoever asked. Newest first. */
export const listPushesReply = z.strictObject({
  targets: z.array(z.string()),
  pushes: z.array(
    z.strictObject({
      push: id,
      target: z.string(),
      study: z.string().nullable(),
      state: z.enum(['owed', 'running', 'done', 'failed']),
      sent: count,
      failed: count,
      code: z.string().nullable(),
      words: z.string(),
      createdAt: time,
      endedAt: time.nullable(),
    }),
  ),
})

const small = 65_536

const asking = {
  side: 'portal',
  method: 'POST',
  body: { json: pushRequest, limit: small },
  reply: { status: 201, json: pushReply },
  refusals: ['case.not-found', 'case.closed', 'item.not-found', 'push.unknown-target'],
} as const

const listing = {
  side: 'portal',
  method: 'GET',
  reply: { status: 200, json: listPushesReply },
  refusals: ['case.not-found'],
} as const

/** Operations with the side `portal`. */
export const pushOperations = {
  pushCase: {
    ...asking,
    path: '/api/cases/{case}/pushes',
    gate: 'operator',
    summary: 'Send a case or a study to a PACS by STOW-RS; asked twice while under way it is one',
  },
  listPushes: {
    ...listing,
    path: '/api/cases/{case}/pushes',
    gate: 'operator',
    summary: 'What was sent to which PACS, and how it stands',
  },
  pushRead: {
    ...asking,
    path: '/api/read/pushes',
    gate: 'guest',
    summary: 'The same for a reader, of the case they were let in to',
  },
  listReadPushes: {
    ...listing,
    path: '/api/read/pushes',
    gate: 'guest',
    summary: 'What of the case was sent to which PACS, and how it stands',
  },
} as const satisfies Record<string, Operation>
