/** A button says what it does with a verb. While it works it shows that, keeps the focus, and cannot be pressed again. */
import { type ReactNode, useRef } from 'react'

export type ButtonProps = {
  readonly kind?: 'main' | 'quiet' | 'danger' | 'plain'
  /** Sends the form around it. */
  readonly submits?: boolean
  /** What it says while it works; null when it does not. */
  readonly working?: string | null
  readonly onPress?: () => void
  readonly describedBy?: string
  readonly children: ReactNode
}

/** A second click this soon is the same click: hands shake, and mice bounce. ms */
const bounce = 400

export const Button = ({
  kind = 'main',
  submits = false,
  working = null,
  onPress,
  describedBy,
  children,
}: ButtonProps) => {
  const last = useRef(-bounce)
  return (
    <button
      type={submits ? 'submit' : 'button'}
      className={`button ${kind}`}
      aria-disabled={working !== null || undefined}
      aria-describedby={describedBy}
      onClick={(event) => {
        const { timeStamp } = event
        if (working !== null || timeStamp - last.current < bounce) {
          event.preventDefault()
          return
        }
        last.current = timeStamp
        onPress?.()
      }}
    >
      {working === null ? (
        children
      ) : (
        <>
          <span className="wheel" aria-hidden="true" />
          <span role="status">{working}</span>
        </>
      )}
    </button>
  )
}
