/** Everything that can be done with a picture, each with its word and its key. */
import { useReadSpoken } from '#web/read/words/spoken.ts'
import { type ToolName, toolNames } from './hand.ts'
import type { Pane } from './pane.ts'
import { type PresetName, presetNames, presets } from './window.ts'

export const layoutNames = ['1x1', '1x2', '2x2'] as const
export type LayoutName = (typeof layoutNames)[number]

export const panesOf: Readonly<Record<LayoutName, number>> = { '1x1': 1, '1x2': 2, '2x2': 4 }

/** Keys of tools and doings, as they stand in the help and on the buttons. */
export const toolKeys: Readonly<Record<ToolName, string>> = {
  scroll: 's',
  window: 'w',
  pan: 'p',
  zoom: 'z',
  length: 'l',
  angle: 'a',
}

export const doings = ['fit', 'rotate', 'flip', 'invert'] as const
export type Doing = (typeof doings)[number]
export const doingKeys: Readonly<Record<Doing, string>> = { fit: 'f', rotate: 'r', flip: 'h', invert: 'i' }

export type ToolbarProps = {
  readonly tool: ToolName
  readonly onTool: (tool: ToolName) => void
  readonly pane: () => Pane | null
  /** Presets are Hounsfield units: of CT alone. */
  readonly presetsFit: boolean
  readonly layout: LayoutName
  readonly onLayout: (layout: LayoutName) => void
  readonly linked: boolean
  readonly onLinked: (linked: boolean) => void
  readonly onPreset: (name: PresetName) => void
}

export const Toolbar = (props: ToolbarProps) => {
  const { tool, onTool, pane, presetsFit, layout, onLayout, linked, onLinked, onPreset } = props
  const { t } = useReadSpoken()
  return (
    <div className="toolbar" role="toolbar" aria-label={t('tools.label')}>
      <div className="tool-group">
        {toolNames.map((name) => (
          <button
            key={name}
            type="button"
            className="tool"
            aria-pressed={name === tool}
            aria-keyshortcuts={toolKeys[name].toUpperCase()}
            onClick={() => onTool(name)}
          >
            {t(`tools.${name}`)}
          </button>
        ))}
      </div>
      {presetsFit ? (
        <div className="tool-group">
          {presetNames.map((name, index) => (
            <button
              key={name}
              type="button"
              className="tool"
              aria-keyshortcuts={String(index + 1)}
              title={`${presets[name].centre} / ${presets[name].width}`}
              onClick={() => onPreset(name)}
            >
              {t(`tools.${name}`)}
            </button>
          ))}
        </div>
      ) : null}
      <div className="tool-group">
        {doings.map((name) => (
          <button
            key={name}
            type="button"
            className="tool"
            aria-keyshortcuts={doingKeys[name].toUpperCase()}
            onClick={() => pane()?.[name]()}
          >
            {t(`tools.${name}`)}
          </button>
        ))}
      </div>
      <div className="tool-group layouts">
        {layoutNames.map((name) => (
          <button
            key={name}
            type="button"
            className="tool"
            aria-pressed={name === layout}
            aria-label={t('tools.layout', { layout: name.replace('x', ' × ') })}
            onClick={() => onLayout(name)}
          >
            {name.replace('x', '×')}
          </button>
        ))}
        {layout === '1x1' ? null : (
          <button type="button" className="tool" aria-pressed={linked} onClick={() => onLinked(!linked)}>
            {t('tools.linked')}
          </button>
        )}
      </div>
    </div>
  )
}
