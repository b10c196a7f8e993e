/** Before and after the case: asking for the code, a link that lets nobody in, and the end of reading. */
import { useEffect, useState } from 'react'
import { Button } from '#web/parts/button.tsx'
import { ErrorSummary } from '#web/parts/error-summary.tsx'
import { TextField } from '#web/parts/field.tsx'
import { Notice } from '#web/parts/marks.tsx'
import { Progress } from '#web/parts/progress.tsx'
import { type DeadWhy, type EntryPlace, tidyCode } from '#web/read/entry.ts'
import type { OverWhy } from '#web/read/reading.ts'
import { useReadSpoken } from '#web/read/words/spoken.ts'
import { Heading } from './heading.tsx'

/** What is over sooner is not worth a flicker. ms */
const patience = 400

export const OpeningPage = () => {
  const { t } = useReadSpoken()
  const [late, setLate] = useState(false)
  useEffect(() => {
    const alarm = setTimeout(() => setLate(true), patience)
    return () => clearTimeout(alarm)
  }, [])
  return (
    <>
      <Heading>{t('opening.title')}</Heading>
      {late ? <Progress part={null} label={t('frame.working')} /> : null}
    </>
  )
}

export const UnreachedPage = ({ onAgain }: { readonly onAgain: () => void }) => {
  const { t } = useReadSpoken()
  return (
    <>
      <Heading>{t('unreached.title')}</Heading>
      <p className="lead">{t('unreached.text')}</p>
      <div className="actions">
        <Button onPress={onAgain}>{t('frame.again')}</Button>
      </div>
    </>
  )
}

export type DeadPageProps = {
  readonly why: DeadWhy
  /** Back to what is still open in this tab; null when nothing is. */
  readonly onGoOn: (() => void) | null
}

export const DeadPage = ({ why, onGoOn }: DeadPageProps) => {
  const { t } = useReadSpoken()
  return (
    <>
      <Heading>{t(`dead.title.${why}`)}</Heading>
      <p className="lead">{t(`dead.text.${why}`)}</p>
      {onGoOn === null ? null : (
        <div className="actions">
          <Button onPress={onGoOn}>{t('dead.goOn')}</Button>
        </div>
      )}
    </>
  )
}

export type LockedPageProps = { readonly until: Date; readonly onAgain: () => void }

export const LockedPage = ({ until, onAgain }: LockedPageProps) => {
  const { t, say } = useReadSpoken()
  const [over, setOver] = useState(() => until.getTime() <= Date.now())
  useEffect(() => {
    const alarm = setTimeout(() => setOver(true), Math.max(0, until.getTime() - Date.now()))
    return () => clearTimeout(alarm)
  }, [until])
  return (
    <>
      <Heading>{t('locked.title')}</Heading>
      <p className="lead">{t('locked.text', { time: say.clock(until) })}</p>
      {over ? (
        <div className="actions">
          <Button onPress={onAgain}>{t('frame.again')}</Button>
        </div>
      ) : null}
    </>
  )
}

export type CodePageProps = {
  readonly place: Extract<EntryPlace, { readonly at: 'code' }>
  readonly onAnswer: (code: string) => void
}

const field = 'enter-code'

export const CodePage = ({ place: { checking, left, trouble }, onAnswer }: CodePageProps) => {
  const { t } = useReadSpoken()
  const [code, setCode] = useState('')
  const [empty, setEmpty] = useState(false)
  const [round, setRound] = useState(0)
  const wrong = left === null ? null : t('code.wrong', { count: left })
  const error = empty ? t('code.empty') : checking ? null : wrong
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (checking) return
        const typed = tidyCode(code)
        setEmpty(typed === '')
        setRound(round + 1)
        if (typed !== '') onAnswer(typed)
      }}
    >
      <ErrorSummary
        title={t('frame.wrong')}
        faults={error === null ? [] : [{ field, text: error }]}
        round={`${left} ${round}`}
      />
      {trouble ? (
        <Notice tone="bad" live>
          <p>{t('code.trouble')}</p>
        </Notice>
      ) : null}
      <Heading>{t('code.title')}</Heading>
      <p className="lead">{t('code.lead')}</p>
      <TextField
        id={field}
        label={t('code.label')}
        hint={t('code.hint')}
        error={error}
        value={code}
        onChange={setCode}
        exact
        short
      />
      <p className="quiet">{t('code.once')}</p>
      <div className="actions">
        <Button submits working={checking ? t('code.checking') : null}>
          {t('code.go')}
        </Button>
      </div>
    </form>
  )
}

export const OverPage = ({ why }: { readonly why: OverWhy }) => {
  const { t } = useReadSpoken()
  return (
    <>
      <Heading>{t(`over.title.${why}`)}</Heading>
      <p className="lead">{t(`over.text.${why}`)}</p>
      <p>{t('over.copies')}</p>
    </>
  )
}
