/** The pages behind the door: fetched while a person reads the first one, and kept. */
import type { Later } from './views/later.tsx'

type LaterView = typeof Later

/** Between two tries to fetch them. ms */
const again = 3_000

let loaded: LaterView | null = null
let loading: Promise<void> | null = null

export const laterNow = (): LaterView | null => loaded

/** Resolves when they are here, however long it takes. */
export const loadLater = (): Promise<void> => {
  const load = async (): Promise<void> => {
    while (loaded === null)
      try {
        loaded = (await import('./views/later.tsx')).Later
      } catch {
        await new Promise((done) => setTimeout(done, again))
      }
  }
  loading ??= load()
  return loading
}
