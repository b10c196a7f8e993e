/**
 * The tus door (https://tus.io/protocols/resumable-upload, 1.0.0): one announced file, sent in order. The protocol
 * lives in header fields that OpenAPI describes badly, so each operation is told in a sentence.
 */
import type { Operation } from './operation.ts'

const uploads = '/api/send/tus'
const upload = '/api/send/tus/{item}'

const appended = {
  type: 'application/offset+octet-stream',
  about:
    'Bytes of the file from Upload-Offset on. Kept are whole chunks of 256 KiB and the end of the file: the answer’s ' +
    'Upload-Offset may be less than was sent, and the rest is sent again.',
} as const

/** Operations of the tus door, side `intake`. */
export const tusOperations = {
  tusOptions: {
    side: 'intake',
    method: 'OPTIONS',
    path: uploads,
    gate: 'sender',
    summary: 'tus 1.0: versions, extensions, checksum algorithms and the largest file, as header fields',
    reply: { status: 204 },
    refusals: [],
  },
  tusCreate: {
    side: 'intake',
    method: 'POST',
    path: uploads,
    gate: 'sender',
    purpose: 'bring',
    summary:
      'tus 1.0: announce a file by Upload-Length and Upload-Metadata, with its first bytes or without; Location names it',
    reply: { status: 201 },
    refusals: ['request.invalid', 'request.type', 'request.too-large', 'plan.too-many', 'digest.mismatch'],
  },
  tusProbe: {
    side: 'intake',
    method: 'HEAD',
    path: upload,
    gate: 'sender',
    summary:
      'tus 1.0: Upload-Offset is how much of the file is durable; its name is sealed and not told again',
    reply: { status: 200 },
    refusals: ['request.invalid', 'item.not-found'],
  },
  tusAppend: {
    side: 'intake',
    method: 'PATCH',
    path: upload,
    gate: 'sender',
    purpose: 'bring',
    summary: 'tus 1.0: the next bytes of a file; answered when they are durable',
    body: appended,
    reply: { status: 204 },
    refusals: [
      'request.too-slow',
      'digest.mismatch',
      'item.not-found',
      'plan.changed',
      'state.conflict',
      'store.full',
    ],
  },
  tusEnd: {
    side: 'intake',
    method: 'DELETE',
    path: upload,
    gate: 'sender',
    summary: 'tus 1.0: leave out a file that is not complete',
    reply: { status: 204 },
    refusals: ['request.invalid', 'item.not-found', 'state.conflict'],
  },
  tusInstead: {
    side: 'intake',
    method: 'POST',
    path: upload,
    gate: 'sender',
    purpose: 'bring',
    summary:
      'tus 1.0: what X-HTTP-Method-Override says (PATCH, HEAD or DELETE), for clients that may only POST',
    reply: { status: 204 },
    refusals: ['request.method', 'item.not-found', 'plan.changed', 'state.conflict', 'store.full'],
  },
} as const satisfies Record<string, Operation>
