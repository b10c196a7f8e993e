/** While records go: one big percentage, what is left, pause and continue. Nothing that arrived is lost. */
import { Button } from '#web/parts/button.tsx'
import { FileList } from '#web/parts/file-list.tsx'
import { Notice } from '#web/parts/marks.tsx'
import { Progress, Said } from '#web/parts/progress.tsx'
import { useSpoken } from '#web/words/spoken.ts'
import { Heading } from './heading.tsx'
import type { ViewProps } from './view.ts'

export const Sending = ({ page: { sending }, actions }: ViewProps<'sending'>) => {
  const { t, say } = useSpoken()
  const { state, bytes, bytesDone, problems, retryAt } = sending
  // Empty files are files too: without a byte, the count tells how far it is.
  const whole = bytes > 0 ? bytes : sending.files
  const done = bytes > 0 ? bytesDone : sending.filesDone
  const part = whole === 0 ? 0 : Math.min(1, done / whole)
  const percent = say.percent(part)
  const left = say.left(sending.secondsLeft)
  const waits = state === 'offline' || state === 'busy'
  return (
    <>
      <Heading>{t('sending.title')}</Heading>
      <p className="big tabular" aria-hidden="true">
        {percent}
      </p>
      <Progress part={state === 'preparing' ? null : part} label={t('sending.percent', { percent })} />
      <p className={waits ? 'state look' : 'state'} role="status">
        {t(`sending.state.${state}`)}
        {waits && retryAt !== null ? ` ${t('sending.busyUntil', { time: say.clock(retryAt) })}` : ''}
      </p>
      <p className="dots tabular">
        {state === 'sending' ? <span>{left}</span> : null}
        <span>{t('sending.bytes', { done: say.size(bytesDone), all: say.size(bytes) })}</span>
        <span>{t('sending.files', { done: sending.filesDone, count: sending.files })}</span>
      </p>
      {state === 'sending' ? <Said part={part} text={t('sending.said', { percent, left })} /> : null}
      <div className="actions">
        {state === 'paused' ? (
          <Button onPress={actions.goOn}>{t('sending.goOn')}</Button>
        ) : (
          <Button kind="quiet" onPress={actions.pause}>
            {t('sending.pause')}
          </Button>
        )}
        <Button kind="plain" onPress={actions.stop}>
          {t('sending.stop')}
        </Button>
      </div>
      <p className="keep">{t('sending.return')}</p>
      {sending.slow ? <p className="quiet">{t('sending.slow')}</p> : null}
      <p className="quiet">{t(sending.keptAwake === true ? 'sending.awake' : 'sending.notAwake')}</p>
      {problems.length === 0 ? null : (
        <Notice tone="look" live>
          <p>
            <strong>{t('sending.problems', { count: problems.length })}</strong>
          </p>
          <p>{t('sending.problemsKept')}</p>
          <FileList
            title={t('choose.namesShow')}
            rows={problems.map(({ name, reason }, index) => ({
              id: `${index}`,
              name,
              why: t(`problem.${reason}`),
            }))}
            more={t('file.more')}
          />
          <Button kind="quiet" onPress={actions.trySkipped}>
            {t('sending.tryThem')}
          </Button>
        </Notice>
      )}
    </>
  )
}
