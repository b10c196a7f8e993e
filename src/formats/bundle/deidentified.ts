/** De-identified: what a copy says of how it was made and of what is not in it, for its manifest and for people. */
import { type CopyOptions, copyWarnings, type LeftOut } from '#domain/copy.ts'

export type Deidentified = {
  readonly profile: string
  /** CID 7050 of PS3.16: the profile and its options. */
  readonly codes: readonly string[]
  readonly options: CopyOptions
  readonly files: number
  /** Files that may show a name as part of the picture. */
  readonly mayShowText: number
  readonly leftOut: readonly LeftOut[]
}

export const deidentifiedProfile = 'DICOM PS3.15 Basic Application Confidentiality Profile'

const dateWords: Readonly<Record<CopyOptions['dates'], string>> = {
  keep: 'Dates are as they were.',
  shift: 'All dates are moved by one number of days, which nobody is told.',
  remove: 'Dates are taken out.',
}

const width = 74

/** Lines of at most `width` characters. */
const wrap = (text: string): string[] => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length >= width) {
      lines.push(line)
      line = ''
    }
    line += line === '' ? word : ` ${word}`
  }
  return [...lines, line]
}

/** Lines of README.TXT, ASCII. */
export const aboutDeidentified = ({ codes, options, ...made }: Deidentified): string[] => [
  'WITHOUT NAMES',
  ...[
    `This copy was de-identified by a program, by the basic profile of DICOM PS3.15 (${codes.join(', ')}).`,
    'Names, numbers, places and free texts are replaced or taken out of the headers; the pictures are as they were.',
    dateWords[options.dates],
    options.characteristics
      ? 'Sex, age, size and weight are as they were.'
      : 'Sex, age, size and weight are taken out.',
    ...copyWarnings({ ...made, bytes: 0 }),
  ].flatMap((text) => wrap(text).map((line, at) => (at === 0 ? `- ${line}` : `  ${line}`))),
  '',
]
