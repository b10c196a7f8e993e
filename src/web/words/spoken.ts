/** The language of the moment, for every view below the frame. */
import { createContext, useContext, useEffect, useState } from 'react'
import type { Language } from '#domain/language.ts'
import { loadVerdicts, type Spoken } from './load-words.ts'
import type { VerdictWords } from './words.ts'

export const SpokenContext = createContext<Spoken | null>(null)

/** @throws when a view is drawn outside the frame. */
export const useSpoken = (): Spoken => {
  const spoken = useContext(SpokenContext)
  if (spoken === null) throw new Error('no language around this view')
  return spoken
}

/** Sentences of verdicts in the language of the moment: fetched when they are needed first, null until they are here. */
export const useVerdicts = (needed: boolean): VerdictWords['verdicts'] | null => {
  const { language } = useSpoken()
  const [loaded, setLoaded] = useState<{ language: Language; verdicts: VerdictWords['verdicts'] } | null>(
    null,
  )
  useEffect(() => {
    if (!needed) return
    let wanted = true
    loadVerdicts(language).then(
      (verdicts) => {
        if (wanted) setLoaded({ language, verdicts })
      },
      // Without them a page says that the desk can tell why.
      () => {},
    )
    return () => {
      wanted = false
    }
  }, [language, needed])
  return loaded?.language === language ? loaded.verdicts : null
}
