/** Pages where nothing can be sent, or not yet: opening, an old browser, a dead link. */
import { useEffect, useState } from 'react'
import { Button } from '#web/parts/button.tsx'
import { Notice } from '#web/parts/marks.tsx'
import { Progress } from '#web/parts/progress.tsx'
import { useSpoken } from '#web/words/spoken.ts'
import { Heading } from './heading.tsx'
import { titleOf } from './title.ts'
import type { ViewProps } from './view.ts'

/** What is over sooner is not worth a flicker. ms */
const patience = 400

export const Opening = () => {
  const { t } = useSpoken()
  const [late, setLate] = useState(false)
  useEffect(() => {
    const alarm = setTimeout(() => setLate(true), patience)
    return () => clearTimeout(alarm)
  }, [])
  return (
    <>
      <Heading>{t('opening.title')}</Heading>
      {late ? (
        <>
          <Progress part={null} label={t('frame.working')} />
          <p role="status">{t('opening.text')}</p>
        </>
      ) : null}
    </>
  )
}

export const OldBrowser = () => {
  const { t } = useSpoken()
  return (
    <>
      <Heading>{t('old.title')}</Heading>
      <p className="lead">{t('old.text')}</p>
    </>
  )
}

export const Dead = ({ page, actions }: ViewProps<'dead'>) => {
  const { t, say } = useSpoken()
  const { why, until, asking } = page
  return (
    <>
      <Heading>{t(titleOf(page))}</Heading>
      <p className="lead">{t(`dead.text.${why}`)}</p>
      {until === null ? null : <p>{t('dead.until', { time: say.time(until) })}</p>}
      {asking === 'asked' || asking === 'failed' ? (
        <Notice tone={asking === 'asked' ? 'good' : 'bad'} live>
          <p>{t(`dead.${asking}`)}</p>
        </Notice>
      ) : null}
      {asking === 'may-not' || asking === 'asked' ? null : (
        <div className="actions">
          <Button working={asking === 'asking' ? t('dead.asking') : null} onPress={actions.askForLink}>
            {t('dead.ask')}
          </Button>
        </div>
      )}
    </>
  )
}
