/** A file after sending as a row: its name or number, how it stands in a word, and why in a sentence. */
import type { VerdictCode } from '#domain/verdict.ts'
import type { FileRow } from '#web/parts/file-list.tsx'
import { Tag, type Tone } from '#web/parts/marks.tsx'
import type { CheckedFile, FileStanding } from '#web/send/told.ts'
import type { Spoken } from '#web/words/load-words.ts'
import type { VerdictWords } from '#web/words/words.ts'

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

/** True when some file has something to be explained. */
export const anyCode = (files: readonly CheckedFile[]): boolean => files.some(({ codes }) => codes.length > 0)

export const checkedRow = (
  { t, say }: Spoken,
  verdicts: VerdictWords['verdicts'] | null,
  file: CheckedFile,
  index: number,
): FileRow => {
  // A newer gateway may know codes that these words do not.
  const code = file.codes.find((one): one is VerdictCode => verdicts !== null && Object.hasOwn(verdicts, one))
  const quiet = file.standing === 'taken' || file.standing === 'waiting'
  const why = (code && verdicts?.[code]) ?? (quiet ? undefined : t('file.noReason'))
  return {
    id: file.id,
    name: file.name ?? t('file.unnamed', { number: index + 1 }),
    size: say.size(file.size),
    tag: <Tag tone={tones[file.standing]}>{t(`file.standing.${file.standing}`)}</Tag>,
    ...(why === undefined ? {} : { why }),
  }
}
