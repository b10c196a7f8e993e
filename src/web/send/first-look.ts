/**
 * First look: what the page does by itself before its worker is needed: asks where the link stands, shows it, and hands
 * over when a person begins. Most who only look never load the rest.
 */
import { SendingStopped } from '#sending/conversation.ts'
import { askForLink, type Looked, lookAt } from '#sending/requests.ts'
import { speakByFetch } from '#sending/speak.ts'
import { arrivalOf, lockedFor } from './arrival.ts'
import { openJournal } from './journal.ts'
import type { Act, Opening } from './messages.ts'
import { readRefusal } from './refusals.ts'
import type { Page, Trouble } from './scene.ts'
import { openWire } from './wire.ts'

export type FirstLook = {
  look(): void
  act(act: Act): void
  online(is: boolean): void
  /** What was handed over did not begin: it can be tried again. */
  failed(): void
}

export type FirstLookNeeds = {
  readonly opening: Opening & { readonly link: NonNullable<Opening['link']> }
  readonly show: (page: Page, trouble: Trouble | null) => void
  /** Everything from here on is the worker's. */
  readonly handOver: (looked: Looked, begins: NonNullable<Opening['begins']>) => void
}

export const openFirstLook = ({ opening, show, handOver }: FirstLookNeeds): FirstLook => {
  const { link, session } = opening
  const journal = openJournal(link.token)
  let page: Page = { at: 'opening' }
  let looked: Looked | null = null
  let failed = false

  const draw = (): void => {
    const line = wire.state()
    show(page, line.kind === 'well' ? (failed ? { kind: 'failed' } : null) : (line as Trouble))
  }
  const wire = openWire(speakByFetch(link.url), draw)
  const patience = () => wire.patience(new AbortController().signal)
  const become = (next: Page): void => {
    page = next
    draw()
  }

  const begin = (begins: NonNullable<Opening['begins']>): void => {
    if (looked !== null) handOver(looked, begins)
  }

  const look = (): void => {
    failed = false
    lookAt(patience(), link.token)
      .then(async (told) => {
        looked = told
        const next = arrivalOf(told, await journal.read(), session !== null)
        if (next === 'door') return begin('door')
        if (next.at === 'locked') setTimeout(look, lockedFor(next.until))
        become(next)
      })
      .catch((error: unknown) => {
        const refused = error instanceof SendingStopped ? readRefusal(error, null, null) : null
        failed = refused?.kind !== 'page'
        become(refused?.kind === 'page' ? refused.page : page)
      })
  }

  const ask = (): void => {
    if (page.at !== 'dead') return
    const shown = page
    become({ ...shown, asking: 'asking' })
    askForLink(patience(), link.token).then(
      () => become({ ...shown, asking: 'asked' }),
      () => become({ ...shown, asking: 'failed' }),
    )
  }

  return {
    look,
    online: (is) => wire.online(is),
    act: (act) => {
      if (act === 'askForLink') ask()
      if (act === 'start' && page.at === 'landing' && !page.starting) {
        failed = false
        become({ ...page, starting: true })
        begin('start')
      }
      if (act === 'tryAgain') {
        const waits = wire.state().kind !== 'well'
        wire.wake()
        if (!waits) look()
      }
    },
    failed: () => {
      failed = true
      become(page.at === 'landing' ? { ...page, starting: false } : page)
    },
  }
}
