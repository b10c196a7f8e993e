/**
 * The sender's worker: reads, hashes and sends, and tells the page what to show, ten times a second at most. A page
 * that only draws stays quick however many files there are.
 */
import type { SenderLink } from '#sending/link.ts'
import { speakByFetch } from '#sending/speak.ts'
import { type Flow, openFlow } from './flow.ts'
import { openJournal } from './journal.ts'
import type { FromWorker, Opening, ToWorker } from './messages.ts'
import type { Scene } from './scene.ts'

/** What of a worker's own globals is used; the types here are a page's. */
type WorkerScope = {
  postMessage(message: FromWorker): void
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void
  addEventListener(type: 'online' | 'offline', listener: () => void): void
}

const scope = globalThis as unknown as WorkerScope
const everyMs = 100
const runs: ReadonlySet<Scene['page']['at']> = new Set(['choose', 'sending', 'checking'])

const showSometimes = (): ((scene: Scene) => void) => {
  let last: Scene | null = null
  let next: Scene | null = null
  let toldAt = 0
  const tell = (scene: Scene): void => {
    ;[last, next, toldAt] = [scene, null, performance.now()]
    scope.postMessage({ kind: 'scene', scene })
  }
  return (scene) => {
    const wait = everyMs - (performance.now() - toldAt)
    // What a person did is shown at once; only what runs by itself is told now and then.
    if (!runs.has(scene.page.at) || last?.page.at !== scene.page.at || wait <= 0) return tell(scene)
    if (next === null)
      setTimeout(() => {
        if (next !== null) tell(next)
      }, wait)
    next = scene
  }
}

const openFor = (opening: Opening, link: SenderLink): Flow =>
  openFlow({
    opening,
    link,
    speak: speakByFetch(link.url),
    journal: openJournal(link.token),
    show: showSometimes(),
    save: (name, text) => scope.postMessage({ kind: 'save', name, blob: new Blob([text]) }),
    offerHandles: (handles) => scope.postMessage({ kind: 'handles', handles }),
    keepSession: (session) => scope.postMessage({ kind: 'session', session }),
  })

let flow: Flow | null = null

scope.addEventListener('message', ({ data }) => {
  if (data.kind === 'open' && data.opening.link !== null) {
    flow = openFor(data.opening, data.opening.link)
    flow.open()
  }
  if (data.kind === 'handles') flow?.takeHandles(data.handles)
  if (data.kind === 'files') flow?.takeGiven(data.files, data.unreadable, data.more)
  if (data.kind === 'act' && flow !== null) {
    const act = flow[data.act] as (...given: readonly unknown[]) => void
    act(...data.with)
  }
})
scope.addEventListener('online', () => flow?.online(true))
scope.addEventListener('offline', () => flow?.online(false))
