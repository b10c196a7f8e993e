/** Sending stopped before its end: what is safe, why, and what can be done. */
import { Button } from '#web/parts/button.tsx'
import { Notice } from '#web/parts/marks.tsx'
import { useSpoken } from '#web/words/spoken.ts'
import { Heading } from './heading.tsx'
import { titleOf } from './title.ts'
import type { PageAt, ViewProps } from './view.ts'

const safeWords = ({ safe, of }: PageAt<'stopped'>, t: ReturnType<typeof useSpoken>['t']): string =>
  safe === 0 ? t('stopped.none') : t('stopped.safe', { count: safe, of })

export const Stopped = ({ page, actions }: ViewProps<'stopped'>) => {
  const { t } = useSpoken()
  return (
    <>
      <Heading>{t(titleOf(page))}</Heading>
      <Notice tone={page.safe === 0 ? 'quiet' : 'good'}>
        <p>{safeWords(page, t)}</p>
      </Notice>
      <p>{t(`stopped.text.${page.why}`)}</p>
      {page.why === 'failed' ? (
        <div className="actions">
          <Button onPress={actions.tryAgain}>{t('frame.again')}</Button>
        </div>
      ) : null}
    </>
  )
}
