/** Amounts and times as people say them, in their language, with the time zone told. */
import type { Language } from '#domain/language.ts'
import type { messages } from './en.ts'
import { type Key, localeOf, type Tell } from './words.ts'

/** What is told of here: the words of another page have the same, or it does not compile. */
export type Amounts = Pick<typeof messages, Extract<Key, `${'size' | 'left' | 'time'}.${string}`>>

/** The hospitals' zone, not the machine's: a time here is one to talk about with the desk. */
const timeZone = 'Asia/Kolkata'

export type Say = {
  readonly size: (bytes: number) => string
  /** Never a hundred before all is done. */
  readonly percent: (part: number) => string
  readonly time: (at: Date) => string
  readonly clock: (at: Date) => string
  /** An ISO date as a day; anything else as it is. */
  readonly day: (text: string) => string
  readonly left: (seconds: number | null) => string
}

const steps = ['B', 'KB', 'MB', 'GB'] as const

export const sayIn = (language: Language, t: Tell): Say => {
  const locale = localeOf(language)
  const clocks = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
    timeZoneName: 'short',
  })
  const daysIn = (zone: string): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric', timeZone: zone })
  const [daysHere, daysOfBirth] = [daysIn(timeZone), daysIn('UTC')]
  const percents = new Intl.NumberFormat(locale, { style: 'percent' })
  const rounded = [0, 1].map((digits) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }))
  return {
    size: (bytes) => {
      const step = bytes < 1_000 ? 0 : bytes < 1e6 ? 1 : bytes < 1e9 ? 2 : 3
      const amount = bytes / 1_000 ** step
      const n = (rounded[step > 1 && amount < 100 ? 1 : 0] as Intl.NumberFormat).format(amount)
      return t(`size.${steps[step] as (typeof steps)[number]}`, { n })
    },
    // 0.29 × 100 is a little less than 29 in binary.
    percent: (part) => percents.format(part < 1 ? Math.min(99, Math.floor(part * 100 + 1e-9)) / 100 : 1),
    // Put together here: what the browser puts between them differs, and Hindi's own does not fit into a sentence.
    time: (at) => t('time.at', { day: daysHere.format(at), clock: clocks.format(at) }),
    clock: (at) => clocks.format(at),
    day: (text) => {
      const at = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : null
      return at === null || Number.isNaN(at.getTime()) ? text : daysOfBirth.format(at)
    },
    left: (seconds) => {
      if (seconds === null) return t('left.unknown')
      if (seconds < 60) return t('left.soon')
      const minutes = Math.ceil(seconds / 60)
      if (minutes < 60) return t('left.minutes', { count: minutes })
      return t('left.hours', { hours: Math.floor(minutes / 60), minutes: minutes % 60 })
    },
  }
}
