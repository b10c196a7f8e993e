/** De-identified copies: how one is asked for, and what is told of it. */
import { z } from 'zod'
import { burnedInChoices, copyDates, copyStates, leftOutReasons } from '#domain/copy.ts'
import { itemKinds } from '#domain/item.ts'
import type { Operation } from './operation.ts'
import { count, id, time } from './words.ts'

const small = 65_536

/**
 * `dates`: as they are, all moved by one number of days that nobody is told, or gone. `characteristics`: sex, age, size
 * and weight stay. `burnedIn`: pictures that may show a name (ultrasound, screenshots, photos) are left out, or are in
 * the copy with a warning.
 */
const copyOptions = z.strictObject({
  dates: z.enum(copyDates).default('shift'),
  characteristics: z.boolean().default(false),
  burnedIn: z.enum(burnedInChoices).default('leave-out'),
})

const askCopyRequest = z.strictObject({
  options: copyOptions.default({ dates: 'shift', characteristics: false, burnedIn: 'leave-out' }),
})

const askCopyReply = z.strictObject({ copy: id })

/**
 * Copies of a case, oldest first. Only one that is `ready` has numbers. `stale`: the case has changed since; the copy is
 * still what it was. `warnings`: what whoever hands it on has to know.
 */
const listCopiesReply = z.strictObject({
  copies: z.array(
    z.strictObject({
      copy: id,
      state: z.enum(copyStates),
      options: copyOptions,
      askedAt: time,
      endedAt: time.nullable(),
      revision: count.nullable(),
      stale: z.boolean(),
      files: count.nullable(),
      bytes: count.nullable(),
      leftOut: z.array(
        z.strictObject({ kind: z.enum(itemKinds), reason: z.enum(leftOutReasons), files: count }),
      ),
      warnings: z.array(z.string()),
    }),
  ),
})

/** Operations with the side `portal`. */
export const copyOperations = {
  askCopy: {
    side: 'portal',
    method: 'POST',
    path: '/api/cases/{case}/copies',
    gate: 'operator',
    summary: 'Have a copy made of the pictures of a case without whose they are (PS3.15, basic profile)',
    body: { json: askCopyRequest, limit: small },
    reply: { status: 201, json: askCopyReply },
    refusals: ['case.not-found', 'case.closed', 'copy.enough'],
  },
  listCopies: {
    side: 'portal',
    method: 'GET',
    path: '/api/cases/{case}/copies',
    gate: 'operator',
    summary: 'De-identified copies of a case: which are ready, and what is not in them',
    reply: { status: 200, json: listCopiesReply },
    refusals: ['case.not-found'],
  },
  askOwnCopy: {
    side: 'portal',
    method: 'POST',
    path: '/api/read/copies',
    gate: 'guest',
    summary: 'A reader has a de-identified copy made of the case they were let in to',
    body: { json: askCopyRequest, limit: small },
    reply: { status: 201, json: askCopyReply },
    refusals: ['case.not-found', 'case.closed', 'copy.enough'],
  },
  listOwnCopies: {
    side: 'portal',
    method: 'GET',
    path: '/api/read/copies',
    gate: 'guest',
    summary: 'De-identified copies of the case a reader was let in to',
    reply: { status: 200, json: listCopiesReply },
    refusals: ['case.not-found'],
  },
  copyBundle: {
    side: 'portal',
    method: 'GET',
    path: '/api/cases/{case}/copies/{copy}/bundle',
    gate: 'reader',
    scope: 'case:download',
    summary: 'A de-identified copy as one ZIP with a signed manifest',
    reply: { status: 200, type: 'application/zip', ranges: true },
    refusals: ['copy.not-found', 'copy.not-ready', 'copy.failed', 'copy.gone', 'range.unsatisfiable'],
  },
} as const satisfies Record<string, Operation>
