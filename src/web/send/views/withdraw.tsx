/** Taking the consent back: what that means first, then one clear button. */
import { Button } from '#web/parts/button.tsx'
import { Notice } from '#web/parts/marks.tsx'
import { useSpoken } from '#web/words/spoken.ts'
import { Heading } from './heading.tsx'
import { titleOf } from './title.ts'
import type { ViewProps } from './view.ts'

export const Withdraw = ({ page, actions }: ViewProps<'withdraw'>) => {
  const { t } = useSpoken()
  const { withdrawing } = page
  const working = withdrawing === 'working'
  if (withdrawing === 'done')
    return (
      <>
        <Heading>{t(titleOf(page))}</Heading>
        <p className="lead">{t('withdraw.done')}</p>
        <div className="actions">
          <Button kind="quiet" onPress={actions.back}>
            {t('frame.back')}
          </Button>
        </div>
      </>
    )
  return (
    <>
      <Heading>{t(titleOf(page))}</Heading>
      <p className="lead">{t('withdraw.text')}</p>
      <p>{t('withdraw.seen')}</p>
      {withdrawing === 'failed' ? (
        <Notice tone="bad" live>
          <p>{t('withdraw.failed')}</p>
        </Notice>
      ) : null}
      <div className="actions">
        <Button kind="danger" working={working ? t('withdraw.working') : null} onPress={actions.withdraw}>
          {t('withdraw.yes')}
        </Button>
        {working ? null : (
          <Button kind="quiet" onPress={actions.back}>
            {t('withdraw.no')}
          </Button>
        )}
      </div>
    </>
  )
}
