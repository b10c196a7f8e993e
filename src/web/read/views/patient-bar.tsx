/** Name, birth date and study dates: on the screen whatever else is, so that nobody reads one patient for another. */
import { printName } from '#web/read/patient.ts'
import type { ViewedCase } from '#web/read/reading.ts'
import type { StudyRow } from '#web/read/studies.ts'
import { useReadSpoken } from '#web/read/words/spoken.ts'

export type PatientBarProps = {
  readonly patient: ViewedCase['patient']
  /** Null until they are known. */
  readonly studies: readonly StudyRow[] | null
}

const mostDates = 2

export const PatientBar = ({ patient: { name, birthDate }, studies }: PatientBarProps) => {
  const { t, say } = useReadSpoken()
  const days = [...new Set((studies ?? []).flatMap(({ date }) => (date === null ? [] : [date])))]
  const more = days.length - mostDates
  return (
    <section className="patient" aria-label={t('patient.label')}>
      <strong className="patient-name">{name === undefined ? t('patient.noName') : printName(name)}</strong>
      <span>
        {birthDate === undefined ? t('patient.noBirth') : t('patient.born', { day: say.day(birthDate) })}
      </span>
      {days.length === 0 ? null : (
        <span>
          {t('patient.studies', { days: days.slice(0, mostDates).map(say.day).join(' · ') })}
          {more > 0 ? ` ${t('patient.more', { count: more })}` : ''}
        </span>
      )}
    </section>
  )
}
