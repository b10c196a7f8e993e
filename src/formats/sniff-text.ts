/** Sniff text: whether bytes are text that a person wrote or could read, in UTF-8, UTF-16 or an eight-bit alphabet. */

// Tabs, line ends, form feeds and escapes belong to text; 1A ended it in DOS.
const allowed = new Set(['\t', '\n', '\f', '\r', '\x1a', '\x1b'])

const hasControl = (text: string): boolean =>
  Array.from(text).some((char) => (char < ' ' && !allowed.has(char)) || char === '\x7f')

const leastPlainShare = 0.75

const decodeStrictly = (bytes: Buffer, encoding: string, cut: boolean): string | null => {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: cut })
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

const plainShare = (bytes: Buffer): number =>
  bytes.reduce((sum, byte) => sum + (byte < 0x80 ? 1 : 0), 0) / bytes.length

/** Reads the beginning of a text file, or returns null when it is none. `cut`: more of the file follows. */
export const readText = (head: Buffer, cut: boolean): string | null => {
  if (head.length === 0) return null
  const mark = head.length < 2 ? 0 : head.readUInt16BE(0)
  const wide = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : null
  const text =
    decodeStrictly(head, wide ?? 'utf-8', cut) ??
    (plainShare(head) >= leastPlainShare ? head.toString('latin1') : null)
  return text === null || hasControl(text) ? null : text
}
