/** What the public edge does: where a link leads, and everything a sender may ask. */
import type { Operation } from './operation.ts'
import * as send from './send.ts'

const small = 65_536
const large = 8_388_608

/** Operations with the side `intake`. */
export const sendOperations = {
  sendPage: {
    side: 'intake',
    method: 'GET',
    path: '/send',
    gate: 'anyone',
    summary: 'Where an upload link leads in a browser; opening it spends nothing',
    reply: { status: 200, type: 'text/html' },
    refusals: [],
  },
  plainSend: {
    side: 'intake',
    method: 'POST',
    path: '/send/files',
    gate: 'anyone',
    limited: true,
    summary:
      'The form of `/send` without JavaScript: link, introduction and files at once; refusals are pages too',
    body: {
      type: 'multipart/form-data',
      about:
        'Fields first: `lang`, `link` (whole, or what stands after the #), `code`, `name`, `mail`, `phone`, `role`, ' +
        '`consent` (the version of the words that were shown). Then files, at most 5,000.',
    },
    reply: { status: 200, type: 'text/html' },
    refusals: [
      'link.invalid',
      'link.expired',
      'link.used-up',
      'link.revoked',
      'link.locked',
      'link.code-needed',
      'link.code-wrong',
      'request.too-slow',
      'plan.too-many',
      'case.closed',
      'consent.unknown',
      'consent.needed',
      'store.full',
    ],
  },
  exchange: {
    side: 'intake',
    method: 'POST',
    path: '/api/send/exchange',
    gate: 'anyone',
    limited: true,
    summary: 'An upload link becomes a sender’s session; only this counts as a use',
    body: { json: send.exchangeRequest, limit: small },
    reply: { status: 200, json: send.exchangeReply },
    refusals: [
      'link.invalid',
      'link.expired',
      'link.used-up',
      'link.revoked',
      'link.locked',
      'link.code-needed',
      'link.code-wrong',
      'case.closed',
    ],
  },
  introduce: {
    side: 'intake',
    method: 'POST',
    path: '/api/send/introduce',
    gate: 'sender',
    purpose: 'visit',
    summary: 'Who is sending, and what they agree to; sealed at once, and told to nobody but the desk',
    body: { json: send.introduceRequest, limit: small },
    reply: { status: 204 },
    refusals: ['consent.unknown'],
  },
  withdraw: {
    side: 'intake',
    method: 'POST',
    path: '/api/send/withdraw',
    gate: 'sender',
    purpose: 'visit',
    summary: 'Withdraw consent: from the next request on nobody reads records of the case, or sends any',
    body: { json: send.withdrawRequest, limit: small },
    reply: { status: 204 },
    refusals: ['consent.none'],
  },
  standing: {
    side: 'intake',
    method: 'GET',
    path: '/api/send/standing',
    gate: 'sender',
    purpose: 'visit',
    summary: 'Where the case stands for its sender',
    reply: { status: 200, json: send.standingReply },
    refusals: [],
  },
  plan: {
    side: 'intake',
    method: 'POST',
    path: '/api/send/plan',
    gate: 'sender',
    purpose: 'bring',
    summary: 'Announce files; answers what of each is still missing',
    body: { json: send.planRequest, limit: large },
    reply: { status: 200, json: send.planReply },
    refusals: ['case.closed', 'plan.too-many'],
  },
  part: {
    side: 'intake',
    method: 'PUT',
    path: '/api/send/part',
    gate: 'sender',
    purpose: 'bring',
    summary: 'Send runs of chunks of announced files; answered when they are durable',
    body: {
      type: 'application/octet-stream',
      about:
        'Four bytes (big-endian): length of the header. The header: JSON [[item, firstChunk, bytes], …]. Then ' +
        'the bytes of those runs, one after another. At most 8 MiB in all. Content-Length is required, and one ' +
        'of two proofs: Content-Digest (sha-256, RFC 9530) over the body; or Header-Digest, written the same ' +
        'way, over the four bytes and the header, in which each run then has a fourth member: the SHA-256 of ' +
        'its bytes in base64. The second hashes every byte once, not twice.',
    },
    reply: { status: 200, json: send.partReply },
    refusals: [
      'request.too-slow',
      'digest.missing',
      'digest.mismatch',
      'plan.unknown-item',
      'plan.changed',
      'case.closed',
      'store.full',
    ],
  },
  files: {
    side: 'intake',
    method: 'POST',
    path: '/api/send/files',
    gate: 'sender',
    purpose: 'bring',
    summary: 'Send whole files as a form; answered when all of them are durable',
    body: { type: 'multipart/form-data', about: 'Any number of file fields, at most 5,000 files.' },
    reply: { status: 200, json: send.formReply },
    refusals: ['request.too-slow', 'plan.too-many', 'case.closed', 'store.full'],
  },
  finish: {
    side: 'intake',
    method: 'POST',
    path: '/api/send/finish',
    gate: 'sender',
    summary: 'That was all; answers a signed receipt',
    body: { json: send.finishRequest, limit: large },
    reply: { status: 200, json: send.finishReply },
    refusals: ['send.incomplete', 'case.closed'],
  },
  status: {
    side: 'intake',
    method: 'GET',
    path: '/api/send/status',
    gate: 'sender',
    purpose: 'visit',
    summary: 'Where every announced file stands',
    reply: { status: 200, json: send.statusReply },
    refusals: [],
  },
} as const satisfies Record<string, Operation>
