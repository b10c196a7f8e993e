/**
 * Page store: the scene that is drawn, as the first look or the worker last told it, and what this tab keeps: the language for every
 * visit, the session for as long as the tab is open. The link stays in the address: one must be able to come back.
 */
import { type Language, readLanguage } from '#domain/language.ts'
import { readLink } from '#sending/link.ts'
import type { Exchanged } from '#sending/replies.ts'
import type { Looked } from '#sending/requests.ts'
import type { Actions } from './actions.ts'
import { keepWatch } from './awake.ts'
import { openFirstLook } from './first-look.ts'
import { canPickFolder, openHands, saveFile } from './hands.ts'
import { laterNow, loadLater } from './load-later.ts'
import { markOf } from './marks.ts'
import type { FromWorker, Opening, ToWorker } from './messages.ts'
import { isFirstPage, type Page, type Scene, type Trouble } from './scene.ts'

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
  let chosen = language
  let handles: readonly FileSystemHandle[] | null = null
  let scene: Scene = {
    language: language ?? reads,
    page: { at: isOldBrowser() ? 'old-browser' : 'opening' },
    trouble: null,
    unscanned,
  }

  const watch = keepWatch(() => show(scene))
  let waiting: Scene | null = null
  const show = (next: Scene): void => {
    waiting = isFirstPage(next.page) || laterNow() !== null ? null : next
    if (waiting !== null) return
    watch.note(next)
    const { page } = next
    scene =
      page.at === 'sending'
        ? { ...next, page: { ...page, sending: { ...page.sending, keptAwake: watch.isAwake() } } }
        : next
    for (const listener of listeners) listener()
  }

  const opening: Opening = {
    link,
    language,
    reads,
    session: readSession(sessionKey),
    unscanned,
    looked: null,
    begins: null,
    canPickFolder: canPickFolder(),
    canTakePhotos: matchMedia('(pointer: coarse)').matches,
  }
  const keepSession = (session: Exchanged | null): void => {
    kept(() =>
      session === null
        ? sessionStorage.removeItem(sessionKey)
        : sessionStorage.setItem(sessionKey, JSON.stringify(session)),
    )
  }
  let worker: Worker | null = null

  const fetchLater = (): void =>
    void loadLater().then(() => {
      if (waiting !== null) show(waiting)
    })

  const startWorker = (looked: Looked, begins: Opening['begins']): void => {
    fetchLater()
    const started = openWorker()
    worker = started
    let spoke = false
    started.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      spoke = true
      if (data.kind === 'scene') show(data.scene)
      if (data.kind === 'save') saveFile(data.name, data.blob)
      if (data.kind === 'session') keepSession(data.session)
      if (data.kind === 'handles') handles = data.handles
    })
    // It could not be fetched: what it was started for can be asked for once more.
    started.addEventListener('error', () => {
      if (spoke) return
      worker = null
      first?.failed()
    })
    started.postMessage({
      kind: 'open',
      opening: { ...opening, language: chosen, looked, begins },
    } satisfies ToWorker)
  }

  const showPage = (page: Page, trouble: Trouble | null): void => {
    show({ language: scene.language, page, trouble, unscanned })
    if (page.at === 'landing') fetchLater()
  }
  const first =
    link === null || scene.page.at === 'old-browser'
      ? null
      : openFirstLook({ opening: { ...opening, link }, show: showPage, handOver: startWorker })

  const tell = (message: ToWorker): void => {
    if (message.kind === 'act' && message.act === 'speak') chosen = message.with[0] as Language
    if (worker !== null) worker.postMessage(message)
    else if (message.kind === 'act' && message.act === 'speak')
      show({ ...scene, language: chosen ?? scene.language })
    else if (message.kind === 'act') first?.act(message.act)
  }

  if (link === null && scene.page.at !== 'old-browser')
    showPage(
      { at: 'dead', why: hash.length > 1 ? 'cut' : 'missing', contact: null, until: null, asking: 'may-not' },
      null,
    )
  first?.look()
  addEventListener('online', () => first?.online(true))
  addEventListener('offline', () => worker === null && first?.online(false))
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
