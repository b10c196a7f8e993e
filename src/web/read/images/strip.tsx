/** The series of the case with a small picture each, drawn one after the other when the line has nothing better to do. */
import { getShouldUseCPURendering, utilities } from '@cornerstonejs/core'
import { memo, useEffect, useRef, useState } from 'react'
import type { Reading } from '#web/read/reading.ts'
import type { SeriesRow, StudyRow } from '#web/read/studies.ts'
import { useReadSpoken } from '#web/read/words/spoken.ts'
import { loadMiddle } from './load.ts'

export type StripProps = {
  readonly reading: Reading
  readonly studies: readonly StudyRow[]
  readonly series: readonly SeriesRow[]
  readonly current: string | null
  readonly onChoose: (series: SeriesRow) => void
  /** The small pictures wait until the large one is there. */
  readonly ready: boolean
}

/** One at a time: the strip must not take the line from the picture. */
let before: Promise<unknown> = Promise.resolve()

const Small = ({
  reading,
  series,
  ready,
}: Pick<StripProps, 'reading' | 'ready'> & { readonly series: SeriesRow }) => {
  const place = useRef<HTMLCanvasElement>(null)
  const [drawn, setDrawn] = useState(false)
  useEffect(() => {
    if (!ready) return
    let wanted = true
    const draw = async (): Promise<void> => {
      const canvas = place.current
      if (!wanted || canvas === null) return
      const slice = await loadMiddle(reading, series)
      if (!wanted || slice === null) return
      await utilities.loadImageToCanvas({
        canvas,
        imageId: slice.imageId,
        useCPURendering: getShouldUseCPURendering(),
        thumbnail: true,
      })
      if (wanted) setDrawn(true)
    }
    // A series without its small picture still has its name and count.
    before = before.then(draw).catch(() => null)
    return () => {
      wanted = false
    }
  }, [reading, series, ready])
  return <canvas ref={place} className={drawn ? 'small drawn' : 'small'} aria-hidden="true" />
}

/** Not drawn again with every slice: it does not change with them. */
export const Strip = memo(({ reading, studies, series, current, onChoose, ready }: StripProps) => {
  const { t, say } = useReadSpoken()
  return (
    <nav className="strip" aria-label={t('strip.label')}>
      {studies.map((study) => (
        <section key={study.uid}>
          <h3>{study.date === null ? t('history.noDate') : say.day(study.date)}</h3>
          <ul>
            {series
              .filter((one) => one.study === study.uid)
              .map((one) => (
                <li key={one.uid}>
                  <button
                    type="button"
                    aria-current={one.uid === current || undefined}
                    onClick={() => onChoose(one)}
                  >
                    <Small reading={reading} series={one} ready={ready} />
                    <span className="strip-name">
                      {one.modality} {one.number === null ? '' : one.number}
                    </span>
                    <span className="strip-text">{one.description}</span>
                    <span className="strip-count tabular">{t('strip.count', { count: one.objects })}</span>
                  </button>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </nav>
  )
})
