/** Birth dates as files and forms have them, and how near two of them are. */

/** `close` is what a slip makes of a date: day and month swapped, one digit, or only the year known. */
export type DateGrade = 'equal' | 'close' | 'other' | 'absent'

/** Dates that stand for none. */
const placeholders: readonly string[] = ['00000000', '19000101']

/** `YYYYMMDD` of a DICOM date (also `YYYY.MM.DD`, as it was before 1993) or an ISO date; a year alone has zeros. */
export const readBirthDate = (text: string | undefined): string | null => {
  const trimmed = text?.trim() ?? ''
  const [, year = '', month = '00', day = '00'] =
    /^(\d{4})(?:([-./]?)(\d{2})\2(\d{2}))?$/.exec(trimmed)?.filter((_, index) => index !== 2) ?? []
  const date = `${year}${month ?? '00'}${day ?? '00'}`
  return date.length !== 8 || date.startsWith('0000') || placeholders.includes(date) ? null : date
}

const isYearOnly = (date: string): boolean => date.endsWith('0101') || date.endsWith('0000')

const differing = (a: string, b: string): number =>
  Array.from(a).filter((digit, index) => digit !== b[index]).length

const areClose = (a: string, b: string): boolean => {
  if (differing(a, b) === 1) return true
  if (a.slice(0, 4) !== b.slice(0, 4)) return false
  return isYearOnly(a) || isYearOnly(b) || a.slice(4) === b.slice(6) + b.slice(4, 6)
}

/** How near two dates are; `absent` when either is missing or a placeholder. */
export const compareBirthDates = (a: string | undefined, b: string | undefined): DateGrade => {
  const [one, other] = [readBirthDate(a), readBirthDate(b)]
  if (one === null || other === null) return 'absent'
  if (one === other) return 'equal'
  return areClose(one, other) ? 'close' : 'other'
}
