/** Everything has arrived and is being checked: how many are left, and what came of each. One need not wait for it. */
import { FileList } from '#web/parts/file-list.tsx'
import { Progress } from '#web/parts/progress.tsx'
import { useSpoken, useVerdicts } from '#web/words/spoken.ts'
import { anyCode, checkedRow, sortChecked } from './checked-row.tsx'
import { Heading } from './heading.tsx'
import type { ViewProps } from './view.ts'

export const Checking = ({ page: { files, waiting } }: ViewProps<'checking'>) => {
  const spoken = useSpoken()
  const verdicts = useVerdicts(anyCode(files))
  const { t } = spoken
  const told = waiting === 0 ? t('checking.done') : t('checking.waiting', { count: waiting })
  const part = waiting === 0 ? 1 : files.length === 0 ? null : (files.length - waiting) / files.length
  return (
    <>
      <Heading>{t('checking.title')}</Heading>
      <Progress part={part} label={told} />
      <p className="state tabular" role="status">
        {told}
      </p>
      <p className="keep">{t('checking.text')}</p>
      {files.length === 0 ? null : (
        <FileList
          title={t('checking.show', { count: files.length })}
          rows={sortChecked(files).map((file, index) => checkedRow(spoken, verdicts, file, index))}
          more={t('file.more')}
        />
      )}
    </>
  )
}
