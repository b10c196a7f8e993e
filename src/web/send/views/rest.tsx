/** Everything here arrived, but files that were announced earlier did not. */
import { Button } from '#web/parts/button.tsx'
import { useSpoken } from '#web/words/spoken.ts'
import { Heading } from './heading.tsx'
import type { ViewProps } from './view.ts'

export const Rest = ({ page: { files }, actions }: ViewProps<'rest'>) => {
  const { t } = useSpoken()
  return (
    <>
      <Heading>{t('rest.title')}</Heading>
      <p className="lead">{t('rest.text', { count: files })}</p>
      <div className="actions">
        <Button onPress={actions.addMore}>{t('rest.choose')}</Button>
        <Button kind="quiet" onPress={actions.leaveRest}>
          {t('rest.leave')}
        </Button>
      </div>
    </>
  )
}
