/** Stage: the scene as it stands, and everything that several parts of the flow share. */
import type { Language } from '#domain/language.ts'
import { type Conversation, openConversation } from '#sending/conversation.ts'
import type { SenderLink } from '#sending/link.ts'
import { createPause, type Pause } from '#sending/pause.ts'
import type { Exchanged } from '#sending/replies.ts'
import type { Looked } from '#sending/requests.ts'
import type { Speak } from '#sending/speak.ts'
import { askedOf } from './as-asked.ts'
import type { Journal } from './journal.ts'
import type { Opening } from './messages.ts'
import type { Asked, Page, Scene } from './scene.ts'
import { openWire, type Wire } from './wire.ts'

export type FlowNeeds = {
  readonly link: SenderLink
  readonly opening: Opening
  readonly speak: Speak
  readonly journal: Journal
  readonly show: (scene: Scene) => void
  readonly save: (name: string, text: string) => void
  /** What a click may open again. */
  readonly offerHandles: (handles: readonly FileSystemHandle[] | null) => void
  readonly keepSession: (session: Exchanged | null) => void
}

export type Stage = {
  readonly needs: FlowNeeds
  readonly wire: Wire
  page(): Page
  show(page: Page): void
  /** What the link is about; only after a look. */
  asked(): Asked
  askedOrNull(): Asked | null
  setLooked(looked: Looked): void
  language(): Language
  setLanguage(language: Language): void
  /** Something broke that is not the line: told above the page until `calm`. */
  alarm(kind: 'failed' | 'ended'): void
  calm(): void
  /** Opens one, or the one that is open. @throws SendingStopped */
  converse(code?: string): Promise<Conversation>
  readonly pause: Pause
  /** Told when the line is another than before. */
  onLine(listener: () => void): void
  /** Ends whatever is being asked or sent; the session stays. */
  drop(): void
  /** The session is over for good. */
  leave(): void
}

export const openStage = (needs: FlowNeeds): Stage => {
  const { opening, link, show } = needs
  const pause = createPause()
  let page: Page = { at: 'opening' }
  let looked: Looked | null = null
  let chosen = opening.language
  let alarmed: 'failed' | 'ended' | null = null
  let session = opening.session
  let known: string | undefined
  let talk: Promise<Conversation> | null = null
  let ending = new AbortController()

  const language = (): Language => chosen ?? looked?.language ?? opening.reads
  const draw = (): void => {
    const line = wire.state()
    const trouble = line.kind === 'well' ? (alarmed === null ? null : { kind: alarmed }) : line
    show({
      language: language(),
      page,
      // This page tells it in its own words.
      trouble: page.at === 'sending' ? null : (trouble as Scene['trouble']),
      unscanned: opening.unscanned,
    })
  }
  const listeners = [draw]
  const wire = openWire(needs.speak, () => {
    for (const listener of listeners) listener()
  })

  const keep = (next: Exchanged | null): void => {
    session = next
    needs.keepSession(next)
  }

  return {
    needs,
    wire,
    pause,
    page: () => page,
    onLine: (listener) => {
      listeners.push(listener)
    },
    show: (next) => {
      page = next
      draw()
    },
    asked: () => {
      if (looked === null) throw new Error('nobody looked at the link yet')
      return askedOf(looked)
    },
    askedOrNull: () => (looked === null ? null : askedOf(looked)),
    setLooked: (next) => {
      looked = next
    },
    language,
    setLanguage: (next) => {
      chosen = next
      draw()
    },
    alarm: (kind) => {
      alarmed = kind
      draw()
    },
    calm: () => {
      if (alarmed === null) return
      alarmed = null
      draw()
    },
    converse: (code) => {
      // A conversation that is open would go on asking with what was typed before.
      if (code !== undefined) {
        known = code
        session = null
        talk = null
      }
      talk ??= openConversation({
        ...wire.patience(ending.signal),
        link,
        code: known,
        pause,
        session: session ?? undefined,
        onSession: keep,
      }).catch((error: unknown) => {
        talk = null
        throw error
      })
      return talk
    },
    drop: () => {
      ending.abort(new Error('dropped'))
      ending = new AbortController()
      pause.goOn()
      talk = null
    },
    leave: () => {
      keep(null)
      talk = null
    },
  }
}
