/**
 * Dates in text: a birth date as letters and reports write it, 31.01.1970, 1970-01-31, 31/01/1970, 31 Jan 1970,
 * January 31, 1970, in the digits of any script and with the months of English, German, Hindi and Marathi.
 */
import { readBirthDate } from './birth-date.ts'

const list = (...months: string[]): [string, number][] =>
  months.flatMap((names, index) => names.split(' ').map((name): [string, number] => [name, index + 1]))

const months: ReadonlyMap<string, number> = new Map(
  [
    ...list(
      'january jan januar jän jänner',
      'february feb februar',
      'march mar märz mrz maerz mär',
      'april apr',
      'may mai',
      'june jun juni',
      'july jul juli',
      'august aug',
      'september sep sept',
      'october oct oktober okt',
      'november nov',
      'december dec dezember dez',
    ),
    ...list(
      'जनवरी जानेवारी',
      'फरवरी फ़रवरी फेब्रुवारी',
      'मार्च',
      'अप्रैल एप्रिल',
      'मई मे',
      'जून',
      'जुलाई जुलै',
      'अगस्त ऑगस्ट',
      'सितंबर सितम्बर सप्टेंबर',
      'अक्टूबर अक्तूबर ऑक्टोबर',
      'नवंबर नवम्बर नोव्हेंबर',
      'दिसंबर दिसम्बर डिसेंबर',
    ),
  ].map(([name, month]): [string, number] => [name.normalize('NFKC'), month]),
)

/** The zero of every script whose digits a date may have; nine more follow each. */
const zeros = [0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66]

const asciiDigit = (digit: string): string => {
  const code = digit.codePointAt(0) ?? 0
  const zero = zeros.find((first) => code >= first && code <= first + 9)
  return zero === undefined ? digit : String(code - zero)
}

const yearFirst = /(?<!\d)(\d{4})\s?([-./])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)/gu
const dayFirst = /(?<!\d)(\d{1,2})\s?([-./])\s?(\d{1,2})\s?\2\s?(\d{4})(?!\d)/gu
const compact = /(?<!\d)(\d{4})(\d{2})(\d{2})(?!\d)/gu
const inSigns = /(?<!\d)(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日/gu
const dayName =
  /(?<!\d)(\d{1,2})(?:st|nd|rd|th)?[\s.,-]{0,3}(?:of\s)?([\p{L}\p{M}]{2,12})[\s.,-]{0,3}(\d{4})(?!\d)/gu
const nameDay = /([\p{L}\p{M}]{2,12})[\s.]{0,3}(\d{1,2})(?:st|nd|rd|th)?[\s,]{1,3}(\d{4})(?!\d)/gu

type Parts = readonly [year: string | undefined, month: string | undefined, day: string | undefined]

const monthOf = (name: string | undefined): string => String(months.get(name ?? '') ?? 0)

function* datesIn(text: string): Generator<Parts> {
  for (const [, year, , month, day] of text.matchAll(yearFirst)) yield [year, month, day]
  for (const [, day, sign, month, year] of text.matchAll(dayFirst)) {
    yield [year, month, day]
    // With strokes the month may come first; whether it does, the text does not say.
    if (sign === '/') yield [year, day, month]
  }
  for (const [, year, month, day] of text.matchAll(compact)) yield [year, month, day]
  for (const [, year, month, day] of text.matchAll(inSigns)) yield [year, month, day]
  for (const [, day, name, year] of text.matchAll(dayName)) yield [year, monthOf(name), day]
  for (const [, name, day, year] of text.matchAll(nameDay)) yield [year, monthOf(name), day]
}

/** True when the text has this date (`YYYYMMDD` or ISO) in any of its forms. A date that is not known is not found. */
export const findBirthDate = (text: string, birthDate: string | undefined): boolean => {
  const date = readBirthDate(birthDate)
  if (date === null || date.endsWith('00')) return false
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\p{Nd}/gu, asciiDigit)
  for (const [year = '', month = '', day = ''] of datesIn(plain))
    if (`${year}${month.padStart(2, '0')}${day.padStart(2, '0')}` === date) return true
  return false
}
