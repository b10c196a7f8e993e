/** Measures drawn over a slice, in the places where its pixels are on the screen now. */
import { useReadSpoken } from '#web/read/words/spoken.ts'
import { angleOf, lengthOf, type Measure } from './measure.ts'
import type { Pane } from './pane.ts'
import type { Point } from './places.ts'
import type { Slice } from './slices.ts'

export type MeasuresProps = {
  readonly pane: Pane
  readonly slice: Slice
  readonly measures: readonly Measure[]
  /** The one that is being drawn. */
  readonly draft: Measure | null
}

const useAmount = () => {
  const { t, language } = useReadSpoken()
  const number = new Intl.NumberFormat(`${language}-IN-u-nu-latn`, { maximumFractionDigits: 1 })
  return ({ kind, points }: Measure, { spacing }: Slice): string => {
    const [a, b, c] = points
    if (a === undefined || b === undefined) return ''
    if (kind === 'length') {
      const { amount, unit } = lengthOf(a, b, spacing)
      return t(`measure.${unit}`, { n: number.format(amount) })
    }
    return c === undefined ? '' : t('measure.degrees', { n: number.format(angleOf(a, b, c, spacing)) })
  }
}

export const Measures = ({ pane, slice, measures, draft }: MeasuresProps) => {
  const amountOf = useAmount()
  const all = [...measures, ...(draft === null ? [] : [draft])].filter(
    ({ imageId }) => imageId === slice.imageId,
  )
  if (all.length === 0) return null
  return (
    <svg className="measures" aria-hidden="true">
      {all.map((measure) => {
        const places = measure.points.map((point) => pane.toScreen(point)).filter((one) => one !== null)
        const last: Point | undefined = places.at(-1)
        return (
          <g key={measure.key}>
            <polyline points={places.map(([x, y]) => `${x},${y}`).join(' ')} />
            {places.map(([x, y]) => (
              <circle key={`${x} ${y}`} cx={x} cy={y} r={4} />
            ))}
            {last === undefined ? null : (
              <text x={last[0] + 8} y={last[1] - 6}>
                {amountOf(measure, slice)}
              </text>
            )}
          </g>
        )
      })}
    </svg>
  )
}
