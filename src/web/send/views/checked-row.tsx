/** A file after sending as a row: its name or number, how it stands in a word, and why in a sentence. */
import { isVerdictCode } from '#domain/verdict.ts'
import type { FileRow } from '#web/parts/file-list.tsx'
import { Tag, type Tone } from '#web/parts/marks.tsx'
import type { CheckedFile, FileStanding } from '#web/send/told.ts'
import type { Spoken } from '#web/words/load-words.ts'

const tones = {
  waiting: 'quiet',
  taken: 'good',
  remark: 'good',
  held: 'look',
  refused: 'bad',
} as const satisfies Record<FileStanding, Tone>

/** What the sender should read first. */
const order: readonly FileStanding[] = ['refused', 'held', 'remark', 'waiting', 'taken']

export const sortChecked = (files: readonly CheckedFile[]): CheckedFile[] =>
  [...files].sort((one, other) => order.indexOf(one.standing) - order.indexOf(other.standing))

export const checkedRow = ({ t, say, verdicts }: Spoken, file: CheckedFile, index: number): FileRow => {
  const code = file.codes.find(isVerdictCode)
  const quiet = file.standing === 'taken' || file.standing === 'waiting'
  const why = code === undefined ? (quiet ? undefined : t('file.noReason')) : verdicts[code]
  return {
    id: file.id,
    name: file.name ?? t('file.unnamed', { number: index + 1 }),
    size: say.size(file.size),
    tag: <Tag tone={tones[file.standing]}>{t(`file.standing.${file.standing}`)}</Tag>,
    ...(why === undefined ? {} : { why }),
  }
}
