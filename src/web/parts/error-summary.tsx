/** What is wrong with a form, on top of it, each line a way to its field. It takes the focus when it appears. */
import { useEffect, useRef } from 'react'

export type FieldFault = { readonly field: string; readonly text: string }

export type ErrorSummaryProps = {
  readonly title: string
  readonly faults: readonly FieldFault[]
  /** Another answer of the same kind is told again: this changes with each. */
  readonly round: unknown
}

export const ErrorSummary = ({ title, faults, round }: ErrorSummaryProps) => {
  const place = useRef<HTMLDivElement>(null)
  const any = faults.length > 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: round says when to tell it again.
  useEffect(() => {
    if (any) place.current?.focus()
  }, [any, round])
  if (!any) return null
  return (
    <div className="error-summary" role="alert" tabIndex={-1} ref={place}>
      <h2>{title}</h2>
      <ul>
        {faults.map(({ field, text }) => (
          <li key={field + text}>
            <a
              href={`#${field}`}
              onClick={(event) => {
                // The address of the page holds the link; another fragment must not take its place.
                event.preventDefault()
                document.getElementById(field)?.focus()
              }}
            >
              {text}
            </a>
          </li>
        ))}
      </ul>
    </div>
  )
}
