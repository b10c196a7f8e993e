/**
 * What a person reads for each fault, and the HTTP status that goes with it. A code without a row does not
 * compile. Nothing here quotes what came in, and nothing of an exception ever reaches a reply.
 */
import { Fault, type FaultCode, type FaultFacts, type Refusal } from '#domain/fault.ts'

export type FaultReply = { readonly status: number; readonly title: string; readonly detail: string }

const row = (status: number, title: string, detail: string): FaultReply => ({ status, title, detail })

const later = 'Nothing was lost. Please try again in a few seconds.'
const askForLink = 'Please ask the person who sent you the link for a new one. What you already sent is kept.'
const signIn = 'Please sign in again.'

/** One row for every code of the closed list. */
export const faultReplies = {
  'request.invalid': row(
    400,
    'The request was not understood',
    'Something in the request is not as described.',
  ),
  'request.not-found': row(404, 'There is nothing here', 'Please check the address.'),
  'request.method': row(405, 'This cannot be done here', 'The address exists, but not for this method.'),
  'request.type': row(415, 'The kind of content is not accepted', 'Please send the content type described.'),
  'request.too-large': row(413, 'The request is too large', 'Please send less at once.'),
  'request.too-slow': row(
    408,
    'The bytes came too slowly',
    'The connection was closed. Please send it again.',
  ),
  'request.aborted': row(400, 'The request broke off', 'Not all of it arrived. Please send it again.'),
  'digest.missing': row(400, 'A digest is missing', 'Content-Digest with sha-256 is required here.'),
  'digest.mismatch': row(
    422,
    'The bytes changed on the way',
    'Nothing of this part was kept. Please send it again.',
  ),
  'link.invalid': row(
    404,
    'This link does not work',
    'Please check that the whole link was copied, or ask for a new one.',
  ),
  'link.expired': row(410, 'This link has run out', askForLink),
  'link.used-up': row(410, 'This link was used as often as it allows', askForLink),
  'link.revoked': row(410, 'This link was ended', askForLink),
  'link.locked': row(429, 'Too many wrong codes', 'The link pauses for fifteen minutes. Then try again.'),
  'link.code-needed': row(
    403,
    'A code is needed',
    'Please enter the code you were given apart from the link.',
  ),
  'link.code-wrong': row(403, 'The code is not right', 'Please check the code and try again.'),
  'session.missing': row(401, 'You are not signed in', 'This needs a session token.'),
  'session.ended': row(401, 'The session is over', signIn),
  'operator.code-wrong': row(
    403,
    'The sign-in code does not work',
    'It may be used up or too old. Please make a new one.',
  ),
  'token.missing': row(401, 'A token is needed', 'This needs an access token for the case.'),
  'token.invalid': row(401, 'The token is not valid', 'It may be too old. Please ask for a new one.'),
  'token.revoked': row(401, 'The token was ended', 'Please ask for a new one.'),
  'token.scope': row(403, 'The token does not allow this', 'Please ask for a token that does.'),
  'case.not-found': row(404, 'There is no such case', 'Please check the number of the case.'),
  'case.closed': row(410, 'The case is closed', 'It takes and gives no records any more.'),
  'item.not-found': row(404, 'There is no such file', 'Please check the number of the file.'),
  'item.not-readable': row(409, 'The file may not be read', 'It was not accepted, or waits for a check.'),
  'item.not-waiting': row(
    409,
    'The file does not wait for a decision',
    'Somebody may have decided meanwhile. Please look again.',
  ),
  'item.locked': row(
    409,
    'The file is locked',
    'The virus scanner recognised it. Nobody can release it; it can only be discarded.',
  ),
  'item.unchecked': row(
    409,
    'The file was not checked yet',
    'No check could look into it. Please send it to be checked again, or discard it.',
  ),
  'item.checked': row(
    409,
    'The file was checked already',
    'Another check would find the same. Please release or discard it.',
  ),
  'item.second-person': row(
    409,
    'Another person has to agree',
    'You have said yes already. Somebody else has to look at the file and release it too.',
  ),
  'part.not-found': row(
    404,
    'The object has no such part',
    'Please check the number of the frame or the tag.',
  ),
  'part.not-separate': row(
    406,
    'This part cannot be had by itself',
    'It can only be taken apart by decoding it. Please ask for the whole object.',
  ),
  'link.not-found': row(404, 'There is no such link', 'Please check the number of the link.'),
  'link.no-birth-date': row(
    409,
    'The case has no birth date',
    'The link cannot ask for it. Please choose a code, or open the case with the birth date.',
  ),
  'letter.not-found': row(404, 'There is no such letter', 'Please check the number of the letter.'),
  'letter.gone': row(
    410,
    'The words of the letter are gone',
    'They are kept only where no mail is sent from here, and only until somebody has read them.',
  ),
  'mail.none': row(
    409,
    'There is no address to send it to',
    'Please give an e-mail address when you introduce yourself, or save the receipt here.',
  ),
  'mail.enough': row(
    429,
    'The receipt was mailed often enough today',
    'Please look for the mail that was sent already, or try again tomorrow.',
  ),
  'grant.not-found': row(404, 'There is no such grant', 'Please check the number of the grant.'),
  'reader.not-found': row(404, 'There is no such reader', 'Please check the number of the reader.'),
  'reader.ended': row(410, 'The desk ended this access', 'Please ask the desk that invited you.'),
  'plan.unknown-item': row(
    409,
    'A file was not announced',
    'Please announce the files again, then send the rest.',
  ),
  'plan.changed': row(
    409,
    'The bytes do not fit what was announced',
    'Please announce the files again, then send the rest.',
  ),
  'plan.too-many': row(413, 'Too many files', 'Please send fewer files.'),
  'send.incomplete': row(409, 'Files are missing', 'Some announced files have not arrived completely.'),
  'consent.unknown': row(
    409,
    'These words of consent are not known',
    'Please load the page again, read the consent and agree to it as it stands there.',
  ),
  'consent.needed': row(
    403,
    'Consent is needed first',
    'Please open the link in a browser, say who you are and agree. Then send again.',
  ),
  'consent.none': row(409, 'There is no consent to withdraw', 'None was given over this link.'),
  'push.unknown-target': row(
    404,
    'There is no such PACS',
    'The people who run this name those there are in the setting PUSH_TARGETS.',
  ),
  'range.unsatisfiable': row(416, 'There are no such bytes', 'The range begins after the end.'),
  'state.conflict': row(409, 'Somebody was faster', 'It changed meanwhile. Please look again.'),
  'rate.limited': row(429, 'Too many tries', 'Please wait a moment and try again.'),
  'server.stopping': row(
    503,
    'This server is about to stop',
    'Nothing was lost. Please try again in a few seconds; another one will answer.',
  ),
  'store.full': row(507, 'There is no room', 'Nothing was lost. The people who run this have to make room.'),
  'store.unavailable': row(503, 'The store does not answer', later),
  'store.damaged': row(500, 'A stored file is damaged', 'The people who run this can see it in the log.'),
  'ledger.unavailable': row(503, 'The ledger does not answer', later),
  'key.unavailable': row(
    503,
    'A key is not at hand',
    'Nothing was lost. The people who run this can see it in the log.',
  ),
  'scanner.unavailable': row(503, 'The malware scanner does not answer', later),
  'scanner.failed': row(
    503,
    'The malware scanner gave no answer about a file',
    'Nothing was lost. The people who run this can see it in the log.',
  ),
  'post.unavailable': row(503, 'The mail server does not answer', later),
  'pacs.unavailable': row(503, 'The PACS does not answer', 'It is tried again for a day.'),
  'pacs.denied': row(
    502,
    'The PACS does not let us in',
    'The people who run this have to correct name and password in PUSH_TARGETS.',
  ),
  'pacs.unusable': row(
    502,
    'What answers takes no records',
    'The people who run this have to correct the address in PUSH_TARGETS.',
  ),
  'pacs.refused': row(
    502,
    'The PACS did not take everything',
    'What it took is there. Please ask the people who run the PACS, then send it again.',
  ),
  'pacs.too-large': row(
    502,
    'The PACS takes no file as large as one of these',
    'Please ask the people who run the PACS.',
  ),
  internal: row(
    500,
    'Something went wrong here',
    'It is not your fault. The people who run this can see it in the log.',
  ),
} as const satisfies Record<FaultCode, FaultReply>

/** The HTTP status of a code. */
export const statusOf = (code: FaultCode): number => faultReplies[code].status

/** How long to wait when a code says to come back, seconds. */
const waits: Partial<Record<FaultCode, number>> = {
  'rate.limited': 60,
  'link.locked': 900,
  'server.stopping': 2,
  'store.unavailable': 5,
  'ledger.unavailable': 5,
}

/** `Retry-After` in seconds; null when coming back later does not help. */
export const retryAfter = (code: FaultCode, facts: FaultFacts): number | null => {
  const told = facts['seconds']
  return typeof told === 'number' && told >= 0 ? Math.ceil(told) : (waits[code] ?? null)
}

const named = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null && name in error
    ? (error as Record<string, unknown>)[name]
    : undefined

/** Body parsers and the router mark what the client did wrong with a 4xx `status`. */
const clientCodes: Readonly<Record<number, FaultCode>> = {
  400: 'request.invalid',
  413: 'request.too-large',
  415: 'request.type',
}

/** Whatever was thrown, as a refusal. What is not plainly known is `internal`, with no facts. */
export const refusalOf = (error: unknown): Refusal => {
  if (error instanceof Fault) return { refused: error.code, facts: error.facts }
  if (named(error, 'type') === 'request.aborted') return { refused: 'request.aborted', facts: {} }
  const status = named(error, 'status')
  const code = typeof status === 'number' ? clientCodes[status] : undefined
  return { refused: code ?? 'internal', facts: {} }
}
