/** The sender's pages in a browser: what the server sent stays until the first scene is drawn. */
import { StrictMode, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { openPageStore } from './page-store.ts'
import { SendPages } from './pages.tsx'

const factOf = (name: string): string | null =>
  document.querySelector(`meta[name="second-read:${name}"]`)?.getAttribute('content') ?? null

const store = openPageStore(factOf('scans') === 'no')

const Stage = () => (
  <SendPages scene={useSyncExternalStore(store.subscribe, store.scene)} actions={store.actions} />
)

const place = document.querySelector('main')
if (place !== null)
  createRoot(place).render(
    <StrictMode>
      <Stage />
    </StrictMode>,
  )
