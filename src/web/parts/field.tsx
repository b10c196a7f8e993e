/** Fields of a form: label, hint, error beside the field, and what is typed kept by whoever draws them. */
import type { HTMLInputAutoCompleteAttribute, ReactNode } from 'react'

/** What a field is described by, for whoever does not see it. */
export const describedBy = (id: string, hint: unknown, error: unknown): string | undefined =>
  [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].join(' ').trim() || undefined

export const FieldError = ({ id, error }: { readonly id: string; readonly error: string | null }) =>
  error === null ? null : (
    <p className="field-error" id={`${id}-error`}>
      {error}
    </p>
  )

export type TextFieldProps = {
  readonly id: string
  readonly label: string
  readonly hint?: string
  readonly error?: string | null
  readonly value: string
  readonly onChange: (value: string) => void
  readonly type?: 'text' | 'email' | 'tel'
  readonly autoComplete?: HTMLInputAutoCompleteAttribute
  /** Letters are typed as they are: a code, an address. */
  readonly exact?: boolean
  readonly short?: boolean
}

export const TextField = ({
  id,
  label,
  hint,
  error = null,
  value,
  onChange,
  type = 'text',
  autoComplete = 'off',
  exact = false,
  short = false,
}: TextFieldProps) => (
  <div className={error === null ? 'field' : 'field wrong'}>
    <label htmlFor={id}>{label}</label>
    {hint === undefined ? null : (
      <p className="hint" id={`${id}-hint`}>
        {hint}
      </p>
    )}
    <FieldError id={id} error={error} />
    <input
      id={id}
      className={short ? 'short' : undefined}
      type={type}
      value={value}
      autoComplete={autoComplete}
      autoCapitalize={exact ? 'none' : undefined}
      spellCheck={exact ? false : undefined}
      aria-invalid={error === null ? undefined : true}
      aria-describedby={describedBy(id, hint, error)}
      onChange={(event) => onChange(event.target.value)}
    />
  </div>
)

export type TickProps = {
  readonly id: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly describedBy?: string | undefined
  readonly wrong?: boolean
  readonly children: ReactNode
}

/** A box to tick; the whole line is the target. */
export const Tick = ({ id, checked, onChange, describedBy, wrong = false, children }: TickProps) => (
  <label className="choice">
    <input
      id={id}
      type="checkbox"
      checked={checked}
      aria-invalid={wrong || undefined}
      aria-describedby={describedBy}
      onChange={(event) => onChange(event.target.checked)}
    />
    <span>{children}</span>
  </label>
)

export type ChoicesProps<Value extends string> = {
  readonly id: string
  readonly legend: string
  readonly value: Value
  readonly options: readonly { readonly value: Value; readonly label: string }[]
  readonly onChange: (value: Value) => void
}

/** One of several. */
export const Choices = <Value extends string>({
  id,
  legend,
  value,
  options,
  onChange,
}: ChoicesProps<Value>) => (
  <fieldset className="field">
    <legend>{legend}</legend>
    {options.map((option) => (
      <label className="choice" key={option.value}>
        <input
          type="radio"
          name={id}
          id={`${id}-${option.value}`}
          checked={option.value === value}
          onChange={() => onChange(option.value)}
        />
        <span>{option.label}</span>
      </label>
    ))}
  </fieldset>
)
