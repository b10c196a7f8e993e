/** A date as people type it in three boxes: any digits of ours, no guess which part is which. */

export type TypedDate = { readonly day: string; readonly month: string; readonly year: string }

export type DateFault = 'dateEmpty' | 'dateNone' | 'dateYear'

/** Devanagari digits as Latin ones, blanks around it gone. */
export const latinDigits = (text: string): string =>
  text.replace(/[०-९]/g, (digit) => String(digit.charCodeAt(0) - 0x966)).trim()

/** A whole date put into one box, as `27/3/1962`, `27-03-1962` or `27 3 1962`; null when it is not one. */
export const splitDate = (text: string): TypedDate | null => {
  const parts = /^(\d{1,2})\D+(\d{1,2})\D+(\d{4})$/.exec(latinDigits(text))
  if (parts === null) return null
  const [, day = '', month = '', year = ''] = parts
  return { day, month, year }
}

/** The date as `YYYY-MM-DD`, or what is wrong with it. */
export const readDate = (typed: TypedDate): { readonly iso: string } | { readonly fault: DateFault } => {
  const [day, month, year] = [typed.day, typed.month, typed.year].map(latinDigits) as [string, string, string]
  if (day === '' || month === '' || year === '') return { fault: 'dateEmpty' }
  if (!/^\d{4}$/.test(year)) return { fault: 'dateYear' }
  if (!/^\d{1,2}$/.test(day) || !/^\d{1,2}$/.test(month)) return { fault: 'dateNone' }
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const at = new Date(`${iso}T00:00:00Z`)
  // 31 April is read as 1 May by the language; by people it is a slip.
  return Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== iso ? { fault: 'dateNone' } : { iso }
}
