/**
 * Shown name: what an archive calls a file, made into text that is safe to show. It is never a path: nothing climbs,
 * nothing begins at a root, no character hides or turns the text around.
 */

/** Characters of a name that are kept. */
export const mostNameLength = 1_024

// Control characters, marks that turn the direction of text (UAX #9), separators of lines, halves of a pair.
const hidden = /[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu

/** Makes a name harmless; the name of a harmless one is itself. */
export const shownName = (name: string): string => {
  // Cut first, so that no cut can make a new part that climbs.
  const parts = name
    .slice(0, mostNameLength)
    .replaceAll('\\', '/')
    .replace(hidden, '\ufffd')
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..' && !/^[A-Za-z]:$/.test(part))
  return parts.length === 0 ? '\ufffd' : parts.join('/')
}
