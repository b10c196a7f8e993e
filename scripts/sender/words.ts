/** Words of the command-line sender: sizes, times, verdicts and what went wrong, as a person in an office reads them. */
import type { FaultCode } from '#domain/fault.ts'
import { isVerdictCode, verdictTable } from '#domain/verdict.ts'
import type { LeftOutReason } from '#sending/listed-file.ts'
import type { Progress } from '#sending/progress.ts'
import type { SentItem } from '#sending/replies.ts'
import type { Contents } from './contents.ts'

/** What the program ends with. */
export const exitCodes = { accepted: 0, usage: 1, refused: 2, unfinished: 3, deadLink: 4 } as const

export const size = (bytes: number): string =>
  bytes < 1e6
    ? `${Math.ceil(bytes / 1e3)} KB`
    : bytes < 1e9
      ? `${(bytes / 1e6).toFixed(1)} MB`
      : `${(bytes / 1e9).toFixed(2)} GB`

export const count = (number: number, one: string, many: string): string =>
  `${number.toLocaleString('en')} ${number === 1 ? one : many}`

export const files = (number: number): string => count(number, 'file', 'files')

/** Seconds as a person says them. */
export const duration = (seconds: number): string =>
  seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`

export const contentWords = ({ dicom, pdf, pictures, others, unknown }: Contents): string =>
  [
    count(dicom, 'DICOM file', 'DICOM files'),
    count(pdf, 'PDF', 'PDFs'),
    count(pictures, 'picture', 'pictures'),
    count(others, 'other', 'others'),
    ...(unknown > 0 ? [`${unknown} not looked into`] : []),
  ].join(', ')

export const progressWords = ({
  files: all,
  filesDone,
  bytes,
  bytesDurable,
  rate,
  secondsLeft,
}: Progress): string => {
  const percent = bytes === 0 ? 100 : Math.floor((100 * bytesDurable) / bytes)
  const speed = rate === null ? '' : `, ${size(rate)}/s`
  const left = secondsLeft === null || bytesDurable === bytes ? '' : `, about ${duration(secondsLeft)} left`
  return `${percent} %  ${size(bytesDurable)} of ${size(bytes)}, ${filesDone} of ${all} files${speed}${left}`
}

export const leftOutWords: Record<LeftOutReason, string> = {
  changed: 'changed while it was being sent; send it again once nothing writes to it',
  gone: 'was there at first and is gone now',
  unreadable: 'cannot be read; if it is on a disc, clean the disc and try again',
}

const ask = 'Ask the person who sent you the link for a new one. What has arrived is kept.'

const deadWords: Partial<Record<FaultCode, string>> = {
  'link.invalid': 'This link does not work. Check that the whole line was copied, or ask for a new one.',
  'link.expired': `This link has stopped working: its time is over. ${ask}`,
  'link.used-up': `This link was used as often as it allows. ${ask}`,
  'link.revoked': `This link was ended by the desk. ${ask}`,
  'link.locked': 'Too many wrong codes. The link pauses for fifteen minutes; then try again.',
  'link.code-needed': 'This link needs the code you were given apart from it: --code, or SECOND_READ_CODE.',
  'link.code-wrong': 'The code is not right. After five wrong ones the link pauses for fifteen minutes.',
  'case.closed': 'The case is closed and takes no records any more. Ask the desk.',
  'consent.needed':
    'The desk needs your consent first: open the link in a browser, say who you are and agree. Then run this again.',
}

const goOn = 'What has arrived is safe: run the same command again, and only the rest is sent.'

/** Why it ended early, what to do, and the exit code that goes with it. */
export const stopWords = (code: FaultCode | 'line'): { readonly words: string; readonly exit: number } => {
  const dead = code === 'line' ? undefined : deadWords[code]
  if (dead !== undefined) return { words: dead, exit: exitCodes.deadLink }
  if (code === 'line')
    return { words: `The gateway could not be reached. ${goOn}`, exit: exitCodes.unfinished }
  if (code === 'plan.too-many')
    return { words: 'More files than one link takes. Ask the desk.', exit: exitCodes.unfinished }
  return { words: `The gateway could not go on (${code}). ${goOn}`, exit: exitCodes.unfinished }
}

export const stoppedWords = `Stopped. ${goOn}`

/** Refused only because it did its work or is there already: nothing a sender has to look after. */
const harmless: ReadonlySet<string> = new Set(['DICOM_DIRECTORY', 'DUPLICATE'])

const isHarmless = (codes: readonly string[]): boolean => {
  const deciding = codes.filter((code) => isVerdictCode(code) && verdictTable[code].outcome === 'rejected')
  return deciding.length > 0 && deciding.every((code) => harmless.has(code))
}

export type Standing = 'accepted' | 'remarks' | 'known' | 'desk' | 'refused' | 'out' | 'waiting'

const standings: Readonly<Record<string, Standing>> = {
  accepted: 'accepted',
  released: 'accepted',
  unpacked: 'accepted',
  accepted_with_warnings: 'remarks',
  quarantined: 'desk',
  rejected: 'refused',
  discarded: 'out',
  erased: 'out',
}

export const standingOf = ({ state, codes }: Pick<SentItem, 'state' | 'codes'>): Standing => {
  if (state === 'rejected' && isHarmless(codes)) return 'known'
  return standings[state] ?? 'waiting'
}

const standingWords: Record<Standing, string> = {
  accepted: 'accepted',
  remarks: 'accepted, with a remark',
  known: 'not needed as a record',
  desk: 'waits for a person of the desk',
  refused: 'refused',
  out: 'left out',
  waiting: 'not checked yet',
}

const mostNames = 3

/** A line for each standing, and below it each sentence with names of some files. `nameOf`: by item id. */
export const verdictLines = (items: readonly SentItem[], nameOf: (id: string) => string): string[] =>
  (Object.keys(standingWords) as Standing[]).flatMap((standing) => {
    const some = items.filter((item) => standingOf(item) === standing)
    if (some.length === 0) return []
    const lines = [`${String(some.length).padStart(7)}  ${standingWords[standing]}`]
    const sentences = Map.groupBy(some, ({ sentence }) => sentence)
    for (const [sentence, those] of sentences) {
      if (sentence === null) continue
      const names = those.slice(0, mostNames).map(({ id, from }) => nameOf(from ?? id))
      const more = those.length > mostNames ? ` and ${those.length - mostNames} more` : ''
      lines.push(`           ${sentence}`, `             ${names.join(', ')}${more}`)
    }
    return lines
  })
