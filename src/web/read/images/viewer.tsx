/** The viewer: the strip of series, the tools, one to four panes. Comes as a chunk of its own when images are opened. */
import { type KeyboardEvent, useCallback, useEffect, useRef, useState } from 'react'
import { Fold } from '#web/parts/marks.tsx'
import type { Reading, ViewedCase } from '#web/read/reading.ts'
import type { SeriesRow, StudyRow } from '#web/read/studies.ts'
import { useReadSpoken } from '#web/read/words/spoken.ts'
import { emptyEngine } from './engine.ts'
import { type ToolName, toolNames } from './hand.ts'
import { alongside } from './linked.ts'
import type { Pane, PaneState } from './pane.ts'
import { PaneView } from './pane-view.tsx'
import { Strip } from './strip.tsx'
import { doingKeys, doings, type LayoutName, panesOf, Toolbar, toolKeys } from './toolbar.tsx'
import { type PresetName, presetNames, presets } from './window.ts'

export type ViewerProps = {
  readonly reading: Reading
  readonly patient: ViewedCase['patient']
  readonly studies: readonly StudyRow[]
  readonly series: readonly SeriesRow[]
}

/** The first series that is likely a picture. */
const noPictures = ['SR', 'KO', 'PR', 'DOC', 'SEG', 'RTSTRUCT', 'RTPLAN', 'REG']
const firstOf = (series: readonly SeriesRow[]): SeriesRow | null =>
  series.find(({ modality }) => !noPictures.includes(modality)) ?? series[0] ?? null

const coarse = (): boolean => matchMedia('(pointer: coarse)').matches

type Cell = { readonly pane: Pane | null; readonly state: PaneState | null }

export const Viewer = ({ reading, patient, studies, series }: ViewerProps) => {
  const { t } = useReadSpoken()
  const [layout, setLayout] = useState<LayoutName>('1x1')
  const [shown, setShown] = useState<readonly (SeriesRow | null)[]>([firstOf(series), null, null, null])
  const [active, setActive] = useState(0)
  const [tool, setTool] = useState<ToolName>(coarse() ? 'scroll' : 'window')
  const [linked, setLinked] = useState(true)
  const [states, setStates] = useState<readonly (PaneState | null)[]>([null, null, null, null])
  const cells = useRef<Cell[]>(Array.from({ length: 4 }, () => ({ pane: null, state: null })))
  useEffect(() => emptyEngine, [])

  const count = panesOf[layout]
  const current = shown[active] ?? null
  const state = states[active] ?? null
  const pane = (): Pane | null => cells.current[active]?.pane ?? null

  const scroll = useCallback(
    (cell: number, by: number): void => {
      const { pane: own, state: ownState } = cells.current[cell] ?? {}
      if (own === undefined || own === null || ownState === undefined || ownState === null) return
      const to = Math.max(0, Math.min(ownState.slices.length - 1, ownState.wanted + by))
      own.go(to)
      if (!linked) return
      for (const [index, other] of cells.current.entries())
        if (index !== cell && index < count && other.pane !== null && other.state !== null)
          other.pane.go(alongside(ownState.slices, to, other.state.slices, other.state.wanted, by))
    },
    [linked, count],
  )

  const choose = useCallback(
    (next: SeriesRow): void => setShown((had) => had.map((one, index) => (index === active ? next : one))),
    [active],
  )
  const preset = (name: PresetName): void => pane()?.setWindow(presets[name])
  const presetsFit = current?.modality === 'CT' && state?.window !== null && state !== null

  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const key = event.key.toLowerCase()
    const ranged = event.target instanceof HTMLInputElement
    const far = state?.slices.length ?? 0
    const steps: Readonly<Record<string, number>> = {
      arrowdown: 1,
      arrowup: -1,
      pagedown: 10,
      pageup: -10,
      home: -far,
      end: far,
    }
    const step = ranged ? undefined : steps[key]
    const chosen = toolNames.find((name) => toolKeys[name] === key)
    const doing = doings.find((name) => doingKeys[name] === key)
    const wished = presetsFit ? presetNames[Number(key) - 1] : undefined
    if (step !== undefined) scroll(active, step)
    else if (chosen !== undefined) setTool(chosen)
    else if (doing !== undefined) pane()?.[doing]()
    else if (wished !== undefined) preset(wished)
    else if (key === '+') pane()?.zoom(1.2)
    else if (key === '-') pane()?.zoom(1 / 1.2)
    else return
    event.preventDefault()
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys work wherever the focus is within the viewer.
    <div className="viewer" onKeyDown={onKey}>
      <Strip
        reading={reading}
        studies={studies}
        series={series}
        current={current?.uid ?? null}
        onChoose={choose}
        ready={states.some((one) => one !== null && one.at !== null)}
      />
      <div className="stage">
        <Toolbar
          tool={tool}
          onTool={setTool}
          pane={pane}
          presetsFit={presetsFit}
          layout={layout}
          onLayout={(next) => {
            setLayout(next)
            setActive(Math.min(active, panesOf[next] - 1))
          }}
          linked={linked}
          onLinked={setLinked}
          onPreset={preset}
        />
        <div className={`panes layout-${layout}`}>
          {shown.slice(0, count).map((one, index) => (
            <PaneView
              // biome-ignore lint/suspicious/noArrayIndexKey: a pane is its place.
              key={index}
              id={`pane-${index}`}
              label={t('images.pane', { n: index + 1 })}
              reading={reading}
              patient={patient}
              series={one}
              tool={tool}
              active={count > 1 && index === active}
              onActive={() => setActive(index)}
              onPane={(opened) => {
                cells.current[index] = { pane: opened, state: null }
              }}
              onScroll={(by) => scroll(index, by)}
              onState={(next) => {
                const cell = cells.current[index]
                if (cell !== undefined) cells.current[index] = { ...cell, state: next }
                setStates((before) => before.map((had, place) => (place === index ? next : had)))
              }}
            />
          ))}
        </div>
        {state === null || state.slices.length < 2 ? null : (
          <label className="bar">
            <span className="unseen">{t('slice.bar')}</span>
            <input
              type="range"
              min={1}
              max={state.slices.length}
              value={state.wanted + 1}
              aria-valuetext={t('slice.number', { n: state.wanted + 1, of: state.slices.length })}
              onChange={(event) => scroll(active, Number(event.target.value) - 1 - state.wanted)}
            />
          </label>
        )}
        <p className="not-primary">{t('images.notPrimary')}</p>
        <Fold title={t('keys.title')}>
          <ul className="keys">
            <li>
              <kbd>↑</kbd> <kbd>↓</kbd> {t('keys.slice')}
            </li>
            <li>
              <kbd>Page ↑</kbd> <kbd>Page ↓</kbd> {t('keys.ten')}
            </li>
            <li>
              <kbd>Home</kbd> <kbd>End</kbd> {t('keys.ends')}
            </li>
            {toolNames.map((name) => (
              <li key={name}>
                <kbd>{toolKeys[name].toUpperCase()}</kbd> {t(`tools.${name}`)}
              </li>
            ))}
            {doings.map((name) => (
              <li key={name}>
                <kbd>{doingKeys[name].toUpperCase()}</kbd> {t(`tools.${name}`)}
              </li>
            ))}
            {presetsFit
              ? presetNames.map((name, index) => (
                  <li key={name}>
                    <kbd>{index + 1}</kbd> {t(`tools.${name}`)}
                  </li>
                ))
              : null}
            <li>
              <kbd>+</kbd> <kbd>−</kbd> {t('tools.zoom')}
            </li>
          </ul>
        </Fold>
      </div>
    </div>
  )
}
