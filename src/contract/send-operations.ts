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
  look: {
    side: 'intake',
    method: 'POST',
    path: '/api/send/look',
    gate: 'anyone',
    limited: true,
    summary: 'Where an upload link stands, for its page; spends nothing and counts no try',
    body: { json: send.lookRequest, limit: small },
    reply: { status: 200, json: send.lookReply },
    refusals: ['link.invalid'],
  },
  askLink: {
    side: 'intake',
    method: 'POST',
    path: '/api/send/ask-link',
    gate: 'anyone',
    limited: true,
    summary: 'Ask the desk for a new link in this one’s place',
    body: { json: send.askLinkRequest, limit: small },
    reply: { status: 200, json: send.askLinkReply },
    refusals: ['link.invalid'],
  },
  match: {
    side: 'intake',
    method: 'POST',
    path: '/api/send/match',
    gate: 'sender',
    summary: 'Whether what was found on a sender’s machine is of the case’s patient; 60 people a link in all',
    body: { json: send.matchRequest, limit: small },
    reply: { status: 200, json: send.matchReply },
    refusals: ['link.invalid', 'rate.limited'],
  },
  answer: {
    side: 'intake',
    method: 'POST',
    path: '/api/send/answer',
    gate: 'sender',
    summary: 'What the sender said of files that seemed to be of another patient',
    body: { json: send.answerRequest, limit: small },
    reply: { status: 204 },
    refusals: [],
  },
  plan: {
    side: 'intake',
    method: 'POST',
    path: '/api/send/plan',
    gate: 'sender',
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
    summary: 'Where every announced file stands',
    reply: { status: 200, json: send.statusReply },
    refusals: [],
  },
} as const satisfies Record<string, Operation>
