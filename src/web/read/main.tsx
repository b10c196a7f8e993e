/** The readers' pages in a browser: what the server sent stays until there are words to draw. */
import { createRoot } from 'react-dom/client'
import { takePlace } from '#web/send/place.ts'
import { App } from './app.tsx'
import { chosenLanguage } from './language.ts'
import { loadReadWords } from './words/spoken.ts'

const factOf = (name: string): string =>
  document.querySelector(`meta[name="second-read:${name}"]`)?.getAttribute('content') ?? ''

/** Between two tries to fetch words. ms */
const again = 3_000

/** Without its words the page would be empty: what the server sent stays until they are here. */
const haveWords = async (): Promise<void> => {
  for (;;) {
    const words = await loadReadWords(chosenLanguage()).catch(() => null)
    if (words !== null) return
    await new Promise((done) => setTimeout(done, again))
  }
}

await haveWords()
createRoot(takePlace()).render(
  <App
    institution={factOf('institution')}
    contact={factOf('contact')}
    unscanned={factOf('scans') === 'no'}
  />,
)
