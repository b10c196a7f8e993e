/** Where a link leads first: who asks, for whom, what and until when. Looking changes nothing; Start does. */
import { Button } from '#web/parts/button.tsx'
import { Notice } from '#web/parts/marks.tsx'
import type { Asked } from '#web/send/scene.ts'
import { useSpoken } from '#web/words/spoken.ts'
import type { Tell } from '#web/words/words.ts'
import { Heading } from './heading.tsx'
import type { ViewProps } from './view.ts'

const patientOf = (t: Tell, { initials, lastTwo }: Asked): string | null => {
  if (initials !== null && lastTwo !== null) return t('landing.initials', { initials, lastTwo })
  if (lastTwo !== null) return t('landing.onlyNumber', { lastTwo })
  return initials
}

const readyOf = (t: Tell, { check, role }: Asked): string | null => {
  if (check === 'code') return t('landing.readyCode')
  if (check === 'none') return null
  return t(role === 'patient' ? 'landing.readyOwnBirth' : 'landing.readyBirth')
}

export const Landing = ({ page: { asked, starting }, actions }: ViewProps<'landing'>) => {
  const { t, say } = useSpoken()
  const { arrived, finishedAt } = asked
  const patient = patientOf(t, asked)
  const ready = readyOf(t, asked)
  const begun = finishedAt === null && arrived.files > 0
  return (
    <>
      <Heading>{t('landing.title')}</Heading>
      <p className="lead">{t('landing.lead', { institution: asked.institution })}</p>
      {finishedAt === null ? null : (
        <Notice tone="good">
          <p>{t('landing.finished', { time: say.time(finishedAt) })}</p>
        </Notice>
      )}
      {begun ? (
        <Notice tone="good">
          <p>{t('landing.arrived', { count: arrived.files, of: arrived.of })}</p>
        </Notice>
      ) : null}
      <dl className="facts">
        {patient === null ? null : (
          <div>
            <dt>{t('landing.patient')}</dt>
            <dd>{patient}</dd>
          </div>
        )}
        <div>
          <dt>{t('landing.what')}</dt>
          <dd>
            <ul>
              <li>{t('landing.whatImages')}</li>
              <li>{t('landing.whatReports')}</li>
            </ul>
          </dd>
        </div>
        <div>
          <dt>{t('landing.until')}</dt>
          <dd>{say.time(asked.until)}</dd>
        </div>
        {ready === null ? null : (
          <div>
            <dt>{t('landing.ready')}</dt>
            <dd>{ready}</dd>
          </div>
        )}
      </dl>
      <div className="actions">
        <Button working={starting ? t('landing.starting') : null} onPress={actions.start}>
          {finishedAt === null ? t(begun ? 'frame.continue' : 'landing.start') : t('landing.finishedStart')}
        </Button>
      </div>
      <p className="quiet">{t('landing.keep')}</p>
    </>
  )
}
