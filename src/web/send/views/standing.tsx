/** Where the case is, as its sender may know: four steps, who opened the records when, and the consent. */
import { Button } from '#web/parts/button.tsx'
import { Notice, Tag } from '#web/parts/marks.tsx'
import type { Standing } from '#web/send/told.ts'
import { useSpoken } from '#web/words/spoken.ts'

const steps = ['waiting', 'received', 'with-specialist', 'opinion-ready'] as const

export type CaseStandingProps = { readonly standing: Standing; readonly onWithdraw: () => void }

export const CaseStanding = ({ standing: { step, opened, consent }, onWithdraw }: CaseStandingProps) => {
  const { t, say } = useSpoken()
  const reached = steps.findIndex((one) => one === step)
  return (
    <section>
      <h2>{t('receipt.next')}</h2>
      {step === 'ended' ? (
        <Notice tone="quiet">
          <p>{t('receipt.ended')}</p>
        </Notice>
      ) : (
        <ol className="steps">
          {steps.map((one, index) => {
            const state = index < reached ? 'stepDone' : index === reached ? 'stepNow' : 'stepLater'
            return (
              <li key={one} className={state} aria-current={state === 'stepNow' ? 'step' : undefined}>
                <span>{t(`receipt.step.${one}`)}</span>
                <Tag tone={index <= reached ? 'good' : 'quiet'}>{t(`receipt.${state}`)}</Tag>
              </li>
            )
          })}
        </ol>
      )}
      {opened.length === 0 ? null : (
        <ul className="opened tabular">
          {opened.map((at, index) => (
            <li key={`${index} ${at.getTime()}`}>{t('receipt.opened', { time: say.time(at) })}</li>
          ))}
        </ul>
      )}
      {consent === null ? null : consent.withdrawnAt === null ? (
        <div className="consent-line">
          <p className="quiet">{t('receipt.consentAt', { time: say.time(consent.givenAt) })}</p>
          <p className="no-print">
            <Button kind="plain" onPress={onWithdraw}>
              {t('receipt.withdraw')}
            </Button>
          </p>
        </div>
      ) : (
        <Notice tone="look">
          <p>{t('receipt.consentOff', { time: say.time(consent.withdrawnAt) })}</p>
        </Notice>
      )}
    </section>
  )
}
