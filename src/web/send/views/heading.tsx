/** The heading of a page: where the focus goes when the page is another one. */
import type { ReactNode } from 'react'

export const headingId = 'page-heading'

export const Heading = ({ children }: { readonly children: ReactNode }) => (
  <h1 id={headingId} tabIndex={-1}>
    {children}
  </h1>
)
