/** Something only the right person knows: a code that came another way, or the patient's birth date. */
import { useState } from 'react'
import { Button } from '#web/parts/button.tsx'
import { DateBoxes } from '#web/parts/date-boxes.tsx'
import { ErrorSummary } from '#web/parts/error-summary.tsx'
import { TextField } from '#web/parts/field.tsx'
import { type DateFault, latinDigits, readDate, type TypedDate } from '#web/parts/typed-date.ts'
import { useSpoken } from '#web/words/spoken.ts'
import { Heading } from './heading.tsx'
import { titleOf } from './title.ts'
import type { ViewProps } from './view.ts'

const field = 'check-answer'

type OwnFault = DateFault | 'codeEmpty'

export const Check = ({ page, actions }: ViewProps<'check'>) => {
  const { t } = useSpoken()
  const { kind, left, checking } = page
  const [code, setCode] = useState('')
  const [date, setDate] = useState<TypedDate>({ day: '', month: '', year: '' })
  // What is wrong with the answer itself comes before what was said to the last one.
  const [own, setOwn] = useState<{ readonly fault: OwnFault | null; readonly round: number }>({
    fault: null,
    round: 0,
  })
  const wrong = left === null ? null : t('check.wrong', { count: left })
  const error = own.fault === null ? (checking ? null : wrong) : t(`check.${own.fault}`)

  const answer = (): void => {
    const typed =
      kind === 'birth-date'
        ? readDate(date)
        : latinDigits(code) === ''
          ? { fault: 'codeEmpty' as const }
          : { iso: latinDigits(code) }
    const fault = 'fault' in typed ? typed.fault : null
    setOwn({ fault, round: own.round + 1 })
    if ('iso' in typed) actions.check(typed.iso)
  }

  const title = t(titleOf(page))
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (!checking) answer()
      }}
    >
      <ErrorSummary
        title={t('frame.wrong')}
        faults={error === null ? [] : [{ field, text: error }]}
        round={`${left} ${own.round}`}
      />
      <Heading>{title}</Heading>
      <p>{t('check.why')}</p>
      {kind === 'birth-date' ? (
        <DateBoxes
          id={field}
          legend={title}
          hint={t('check.dateHint')}
          error={error}
          words={{ day: t('check.day'), month: t('check.month'), year: t('check.year') }}
          value={date}
          onChange={setDate}
        />
      ) : (
        <TextField
          id={field}
          label={t('check.codeLabel')}
          hint={t('check.codeHint')}
          error={error}
          value={code}
          onChange={setCode}
          exact
          short
        />
      )}
      <div className="actions">
        <Button submits working={checking ? t('check.working') : null}>
          {t('check.go')}
        </Button>
      </div>
    </form>
  )
}
