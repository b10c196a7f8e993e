/** What was found, before a byte is sent: studies, documents, what stays here, and whose records they say they are. */
import { useState } from 'react'
import { Button } from '#web/parts/button.tsx'
import { FileList } from '#web/parts/file-list.tsx'
import { Notice } from '#web/parts/marks.tsx'
import type { Found } from '#web/send/found.ts'
import { useSpoken } from '#web/words/spoken.ts'
import { DocumentCard } from './found-document.tsx'
import { PatientQuestion, questionId } from './found-question.tsx'
import { StudyCard } from './found-study.tsx'
import { Heading } from './heading.tsx'
import type { ViewProps } from './view.ts'

const LeftHere = ({ found: { leftOut, unreadable, disc } }: { readonly found: Found }) => {
  const { t } = useSpoken()
  return (
    <>
      {unreadable.length === 0 ? null : (
        <Notice tone="look">
          <p>{t('found.unreadable', { count: unreadable.length })}</p>
          <FileList
            title={t('choose.namesShow')}
            rows={unreadable.map((name, index) => ({ id: `${index}`, name }))}
            more={t('file.more')}
          />
        </Notice>
      )}
      {disc === null || disc.listed <= disc.found ? null : (
        <Notice tone="look">
          <p>{t('found.disc', disc)}</p>
        </Notice>
      )}
      {leftOut.programs + leftOut.system === 0 ? null : (
        <section>
          <h2>{t('found.leftOut')}</h2>
          <ul>
            {leftOut.programs === 0 ? null : <li>{t('found.programs', { count: leftOut.programs })}</li>}
            {leftOut.system === 0 ? null : <li>{t('found.system', { count: leftOut.system })}</li>}
          </ul>
        </section>
      )}
    </>
  )
}

export const FoundView = ({ page: { asked, found }, actions }: ViewProps<'found'>) => {
  const { t, say } = useSpoken()
  const [pressed, setPressed] = useState(0)
  const { studies, documents, chosen } = found
  const unanswered = found.mustAnswer !== null && found.answer === null
  const fresh = chosen.files - chosen.already
  const missing = unanswered ? 'found.answerFirst' : chosen.files === 0 ? 'found.chooseFirst' : null
  const nothing = studies.length + documents.length === 0

  const send = (): void => {
    setPressed(pressed + 1)
    if (missing === null) actions.send()
    else if (unanswered) document.getElementById(questionId)?.focus()
  }

  return (
    <>
      <Heading>{t('found.title')}</Heading>
      <p className="lead">{t(nothing ? 'found.nothing' : 'found.lead')}</p>
      <PatientQuestion asked={asked} found={found} onAnswer={actions.answerPatient} />
      {studies.length === 0 ? null : (
        <section>
          <h2>{t('found.studies')}</h2>
          <ul className="cards">
            {studies.map((study) => (
              <StudyCard key={study.key} study={study} onChoose={actions.chooseStudy} />
            ))}
          </ul>
        </section>
      )}
      {documents.length === 0 ? null : (
        <section>
          <h2>{t('found.documents')}</h2>
          <ul className="cards">
            {documents.map((one) => (
              <DocumentCard key={one.key} document={one} onChoose={actions.chooseDocument} />
            ))}
          </ul>
        </section>
      )}
      <LeftHere found={found} />
      {nothing ? null : (
        <p className="sum tabular">
          {fresh === 0 && chosen.files > 0
            ? t('found.sendNone')
            : t('found.sum', { count: chosen.files, size: say.size(chosen.bytes) })}
          {chosen.already > 0 && fresh > 0 ? (
            <span>{t('found.already', { count: chosen.already, fresh })}</span>
          ) : null}
        </p>
      )}
      {pressed > 0 && missing !== null ? (
        <Notice tone="bad" live key={pressed}>
          <p>{t(missing)}</p>
        </Notice>
      ) : null}
      <div className="actions">
        {nothing ? null : (
          <Button onPress={send}>
            {fresh === 0 && chosen.files > 0 ? t('found.finish') : t('found.send', { count: fresh })}
          </Button>
        )}
        <Button kind={nothing ? 'main' : 'quiet'} onPress={actions.addMore}>
          {t('found.add')}
        </Button>
      </div>
    </>
  )
}
