/**
 * Names in other texts: what a file calls its patient does not stay in a text that somebody typed, even where the
 * profile would keep that attribute. Compared as bytes, in the file's own character set.
 */

/** Shorter parts (initials, particles) are in half of all texts by chance. */
const shortest = 3

/** The words of a text in lower case, a byte above ASCII taken for a letter. */
export const wordsOf = (value: Buffer): string[] =>
  value
    .toString('latin1')
    .toLowerCase()
    .split(/[^a-z0-9\x80-\xff]+/)
    .filter((word) => word.length >= shortest)

/** Whether one of the words of this text is one of these. */
export const saysName = (value: Buffer, names: ReadonlySet<string>): boolean =>
  names.size > 0 && wordsOf(value).some((word) => names.has(word))
