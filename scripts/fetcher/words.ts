/** Words of fetching: what the program ends with, and what a refusal means to a person in an office. */
import type { FaultCode } from '#domain/fault.ts'

/** What the program ends with. */
export const exitCodes = { verified: 0, doesNotHold: 1, usage: 2, refused: 3, line: 4 } as const

export const goOn = 'What has come is kept: run the same command again, and only the rest is fetched.'

/** Why the gateway gave nothing, and what to do. */
export const refusedWords: Partial<Record<FaultCode, string>> = {
  'token.missing': `The token is missing. ${goOn}`,
  'token.invalid': `The token does not work: it may be older than ten minutes. With a new one: ${goOn}`,
  'token.revoked': 'The token was ended by the desk.',
  'token.scope': 'The token does not allow this: it needs case:read and case:download.',
  'case.not-found': 'There is no such case, nothing in it may be read yet, or this is a key to another one.',
  'case.closed': 'The case is closed: it gives no records any more.',
  'session.ended': 'Your session is over. Ask the desk to invite you again. What has come is kept.',
  'reader.ended': 'Your access was ended by the desk.',
  'link.invalid': 'This link does not work. Check that the whole line was copied.',
  'link.expired': 'This link has stopped working: its time is over. Ask the desk for a new one.',
  'link.used-up': 'This link was used before, and works once. Ask the desk for a new one.',
  'link.locked': 'Too many wrong codes. The link pauses for fifteen minutes; then try again.',
  'link.code-wrong': 'The code is not right. After five wrong ones the link pauses for fifteen minutes.',
}
