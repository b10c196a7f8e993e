/** The readers' pages in a browser: what the server sent stays until there are words to draw. */
import { createRoot } from 'react-dom/client'
import { takePlace } from '#web/send/place.ts'
import { App } from './app.tsx'
import { chosenLanguage } from './language.ts'
import { loadReadWords } from './words/spoken.ts'

const factOf = (name: string): string =>
  document.querySelector(`meta[name="second-read:${name}"]`)?.getAttribute('content') ?? ''

await loadReadWords(chosenLanguage()).catch(() => null)
createRoot(takePlace()).render(
  <App
    institution={factOf('institution')}
    contact={factOf('contact')}
    unscanned={factOf('scans') === 'no'}
  />,
)
