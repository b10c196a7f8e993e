/** A date in three boxes: nothing to pick from, no order to guess, and a whole date can be pasted into any of them. */
import { describedBy, FieldError } from './field.tsx'
import { splitDate, type TypedDate } from './typed-date.ts'

const boxes = ['day', 'month', 'year'] as const

export type DateBoxesProps = {
  /** The first box has this id. */
  readonly id: string
  readonly legend: string
  readonly hint: string
  readonly error: string | null
  readonly words: Readonly<Record<(typeof boxes)[number], string>>
  readonly value: TypedDate
  readonly onChange: (value: TypedDate) => void
}

export const DateBoxes = ({ id, legend, hint, error, words, value, onChange }: DateBoxesProps) => (
  <fieldset
    className={error === null ? 'field' : 'field wrong'}
    aria-describedby={describedBy(id, hint, error)}
  >
    <legend className="unseen">{legend}</legend>
    <p className="hint" id={`${id}-hint`}>
      {hint}
    </p>
    <FieldError id={id} error={error} />
    <div className="date-boxes">
      {boxes.map((box) => (
        <label key={box} className={box}>
          <span>{words[box]}</span>
          <input
            id={box === 'day' ? id : `${id}-${box}`}
            inputMode="numeric"
            autoComplete="off"
            value={value[box]}
            aria-invalid={error === null ? undefined : true}
            onChange={(event) => {
              const typed = event.target.value
              onChange(splitDate(typed) ?? { ...value, [box]: typed.slice(0, box === 'year' ? 4 : 2) })
            }}
          />
        </label>
      ))}
    </div>
  </fieldset>
)
