/** Too many answers that did not match: how long the link rests, and a way on when it is over. */
import { useEffect, useState } from 'react'
import { lockout } from '#domain/code-tries.ts'
import { Button } from '#web/parts/button.tsx'
import { useSpoken } from '#web/words/spoken.ts'
import { Heading } from './heading.tsx'
import type { ViewProps } from './view.ts'

export const Locked = ({ page: { until }, actions }: ViewProps<'locked'>) => {
  const { t, say } = useSpoken()
  const [over, setOver] = useState(() => until.getTime() <= Date.now())
  useEffect(() => {
    // A machine whose clock is years behind must not wait for years; nor does any alarm reach that far.
    const wait = Math.min(until.getTime() - Date.now(), lockout.minutes * 60_000)
    setOver(wait <= 0)
    const alarm = setTimeout(() => setOver(true), Math.max(0, wait))
    return () => clearTimeout(alarm)
  }, [until])
  return (
    <>
      <Heading>{t('locked.title')}</Heading>
      <p className="lead">{t('locked.text', { count: lockout.tries, time: say.clock(until) })}</p>
      <p>{t('locked.kept')}</p>
      {over ? (
        <div className="actions">
          <Button onPress={actions.tryAgain}>{t('frame.again')}</Button>
        </div>
      ) : null}
    </>
  )
}
