/**
 * Every operation of the gateway over HTTP. The access table (`http/routes.ts`) does not compile unless it has
 * exactly these, with the same method, path and gate; the API description is made from this list.
 */
import { z } from 'zod'
import { dependencyNames } from '#domain/dependency.ts'
import { completenessOperations } from './completeness.ts'
import { deskOperations } from './desk-operations.ts'
import { dicomwebOperations } from './dicomweb-operations.ts'
import { dicomwebReadOperations } from './dicomweb-read-operations.ts'
import { letterOperations } from './letters.ts'
import type { Operation } from './operation.ts'
import { pushOperations } from './push.ts'
import { quarantineOperations } from './quarantine-operations.ts'
import { readOperations } from './read-operations.ts'
import { sendOperations } from './send-operations.ts'
import { sendersOperations } from './senders.ts'
import { tusOperations } from './tus-operations.ts'

const openOperations = {
  health: {
    side: 'each',
    method: 'GET',
    path: '/healthz',
    gate: 'anyone',
    summary: 'The process answers',
    reply: { status: 200, json: z.strictObject({ status: z.literal('ok') }) },
    refusals: [],
  },
  ready: {
    side: 'each',
    method: 'GET',
    path: '/readyz',
    gate: 'anyone',
    summary: 'Whether this process can do its work; an operator’s session also reads what is down',
    reply: {
      status: 200,
      otherwise: 503,
      json: z.strictObject({
        status: z.enum(['ready', 'not-ready', 'stopping']),
        dependencies: z
          .array(
            z.strictObject({
              name: z.enum(dependencyNames),
              up: z.boolean(),
              words: z.string().nullable(),
            }),
          )
          .optional(),
      }),
    },
    refusals: [],
  },
  publicKeys: {
    side: 'each',
    method: 'GET',
    path: '/.well-known/jwks.json',
    gate: 'anyone',
    summary: 'The public keys that verify receipts, manifests and tokens (RFC 7517)',
    reply: {
      status: 200,
      json: z.strictObject({ keys: z.array(z.record(z.string(), z.unknown())) }),
    },
    refusals: [],
  },
  asset: {
    side: 'each',
    method: 'GET',
    path: '/assets/{asset}',
    gate: 'anyone',
    summary: 'A script, style sheet, font or picture of a page, under a name that never means anything else',
    reply: { status: 200, type: '*/*' },
    refusals: ['request.not-found'],
  },
  description: {
    side: 'each',
    method: 'GET',
    path: '/api/openapi.json',
    gate: 'anyone',
    summary: 'This description (OpenAPI 3.1)',
    reply: { status: 200, json: z.record(z.string(), z.unknown()) },
    refusals: [],
  },
} as const satisfies Record<string, Operation>

/** All of them by name. */
export const operations = {
  ...openOperations,
  ...deskOperations,
  ...quarantineOperations,
  ...completenessOperations,
  ...sendersOperations,
  ...readOperations,
  ...pushOperations,
  ...letterOperations,
  ...sendOperations,
  ...dicomwebOperations,
  ...dicomwebReadOperations,
  ...tusOperations,
} as const

export type Operations = typeof operations
export type OperationName = keyof Operations
