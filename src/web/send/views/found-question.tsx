/** A doubt whose records these are, asked before anything is sent. Names are told as the files have them. */
import { Button } from '#web/parts/button.tsx'
import { Contact, Notice } from '#web/parts/marks.tsx'
import type { Actions } from '#web/send/actions.ts'
import type { Found, FoundPatient } from '#web/send/found.ts'
import type { Asked } from '#web/send/scene.ts'
import { useSpoken } from '#web/words/spoken.ts'
import { patientWords } from './found-patient.ts'

export const questionId = 'patient-question'

const stranger = ({ studies, patients }: Found): FoundPatient | undefined =>
  studies.find(({ match }) => match === 'different')?.patient ?? patients[0]

export type PatientQuestionProps = {
  readonly asked: Asked
  readonly found: Found
  readonly onAnswer: Actions['answerPatient']
}

export const PatientQuestion = ({ asked, found, onAnswer }: PatientQuestionProps) => {
  const spoken = useSpoken()
  const { t } = spoken
  const { mustAnswer, answer } = found
  if (answer !== null)
    return (
      <Notice tone="look" live>
        <p>{t(`found.said.${answer}`)}</p>
      </Notice>
    )
  if (mustAnswer === null) return null
  const one = stranger(found)
  const several = mustAnswer === 'several'
  const patient = one === undefined ? t('found.patientNone') : patientWords(spoken, one)
  return (
    <section className="question" aria-labelledby={questionId}>
      <h2 id={questionId} tabIndex={-1}>
        {t(`found.question.${mustAnswer}`)}
      </h2>
      {several ? (
        <>
          <p>{t('found.says.several')}</p>
          <ul>
            {found.patients.map((person, index) => (
              <li key={`${index} ${person.name}`}>
                {patientWords(spoken, person)} · {t('found.images', { count: person.images })}
              </li>
            ))}
          </ul>
        </>
      ) : (
        <p>
          {asked.initials === null
            ? t('found.says.different', { patient })
            : t('found.says.differentInitials', { patient, initials: asked.initials })}
        </p>
      )}
      <div className="actions stacked">
        <Button kind="quiet" onPress={() => onAnswer('same-person')}>
          {t(several ? 'found.answer.samePerson' : 'found.answer.same-person')}
        </Button>
        <Button kind="quiet" onPress={() => onAnswer('leave-out')}>
          {t(several ? 'found.answer.onlyThis' : 'found.answer.leave-out')}
        </Button>
        {several ? (
          <Button kind="quiet" onPress={() => onAnswer('several-patients')}>
            {t('found.answer.several-patients')}
          </Button>
        ) : null}
      </div>
      <p>
        {t('found.unsure')} <Contact text={asked.contact} />
      </p>
    </section>
  )
}
