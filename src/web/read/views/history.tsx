/** What arrived, study by study, and what seems to be missing. */
import { Notice, Tag } from '#web/parts/marks.tsx'
import type { Note } from '#web/read/notes.ts'
import type { StudyRow } from '#web/read/studies.ts'
import { useReadSpoken } from '#web/read/words/spoken.ts'

export type HistoryProps = {
  readonly openedAt: Date
  readonly studies: readonly StudyRow[]
  readonly notes: readonly Note[]
  readonly documents: number
}

const NoteLine = ({ note: { code, came, expected } }: { readonly note: Note }) => {
  const { t } = useReadSpoken()
  const counts = came !== null && expected !== null ? ` ${t('notes.counts', { came, expected })}` : ''
  return (
    <li>
      {t(`notes.${code}`)}
      {counts}
    </li>
  )
}

export const History = ({ openedAt, studies, notes, documents }: HistoryProps) => {
  const { t, say } = useReadSpoken()
  const whole = notes.filter(({ study }) => study === null)
  return (
    <>
      <h2>{t('history.title')}</h2>
      <p className="quiet">{t('history.opened', { time: say.time(openedAt) })}</p>
      {whole.length === 0 ? null : (
        <Notice tone="look">
          <ul className="plain-list">
            {whole.map((note) => (
              <NoteLine key={note.code} note={note} />
            ))}
          </ul>
        </Notice>
      )}
      <ol className="studies">
        {studies.map((study) => {
          const own = notes.filter((note) => note.study === study.uid)
          return (
            <li key={study.uid}>
              <h3>{study.date === null ? t('history.noDate') : say.day(study.date)}</h3>
              <p>
                <span className="tabular">{study.modalities.join(' ')}</span> {study.description}
              </p>
              <p>{t('history.objects', { count: study.objects })}</p>
              {study.patientName === null ? null : (
                <p className="quiet">
                  {t('history.named', {
                    name: study.patientName,
                    day: study.birthDate === null ? '–' : say.day(study.birthDate),
                  })}
                </p>
              )}
              {own.length === 0 ? (
                <Tag tone="good">{t('history.whole')}</Tag>
              ) : (
                <>
                  <Tag tone="look">{t('history.missing')}</Tag>
                  <ul className="plain-list">
                    {own.map((note, index) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: a series may have two notes of one kind.
                      <NoteLine key={index} note={note} />
                    ))}
                  </ul>
                </>
              )}
            </li>
          )
        })}
        {documents === 0 ? null : (
          <li>
            <h3>{t('history.documents')}</h3>
            <p>{t('history.documentCount', { count: documents })}</p>
          </li>
        )}
      </ol>
    </>
  )
}
