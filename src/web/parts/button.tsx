/** A button says what it does with a verb. While it works it shows that, keeps the focus, and cannot be pressed again. */
import { type MouseEvent, type ReactNode, useRef } from 'react'

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

/** A handler of clicks that hears each press once, and none while `deaf`. */
export const usePress = (onPress: (() => void) | undefined, deaf = false) => {
  const last = useRef(Number.NEGATIVE_INFINITY)
  return (event: MouseEvent): void => {
    if (deaf || event.timeStamp - last.current < bounce) {
      event.preventDefault()
      return
    }
    last.current = event.timeStamp
    onPress?.()
  }
}

export const Button = ({
  kind = 'main',
  submits = false,
  working = null,
  onPress,
  describedBy,
  children,
}: ButtonProps) => {
  const press = usePress(onPress, working !== null)
  return (
    <button
      type={submits ? 'submit' : 'button'}
      className={`button ${kind}`}
      aria-disabled={working !== null || undefined}
      aria-describedby={describedBy}
      onClick={press}
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
