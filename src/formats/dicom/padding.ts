/** Padding: every value has an even length (PS3.5 §6.2); what fills it up is no part of it. */

/**
 * Text without the NULs and spaces that fill it up. Not by a pattern: one that ends with `$` is tried again at every
 * sign, and a value of 64 KiB would hold up a process for seconds.
 */
export const withoutPadding = (text: string): string => {
  let end = text.length
  while (end > 0 && (text[end - 1] === '\0' || text[end - 1] === ' ')) end -= 1
  return text.slice(0, end)
}

const padWith = (text: string, fill: string): Buffer =>
  Buffer.from(text.length % 2 === 0 ? text : text + fill, 'latin1')

/** Text of even length. */
export const padText = (text: string): Buffer => padWith(text, ' ')

/** A UID of even length, or several with backslashes between them. */
export const padUid = (uid: string): Buffer => padWith(uid, '\0')
