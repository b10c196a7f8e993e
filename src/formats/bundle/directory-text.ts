/**
 * Directory text: texts of sealed facts as values of a directory's records, in the form and length that their VR has
 * (PS3.5 §6.2). What does not fit is cut or left out here; the files themselves are never touched.
 */

/** A backslash would make two values of one. */
const oneValue = (text: string): string => text.replaceAll('\\', '/').toWellFormed().trim()

/** At most `most` characters, as DICOM counts them: code points. */
const cutTo = (text: string, most: number): string =>
  text.length <= most ? text : Array.from(text).slice(0, most).join('').trimEnd()

/** LO: 64 characters. */
export const longString = (text: string | undefined): string => cutTo(oneValue(text ?? ''), 64)

/** SH: 16 characters. */
export const shortString = (text: string | undefined): string => cutTo(oneValue(text ?? ''), 16)

/** ST: 1,024 characters; it never has several values. */
export const shortText = (text: string | undefined): string =>
  cutTo((text ?? '').toWellFormed(), 1024).trimEnd()

/** PN: up to three groups of 64 characters. */
export const personName = (text: string | undefined): string =>
  oneValue(text ?? '')
    .split('=')
    .slice(0, 3)
    .map((group) => cutTo(group, 64))
    .join('=')

/** CS, or the empty text for what is none. */
export const codeString = (text: string | undefined): string => {
  const code = (text ?? '').trim().toUpperCase()
  return /^[A-Z0-9_ ]{1,16}$/.test(code) ? code : ''
}

const isIn = (text: string | undefined, least: number, most: number): boolean =>
  text === undefined || (Number(text) >= least && Number(text) <= most)

/** DA as `YYYYMMDD`, also from the older `YYYY.MM.DD`; null for what is no date. */
export const dateText = (text: string | undefined): string | null => {
  const [, year = '', month = '', day = ''] =
    /^(\d{4})(?:\.?)(\d\d)(?:\.?)(\d\d)$/.exec(text?.trim() ?? '') ?? []
  return year !== '' && isIn(month, 1, 12) && isIn(day, 1, 31) ? `${year}${month}${day}` : null
}

const timeForm = /^(\d\d)(?::?(\d\d)(?::?(\d\d)(\.\d{1,6})?)?)?$/

/** TM, also from the older `HH:MM:SS`; null for what is no time. */
export const timeText = (text: string | undefined): string | null => {
  const match = timeForm.exec(text?.trim() ?? '')
  if (match === null) return null
  const [, hour = '', minute, second, fraction] = match
  const fits = isIn(hour, 0, 23) && isIn(minute, 0, 59) && isIn(second, 0, 60)
  return fits ? `${hour}${minute ?? ''}${second ?? ''}${fraction ?? ''}` : null
}

/** DT of 14 digits and what may follow; null for anything else. */
export const dateTimeText = (text: string | undefined): string | null => {
  const plain = text?.trim() ?? ''
  return /^\d{14}(\.\d{1,6})?([+-]\d{4})?$/.test(plain) ? plain : null
}
