/** A pane with everything around its picture: whose it is, which slice, window, letters, and what could not be read. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { Button } from '#web/parts/button.tsx'
import { saveOriginal } from '#web/read/original.ts'
import { printName } from '#web/read/patient.ts'
import type { Reading, ViewedCase } from '#web/read/reading.ts'
import type { SeriesRow } from '#web/read/studies.ts'
import { useReadSpoken } from '#web/read/words/spoken.ts'
import { startEngine } from './engine.ts'
import { type ToolName, takeHand } from './hand.ts'
import { loadSeries } from './load.ts'
import { type Measure, pointsOf } from './measure.ts'
import { Measures } from './measures.tsx'
import { openPane, type Pane, type PaneState, startState } from './pane.ts'
import type { Point } from './places.ts'
import type { Slice } from './slices.ts'

export type PaneViewProps = {
  readonly id: string
  readonly reading: Reading
  readonly patient: ViewedCase['patient']
  readonly series: SeriesRow | null
  readonly tool: ToolName
  readonly active: boolean
  readonly onActive: () => void
  /** The pane, for tools and keys; null when it goes. */
  readonly onPane: (pane: Pane | null) => void
  /** By so many slices; the viewer moves the linked ones too. */
  readonly onScroll: (by: number) => void
  readonly onState: (state: PaneState) => void
  readonly label: string
}

const Unread = ({
  reading,
  slice,
  n,
}: {
  readonly reading: Reading
  readonly slice: Slice
  readonly n: number
}) => {
  const { t } = useReadSpoken()
  const [state, setState] = useState<'idle' | 'working' | 'failed'>('idle')
  const { study, series, instance } = slice
  const save = async (): Promise<void> => {
    setState('working')
    const path = `${reading.dicomweb}/studies/${study}/series/${series}/instances/${instance}`
    setState((await saveOriginal(reading, path, `${instance}.dcm`, 'application/dicom')) ? 'idle' : 'failed')
  }
  return (
    <div className="unread" role="alert">
      <p>
        <strong>{t('slice.unread', { n })}</strong>
      </p>
      <Button
        kind="quiet"
        working={state === 'working' ? t('frame.working') : null}
        onPress={() => void save()}
      >
        {t('documents.original')}
      </Button>
      {state === 'failed' ? <p>{t('trouble.failed')}</p> : null}
    </div>
  )
}

const Overlay = ({
  state,
  patient,
}: {
  readonly state: PaneState
  readonly patient: ViewedCase['patient']
}) => {
  const { t, say, language } = useReadSpoken()
  const { slices, at, window, letters } = state
  const slice = at === null ? undefined : slices[at]
  if (slice === undefined || at === null) return null
  const number = new Intl.NumberFormat(`${language}-IN-u-nu-latn`, { maximumFractionDigits: 1 })
  const name = slice.patientName ?? (patient.name === undefined ? null : printName(patient.name))
  return (
    <div className="overlay">
      <p className="corner whose">
        <strong>{name ?? t('patient.noName')}</strong>
        <br />
        {slice.birthDate === null ? t('patient.noBirth') : say.day(slice.birthDate)}
        <br />
        {slice.studyDate === null ? t('history.noDate') : t('slice.study', { day: say.day(slice.studyDate) })}
      </p>
      <p className="corner where tabular">
        <span className="slice-number">{t('slice.number', { n: at + 1, of: slices.length })}</span>
        {slice.position === null ? null : (
          <>
            <br />
            {t('slice.position', { n: number.format(slice.position) })}
          </>
        )}
      </p>
      {window === null || state.failed ? null : (
        <p className="corner how tabular">
          {t('slice.window', { centre: Math.round(window.centre), width: Math.round(window.width) })}
        </p>
      )}
      {letters === null || state.failed
        ? null
        : (['left', 'right', 'top', 'bottom'] as const).map((side) => (
            <span key={side} className={`letter ${side}`}>
              {letters[side]}
            </span>
          ))}
    </div>
  )
}

/** Measures of this pane, and the one in the hand. */
const useMeasures = (tool: ToolName) => {
  const [measures, setMeasures] = useState<readonly Measure[]>([])
  const [draft, setDraft] = useState<Measure | null>(null)
  const draftNow = useRef<Measure | null>(null)
  const keep = (next: Measure | null): void => {
    draftNow.current = next
    setDraft(next)
  }
  const keepNow = useRef(keep)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tool lets go of what was begun with the one before.
  useEffect(() => keepNow.current(null), [tool])
  const point = useCallback(
    (pixel: Point, imageId: string, done: boolean): void => {
      if (tool !== 'length' && tool !== 'angle') return
      const now = draftNow.current
      if (now === null || now.imageId !== imageId) {
        if (done) keep({ key: performance.now(), kind: tool, imageId, points: [pixel, pixel] })
        return
      }
      const fixed = now.points.slice(0, -1)
      const [fx, fy] = fixed.at(-1) ?? pixel
      if (!done || Math.hypot(pixel[0] - fx, pixel[1] - fy) < 1)
        return keep({ ...now, points: [...fixed, pixel] })
      const points = [...fixed, pixel]
      if (points.length < pointsOf[tool]) return keep({ ...now, points: [...points, pixel] })
      setMeasures((before) => [...before, { ...now, points }])
      return keep(null)
    },
    [tool],
  )
  const clear = useCallback((): void => {
    setMeasures([])
    keepNow.current(null)
  }, [])
  return { measures, draft, point, clear }
}

export const PaneView = (props: PaneViewProps) => {
  const { id, reading, patient, series, tool, active, onActive, onPane, onScroll, onState, label } = props
  const { t } = useReadSpoken()
  const place = useRef<HTMLDivElement>(null)
  const pane = useRef<Pane | null>(null)
  const [state, setState] = useState<PaneState>(startState)
  const [trouble, setTrouble] = useState<'loading' | 'failed' | 'none' | null>(null)
  const { measures, draft, point, clear } = useMeasures(tool)
  const now = useRef({ tool, onScroll, onPane, onState, onActive, state, point })
  now.current = { tool, onScroll, onPane, onState, onActive, state, point }

  useEffect(() => {
    const element = place.current
    if (element === null) return
    const opened = openPane(startEngine(reading), id, element, reading, (next, drawn) => {
      const take = (): void => {
        setState(next)
        now.current.onState(next)
      }
      if (drawn) flushSync(take)
      else take()
    })
    pane.current = opened
    now.current.onPane(opened)
    const release = takeHand(element, {
      pane: () => pane.current,
      tool: () => now.current.tool,
      onScroll: (by) => now.current.onScroll(by),
      onPoint: (screen, done) => {
        const { at, slices, failed } = now.current.state
        const slice = at === null || failed ? undefined : slices[at]
        const pixel = slice === undefined ? null : opened.toPixel(screen)
        if (slice !== undefined && pixel !== null) now.current.point(pixel, slice.imageId, done)
      },
    })
    const sizes = new ResizeObserver(() => opened.resize())
    sizes.observe(element)
    return () => {
      sizes.disconnect()
      release()
      opened.close()
      pane.current = null
      now.current.onPane(null)
    }
  }, [id, reading])

  useEffect(() => {
    if (series === null) return
    let wanted = true
    setTrouble('loading')
    clear()
    loadSeries(reading, series).then(
      (slices) => {
        if (!wanted) return
        setTrouble(slices.length === 0 ? 'none' : null)
        // In the middle there is something to see.
        if (slices.length > 0) pane.current?.open(slices, Math.floor(slices.length / 2))
      },
      () => {
        if (wanted) setTrouble('failed')
      },
    )
    return () => {
      wanted = false
    }
  }, [reading, series, clear])

  const slice = state.at === null ? undefined : state.slices[state.at]
  return (
    // biome-ignore lint/a11y/useSemanticElements: a pane of a viewer is no fieldset.
    <div
      className={active ? 'pane active' : 'pane'}
      role="group"
      aria-label={label}
      onPointerDownCapture={onActive}
      data-shown={state.failed || state.at === null ? '' : state.at + 1}
    >
      <div className="picture" ref={place} data-tool={tool} />
      {pane.current === null || slice === undefined || state.failed ? null : (
        <Measures pane={pane.current} slice={slice} measures={measures} draft={draft} />
      )}
      {state.failed && slice !== undefined && state.at !== null ? (
        <Unread key={slice.imageId} reading={reading} slice={slice} n={state.at + 1} />
      ) : null}
      <Overlay state={state} patient={patient} />
      {series === null ? <p className="empty-pane">{t('images.choose')}</p> : null}
      {trouble === 'loading' ||
      (trouble === null && series !== null && state.at === null && state.slices.length > 0) ? (
        <p className="empty-pane" role="status">
          {t('images.loading')}
        </p>
      ) : null}
      {trouble === 'failed' || trouble === 'none' ? (
        <p className="empty-pane" role="alert">
          {t(`images.${trouble}Series`)}
        </p>
      ) : null}
    </div>
  )
}
