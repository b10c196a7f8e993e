/**
 * The sender's pages: a scene in, what people see out. The focus goes to the heading when the page is another one;
 * title and language of the document follow. Drawn into a place of its own that is no `<main>`: the frame has one.
 */
import { useEffect, useRef, useState } from 'react'
import { loadWords, type Spoken, spokenNow } from '#web/words/load-words.ts'
import { SpokenContext } from '#web/words/spoken.ts'
import type { Actions } from './actions.ts'
import { laterNow } from './load-later.ts'
import { type FirstPage, isFirstPage, type Page, type Scene } from './scene.ts'
import { DropZone } from './views/drop-zone.tsx'
import { Dead, OldBrowser, Opening } from './views/ends.tsx'
import { Frame } from './views/frame.tsx'
import { headingId } from './views/heading.tsx'
import { Landing } from './views/landing.tsx'
import { Locked } from './views/locked.tsx'
import { titleOf } from './views/title.ts'
import '#web/parts/base.css'
import '#web/parts/controls.css'
import '#web/parts/marks.css'
import './pages.css'
import './print.css'

export type SendPagesProps = { readonly scene: Scene; readonly actions: Actions }

const First = ({ page, actions }: { readonly page: FirstPage; readonly actions: Actions }) => {
  switch (page.at) {
    case 'opening':
      return <Opening />
    case 'old-browser':
      return <OldBrowser />
    case 'dead':
      return <Dead page={page} actions={actions} />
    case 'landing':
      return <Landing page={page} actions={actions} />
    case 'locked':
      return <Locked page={page} actions={actions} />
  }
}

/** Of a page behind the door nothing, where nobody called `loadLater` before. */
const View = ({ page, actions }: { readonly page: Page; readonly actions: Actions }) => {
  if (isFirstPage(page)) return <First page={page} actions={actions} />
  const Later = laterNow()
  return Later === null ? null : <Later page={page} actions={actions} />
}

/** Between two tries to fetch words. ms */
const again = 3_000

/** The words of a language when they are here; until then, however long it takes, those of before. */
const useWords = (language: Scene['language']): Spoken | null => {
  const [spoken, setSpoken] = useState<Spoken | null>(() => spokenNow(language))
  useEffect(() => {
    let alarm: ReturnType<typeof setTimeout> | undefined
    let wanted = true
    const load = (): void => {
      loadWords(language).then(
        (words) => {
          if (wanted) setSpoken(words)
        },
        () => {
          if (wanted) alarm = setTimeout(load, again)
        },
      )
    }
    load()
    return () => {
      wanted = false
      clearTimeout(alarm)
    }
  }, [language])
  return spokenNow(language) ?? spoken
}

/** Draws nothing until words are here: whoever calls `loadWords` first is drawn at once. */
export const SendPages = ({ scene, actions }: SendPagesProps) => {
  const spoken = useWords(scene.language)
  const title = titleOf(scene.page)
  const before = useRef(title)
  const institution = 'asked' in scene.page ? scene.page.asked.institution : null
  useEffect(() => {
    if (spoken === null) return
    const words = spoken.t(title)
    document.title = institution === null ? words : `${words} – ${institution}`
    document.documentElement.lang = spoken.language
  }, [spoken, title, institution])
  useEffect(() => {
    // Of the first page the browser tells by itself.
    if (before.current !== title) document.getElementById(headingId)?.focus()
    before.current = title
  }, [title])
  if (spoken === null) return null
  const { page } = scene
  const takes = page.at === 'choose' && page.reading === null
  return (
    <SpokenContext value={spoken}>
      <Frame scene={scene} actions={actions}>
        <View page={page} actions={actions} />
      </Frame>
      <DropZone words={spoken.t('choose.dropHere')} take={takes ? actions.takeDrop : null} />
    </SpokenContext>
  )
}
