/** What seems to be missing of a case, for the desk and for its readers. */
import { z } from 'zod'
import { noteCodes } from '#domain/completeness/note.ts'
import type { FaultCode } from '#domain/fault.ts'
import type { Operation } from './operation.ts'
import { count } from './words.ts'

/** `study` and `series` are UIDs, both null for what is about the whole case. */
const completenessReply = z.strictObject({
  notes: z.array(
    z.strictObject({
      code: z.enum(noteCodes),
      study: z.string().nullable(),
      series: z.string().nullable(),
      came: count.nullable(),
      expected: count.nullable(),
      sentence: z.string(),
    }),
  ),
})

const closed = ['case.not-found', 'case.closed'] as const satisfies FaultCode[]

/** Operations with the side `portal`. */
export const completenessOperations = {
  completeness: {
    side: 'portal',
    method: 'GET',
    path: '/api/cases/{case}/completeness',
    gate: 'operator',
    summary: 'What seems to be missing of a case, in codes and sentences',
    reply: { status: 200, json: completenessReply },
    refusals: closed,
  },
  notes: {
    side: 'portal',
    method: 'GET',
    path: '/api/cases/{case}/notes',
    gate: 'reader',
    scope: 'case:read',
    summary: 'What seems to be missing of a case, without studies and series that no reader sees',
    reply: { status: 200, json: completenessReply },
    refusals: closed,
  },
} as const satisfies Record<string, Operation>
