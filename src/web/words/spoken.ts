/** The language of the moment, for every view below the frame. */
import { createContext, useContext } from 'react'
import type { Spoken } from './load-words.ts'

export const SpokenContext = createContext<Spoken | null>(null)

/** @throws when a view is drawn outside the frame. */
export const useSpoken = (): Spoken => {
  const spoken = useContext(SpokenContext)
  if (spoken === null) throw new Error('no language around this view')
  return spoken
}
