/** The sender's pages in a browser: what the server sent stays until the first scene is drawn. */
import { StrictMode, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { loadWords } from '#web/words/load-words.ts'
import { openPageStore } from './page-store.ts'
import { SendPages } from './pages.tsx'
import { takePlace } from './place.ts'

const factOf = (name: string): string | null =>
  document.querySelector(`meta[name="second-read:${name}"]`)?.getAttribute('content') ?? null

const store = openPageStore(factOf('scans') === 'no')

const Stage = () => {
  const scene = useSyncExternalStore(store.subscribe, store.scene)
  return <SendPages scene={scene} actions={store.actions} />
}

/** Between two tries to fetch words. ms */
const again = 3_000

/** Without its words the page would be empty: what the server sent stays, form and all, until they are here. */
const waitForWords = async (): Promise<void> => {
  for (;;)
    try {
      await loadWords(store.scene().language)
      return
    } catch {
      await new Promise((done) => setTimeout(done, again))
    }
}

await waitForWords()
createRoot(takePlace()).render(
  <StrictMode>
    <Stage />
  </StrictMode>,
)
