/**
 * Page store: the scene that is drawn, as the worker last told it, and what this tab keeps: the language for every
 * visit, the session for as long as the tab is open. The link stays in the address: one must be able to come back.
 */
import { type Language, readLanguage } from '#domain/language.ts'
import { readLink } from '#sending/link.ts'
import type { Exchanged } from '#sending/replies.ts'
import type { Actions } from './actions.ts'
import { keepWatch } from './awake.ts'
import { canPickFolder, openHands, saveFile } from './hands.ts'
import { markOf } from './marks.ts'
import type { FromWorker, Opening, ToWorker } from './messages.ts'
import type { Scene } from './scene.ts'

export type PageStore = {
  readonly scene: () => Scene
  /** Gives the way to stop listening. */
  readonly subscribe: (listener: () => void) => () => void
  readonly actions: Actions
}

const languageKey = 'language'

/** A browser may refuse to keep anything. */
const kept = <Result>(act: () => Result): Result | null => {
  try {
    return act()
  } catch {
    return null
  }
}

const readSession = (key: string): Exchanged | null => {
  const session: Exchanged | null = kept(() => JSON.parse(sessionStorage.getItem(key) ?? 'null'))
  return session !== null && Date.parse(session.endsAt) > Date.now() ? session : null
}

const preferred = (): Language => {
  for (const tag of navigator.languages) {
    const language = readLanguage(tag)
    if (language !== null) return language
  }
  return 'en'
}

/** What the flow cannot do without; the rest is done without. */
const isOldBrowser = (): boolean =>
  !('any' in AbortSignal) ||
  !('timeout' in AbortSignal) ||
  !('toWellFormed' in String.prototype) ||
  globalThis.crypto?.subtle === undefined

const openWorker = (): Worker =>
  new Worker(new URL('./sender.worker.ts', import.meta.url), { type: 'module' })

/** `unscanned`: what the shell of the page says of this gateway. */
export const openPageStore = (unscanned: boolean): PageStore => {
  const { hash, href } = location
  const link = readLink(href)
  // The secret itself is no name for anything that is kept.
  const sessionKey = `session ${markOf(hash).toString(36)}`
  const language = readLanguage(kept(() => localStorage.getItem(languageKey)) ?? '')
  const reads = preferred()
  const listeners = new Set<() => void>()
  let handles: readonly FileSystemHandle[] | null = null
  let scene: Scene = {
    language: language ?? reads,
    page: { at: isOldBrowser() ? 'old-browser' : 'opening' },
    trouble: null,
    unscanned,
  }

  const watch = keepWatch(() => show(scene))
  const show = (next: Scene): void => {
    watch.note(next)
    const { page } = next
    scene =
      page.at === 'sending'
        ? { ...next, page: { ...page, sending: { ...page.sending, keptAwake: watch.isAwake() } } }
        : next
    for (const listener of listeners) listener()
  }

  const worker = scene.page.at === 'old-browser' ? null : openWorker()
  const tell = (message: ToWorker): void => worker?.postMessage(message)
  const keepSession = (session: Exchanged | null): void => {
    kept(() =>
      session === null
        ? sessionStorage.removeItem(sessionKey)
        : sessionStorage.setItem(sessionKey, JSON.stringify(session)),
    )
  }
  worker?.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
    if (data.kind === 'scene') show(data.scene)
    if (data.kind === 'save') saveFile(data.name, data.blob)
    if (data.kind === 'session') keepSession(data.session)
    if (data.kind === 'handles') handles = data.handles
  })
  // A worker that does not even load: an old browser, or one that was told not to.
  worker?.addEventListener('error', () => {
    if (scene.page.at === 'opening') show({ ...scene, page: { at: 'old-browser' } })
  })
  const opening: Opening = {
    link,
    cut: hash.length > 1,
    language,
    reads,
    session: readSession(sessionKey),
    unscanned,
    canPickFolder: canPickFolder(),
    canTakePhotos: matchMedia('(pointer: coarse)').matches,
  }
  tell({ kind: 'open', opening })
  // The link was changed by hand: another link is another visit.
  addEventListener('hashchange', () => location.reload())

  return {
    scene: () => scene,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    actions: openHands({
      tell,
      handles: () => handles,
      keepLanguage: (chosen) => void kept(() => localStorage.setItem(languageKey, chosen)),
    }),
  }
}
