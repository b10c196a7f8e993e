/** The heading of a page. It takes the focus when it appears, so that a screen reader says which page this is now. */
import { type ReactNode, useEffect, useRef } from 'react'

export const Heading = ({ children }: { readonly children: ReactNode }) => {
  const place = useRef<HTMLHeadingElement>(null)
  useEffect(() => place.current?.focus({ preventScroll: true }), [])
  return (
    <h1 ref={place} tabIndex={-1}>
      {children}
    </h1>
  )
}
