/** The case: whose it is, the question, what there is, and the ways out. Images come as a chunk of their own when asked for. */
import { lazy, Suspense, useCallback, useEffect, useState } from 'react'
import { Button } from '#web/parts/button.tsx'
import { Notice } from '#web/parts/marks.tsx'
import { isRefused } from '#web/read/ask.ts'
import { listNotes, type Note } from '#web/read/notes.ts'
import { doubtsOf } from '#web/read/patient.ts'
import type { Reading, ViewedCase } from '#web/read/reading.ts'
import { listSeries, listStudies, type SeriesRow, type StudyRow } from '#web/read/studies.ts'
import { useReadSpoken } from '#web/read/words/spoken.ts'
import { ChunkGuard } from './chunk-guard.tsx'
import { Documents } from './documents.tsx'
import { OpeningPage } from './entry-pages.tsx'
import { Heading } from './heading.tsx'
import { History } from './history.tsx'
import { PatientBar } from './patient-bar.tsx'
import { Tabs } from './tabs.tsx'
import { WaysOut } from './ways-out.tsx'

const Viewer = lazy(() =>
  import('#web/read/images/viewer.tsx').then(({ Viewer: found }) => ({ default: found })),
)

type TabName = 'images' | 'documents' | 'history'

type Loaded = {
  readonly viewed: ViewedCase
  /** Null when they could not be had; the rest is shown all the same. */
  readonly studies: readonly StudyRow[] | null
  readonly series: readonly SeriesRow[] | null
  readonly notes: readonly Note[] | null
}

/** How often a case whose files are still arriving is looked at again. ms */
const lookAgain = 60_000

const load = async (reading: Reading): Promise<Loaded | null> => {
  const viewed = await reading.view()
  if (isRefused(viewed)) return null
  const studies = await listStudies(reading).catch(() => null)
  const series = studies === null ? null : await listSeries(reading, studies).catch(() => null)
  const notes = await listNotes(reading).catch(() => null)
  return { viewed, studies, series, notes }
}

const useCase = (reading: Reading) => {
  const [loaded, setLoaded] = useState<Loaded | null>(null)
  const [failed, setFailed] = useState(false)
  const look = useCallback(() => {
    let wanted = true
    void load(reading).then((found) => {
      if (!wanted) return
      setFailed(found === null || found.series === null || found.notes === null)
      if (found !== null) setLoaded(found)
    })
    return () => {
      wanted = false
    }
  }, [reading])
  useEffect(look, [look])
  const arriving = loaded?.viewed.arriving ?? 0
  useEffect(() => {
    if (arriving === 0) return
    const alarm = setInterval(look, lookAgain)
    return () => clearInterval(alarm)
  }, [arriving, look])
  return { loaded, failed, look }
}

const Standing = ({
  viewed,
  notes,
}: {
  readonly viewed: ViewedCase
  readonly notes: readonly Note[] | null
}) => {
  const { t } = useReadSpoken()
  const { arriving, held, images, documents } = viewed
  const empty = images === 0 && documents.length === 0
  const missing = (notes ?? []).some(
    ({ code }) => code !== 'STILL_COMING' && code !== 'WAITING' && code !== 'DUPLICATES',
  )
  return (
    <>
      {empty ? (
        <Notice tone="look">
          <p>{t(arriving > 0 ? 'case.nothingYet' : 'case.nothing')}</p>
        </Notice>
      ) : null}
      {arriving > 0 ? (
        <Notice tone="quiet" live>
          <p>{t('case.arriving', { count: arriving })}</p>
        </Notice>
      ) : null}
      {held > 0 ? (
        <Notice tone="look">
          <p>{t('case.held', { count: held })}</p>
        </Notice>
      ) : null}
      {missing ? (
        <Notice tone="look">
          <p>{t('case.missing')}</p>
        </Notice>
      ) : null}
    </>
  )
}

const Doubts = ({ loaded: { viewed, studies } }: { readonly loaded: Loaded }) => {
  const { t, say } = useReadSpoken()
  const doubts = doubtsOf(viewed.patient, studies ?? [])
  if (doubts.length === 0) return null
  return (
    <Notice tone="bad">
      <p>
        <strong>{t('case.doubt')}</strong>
      </p>
      <ul className="plain-list">
        {doubts.map(({ study, name, birthDate }) => (
          <li key={study.uid}>
            {t('case.doubtLine', {
              day: study.date === null ? t('history.noDate') : say.day(study.date),
              name: name ?? '–',
              birth: birthDate === null ? '–' : say.day(birthDate),
            })}
          </li>
        ))}
      </ul>
    </Notice>
  )
}

export const CasePage = ({ reading }: { readonly reading: Reading }) => {
  const { t } = useReadSpoken()
  const { loaded, failed, look } = useCase(reading)
  const [chosen, setChosen] = useState<TabName | null>(null)

  const again = (
    <Notice tone="bad" live>
      <p>{t('trouble.failed')}</p>
      <Button kind="quiet" onPress={look}>
        {t('frame.again')}
      </Button>
    </Notice>
  )
  if (loaded === null) return failed ? again : <OpeningPage />
  const { viewed, studies, series, notes } = loaded
  const tabs = [
    { name: 'images' as const, label: t('tabs.images', { count: viewed.images }) },
    { name: 'documents' as const, label: t('tabs.documents', { count: viewed.documents.length }) },
    { name: 'history' as const, label: t('tabs.history') },
  ]
  const current: TabName =
    chosen ?? (viewed.images > 0 || viewed.documents.length === 0 ? 'history' : 'documents')
  return (
    <>
      <PatientBar patient={viewed.patient} studies={studies} />
      {failed ? again : null}
      <Heading>{t('case.title')}</Heading>
      <section className="question" aria-label={t('case.question')}>
        <h2>{t('case.question')}</h2>
        <p className="asked">{viewed.question ?? t('case.noQuestion')}</p>
      </section>
      <Doubts loaded={loaded} />
      <Standing viewed={viewed} notes={notes} />
      <WaysOut reading={reading} viewed={viewed} studies={studies} />
      <Tabs label={t('tabs.label')} tabs={tabs} current={current} onChoose={setChosen}>
        {current === 'images' ? (
          viewed.images === 0 || series === null ? (
            <p>{t('images.none')}</p>
          ) : (
            <ChunkGuard>
              <Suspense fallback={<p role="status">{t('images.opening')}</p>}>
                <Viewer reading={reading} patient={viewed.patient} studies={studies ?? []} series={series} />
              </Suspense>
            </ChunkGuard>
          )
        ) : null}
        {current === 'documents' ? <Documents reading={reading} documents={viewed.documents} /> : null}
        {current === 'history' ? (
          <History
            openedAt={new Date(viewed.openedAt)}
            studies={studies ?? []}
            notes={notes ?? []}
            documents={viewed.documents.length}
          />
        ) : null}
      </Tabs>
    </>
  )
}
