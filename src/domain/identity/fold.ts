/**
 * Folding: a name's text without what differs between two ways of writing the same name: case, width, accents,
 * apostrophes. Vowel signs of Indian and South-East Asian scripts and the voicing marks of kana are letters, not
 * accents: दीपा and दीप stay two names.
 */

/** `plain` writes ä as a, `full` as ae. They differ only where the two ways do. */
export type Folded = { readonly plain: string; readonly full: string }

/** Accents of Latin, Greek and Cyrillic, vowel points of Hebrew and Arabic, nuktas, variation selectors. */
const accents: readonly (readonly [first: number, last: number])[] = [
  [0x0300, 0x036f],
  [0x0483, 0x0487],
  [0x0591, 0x05bd],
  [0x05bf, 0x05c7],
  [0x0640, 0x0640],
  [0x064b, 0x065f],
  [0x0670, 0x0670],
  [0x093c, 0x093c],
  [0x09bc, 0x09bc],
  [0x0a3c, 0x0a3c],
  [0x0abc, 0x0abc],
  [0x0b3c, 0x0b3c],
  [0x1ab0, 0x1aff],
  [0x1dc0, 0x1dff],
  [0x20d0, 0x20ff],
  [0xfe00, 0xfe0f],
  [0xfe20, 0xfe2f],
]

const isAccent = (sign: string): boolean => {
  const code = sign.codePointAt(0) ?? 0
  return accents.some(([first, last]) => code >= first && code <= last)
}

/** Apostrophes join what stands around them, and joiners do not show. */
const joins = /['’‘ʼʻ`´]|\u00ad|\u200b|\u200c|\u200d|\u2060/gu

const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  ẞ: 'ss',
  æ: 'ae',
  œ: 'oe',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
  ŋ: 'n',
  ς: 'σ',
  ј: 'j',
}

/** Letters that are spelled out with a second letter where the first has no sign. */
const spelledOut: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ø: 'oe', å: 'aa' }

const shorten = (text: string): string =>
  text
    .replaceAll('ø', 'o')
    .normalize('NFKD')
    .replace(/[\p{M}\u0640]/gu, (sign) => (isAccent(sign) ? '' : sign))
    .replace(/[ßẞæœłđðþħıŋςј]/gu, (letter) => letters[letter] ?? letter)
    // Katakana as hiragana: two scripts for the same syllables.
    .replace(/[\u30a1-\u30f6]/gu, (kana) => String.fromCodePoint((kana.codePointAt(0) ?? 0) - 0x60))
    .normalize('NFC')

/** Both folded forms of a text. */
export const fold = (text: string): Folded => {
  const lower = text.normalize('NFKC').toLowerCase().replace(joins, '').normalize('NFC')
  const plain = shorten(lower)
  const full = shorten(lower.replace(/[äöüøå]/gu, (letter) => spelledOut[letter] ?? letter))
  return { plain, full }
}
