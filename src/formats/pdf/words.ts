/**
 * Words: gathers the words of a document as plain lines. What is no letter, sign or break becomes a space, runs of
 * space become one, and it ends at a bound in bytes, never inside a character.
 */

/** The bound of what is kept of one document, bytes of UTF-8. */
export const mostWordBytes = 262_144

const clean = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cs}\p{Co}\p{Zs}\u2028\u2029\ufeff]+/gu, ' ')
    .normalize('NFC')

/** As much of a text as `most` bytes of UTF-8 hold. */
export const cutText = (text: string, most: number): string => {
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length <= most) return text
  let end = most
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return bytes.toString('utf8', 0, end)
}

/** Starts with no words. */
export const createWords = () => {
  const pieces: string[] = []
  // Units of UTF-16 so far: a bound on bytes from below, which is enough to know when to stop.
  let units = 0
  return {
    add: (text: string, endsLine: boolean): void => {
      if (units >= mostWordBytes) return
      const piece = clean(text.slice(0, mostWordBytes)) + (endsLine ? '\n' : '')
      units += piece.length
      pieces.push(piece)
    },
    isFull: (): boolean => units >= mostWordBytes,
    /** The words, lines without space around them, no empty lines. */
    text: (): string =>
      cutText(
        pieces
          .join('')
          .split('\n')
          .map((line) => line.replace(/ +/g, ' ').trim())
          .filter((line) => line !== '')
          .join('\n')
          .toWellFormed(),
        mostWordBytes,
      ),
  }
}
