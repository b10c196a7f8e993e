/**
 * Flow: from a link to a receipt. Takes what a person does, one thing at a time, and shows a scene for it; whatever
 * ends before its end has a page that says so and what is safe. Knows nothing of a browser but files and handles.
 */
import { currentConsent } from '#domain/consent.ts'
import type { Language } from '#domain/language.ts'
import { SendingStopped } from '#sending/conversation.ts'
import type { ListedFile } from '#sending/listed-file.ts'
import { askForLink, askStanding, introduce, lookAt, withdraw } from '#sending/requests.ts'
import type { Actions } from './actions.ts'
import { arrivalOf, lockedFor } from './arrival.ts'
import { browserFile } from './browser-file.ts'
import { openChoosing } from './choosing.ts'
import { openClosing } from './closing.ts'
import { kindsOf } from './found-files.ts'
import { introductionFaults } from './introduction-faults.ts'
import type { Act, Given } from './messages.ts'
import { checkPage, readRefusal } from './refusals.ts'
import type { Introduction, Page } from './scene.ts'
import { openShipping } from './shipping.ts'
import { type FlowNeeds, openStage } from './stage.ts'

export type Flow = Pick<Actions, Act> & {
  /** Goes on from what the page was told of the link. */
  open(): void
  takeHandles(handles: readonly FileSystemHandle[]): void
  takeGiven(files: readonly Given[], unreadable: readonly string[], more: boolean): void
  online(is: boolean): void
}

const noDraft: Omit<Introduction, 'role'> = { name: '', mail: '', phone: '', agreed: false }

export const openFlow = (needs: FlowNeeds): Flow => {
  const { link, journal, opening } = needs
  const stage = openStage(needs)
  const shipping = openShipping(stage)
  const patience = () => stage.wire.patience(new AbortController().signal)
  let again: (() => Promise<void>) | null = null
  let before: Page | null = null
  let dead: Extract<Page, { at: 'dead' }> | null = null

  const showRefusal = async (stopped: SendingStopped): Promise<void> => {
    const { at } = stage.page()
    const sending = at === 'sending' || at === 'rest'
    const refused = readRefusal(stopped, stage.askedOrNull(), sending ? shipping.safe() : null)
    if (refused.kind === 'look') return look()
    if (refused.kind === 'introduce') return showWho()
    if (refused.kind !== 'page') return stage.alarm('failed')
    if (refused.page.at === 'dead') dead = refused.page
    stage.show(refused.page)
  }

  /** Does something that may be refused or break; `tryAgain` does it once more. */
  const run = (act: () => Promise<void>): void => {
    stage.calm()
    again = act
    act().catch(async (error: unknown) => {
      if (error instanceof Error && error.message === 'dropped') return
      if (error instanceof SendingStopped) await showRefusal(error)
      else stage.alarm('failed')
    })
  }

  const ship = async (files: readonly ListedFile[] | null, leaveRest = false): Promise<void> => {
    const finish = await shipping.ship(files, leaveRest)
    if (finish.kind === 'held-up')
      return stage.show({ at: 'rest', asked: stage.asked(), files: finish.files })
    if (files !== null) await journal.write(choosing.entry('finished'))
    const skipped = choosing.unreadable().map((name) => ({ name, reason: 'unreadable' as const }))
    await closing.close({
      finished: finish.finished,
      tracks: shipping.tracks(),
      leftOut: [...shipping.problems(), ...skipped],
      kinds: kindsOf(choosing.sorted()),
    })
  }

  const shipChosen = async (): Promise<void> => {
    await choosing.matched()
    const files = choosing.chosen()
    if (files === null) return choosing.showFound()
    await journal.write(choosing.entry('sending'))
    await ship(files)
  }

  const choosing = openChoosing(stage, (file) => shipping.isThere(file), shipChosen)
  const closing = openClosing(stage)

  const showWho = (): void => {
    const asked = stage.asked()
    stage.show({ at: 'who', asked, draft: { ...noDraft, role: asked.role }, faults: [], saving: false })
  }

  /** Behind the door: first who is sending, then what. */
  const enter = async (): Promise<void> => {
    const standing = await askStanding(await stage.converse())
    const agreed = standing.consent !== null && standing.consent.withdrawnAt === null
    if (standing.introduced === null || !agreed) return showWho()
    const entry = await journal.read()
    if (standing.finishedAt !== null && entry?.state !== 'sending') return ship([])
    await choosing.begin(entry)
  }

  const openDoor = async (code?: string): Promise<void> => {
    await stage.converse(code)
    await enter()
  }

  const look = async (): Promise<void> => {
    const looked = await lookAt(patience(), link.token)
    stage.setLooked(looked)
    const arrival = arrivalOf(looked, await journal.read(), opening.session !== null)
    if (arrival === 'door') return openDoor()
    if (arrival.at === 'dead') dead = arrival
    if (arrival.at === 'locked') setTimeout(() => run(look), lockedFor(arrival.until))
    stage.show(arrival)
  }

  const start = (): void => {
    const asked = stage.asked()
    if (asked.check !== 'none' && opening.session === null) return stage.show(checkPage(asked, null))
    stage.show({ at: 'landing', asked, starting: true })
    run(openDoor)
  }

  return {
    open: () => {
      if (opening.looked === null) return run(look)
      stage.setLooked(opening.looked)
      if (opening.begins === 'start') start()
      else run(openDoor)
    },
    online: (is) => {
      stage.wire.online(is)
      shipping.redraw()
    },
    takeHandles: (handles) => run(() => choosing.takeHandles(handles)),
    takeGiven: (files, unreadable, more) => {
      const listed = files.map(({ path, file }) => browserFile(path, file))
      run(() => choosing.takeFiles(listed, unreadable, more))
    },
    speak: (language: Language) => stage.setLanguage(language),
    tryAgain: () => {
      const waits = stage.wire.state().kind !== 'well'
      stage.wire.wake()
      const page = stage.page()
      if (page.at === 'stopped') run(() => ship(null))
      else if (!waits && again !== null) run(again)
    },
    askForLink: () => {
      const shown = dead
      if (shown === null) return
      stage.show({ ...shown, asking: 'asking' })
      askForLink(patience(), link.token).then(
        () => stage.show({ ...shown, asking: 'asked' }),
        () => stage.show({ ...shown, asking: 'failed' }),
      )
    },
    start,
    check: (answer) => {
      const page = stage.page()
      if (page.at !== 'check' || page.checking) return
      stage.show({ ...page, checking: true })
      run(() => openDoor(answer.trim()))
    },
    introduce: (draft) => {
      const page = stage.page()
      if (page.at !== 'who' || page.saving) return
      const faults = introductionFaults(draft)
      stage.show({ ...page, draft, faults, saving: faults.length === 0 })
      if (faults.length > 0) return
      run(async () => {
        await introduce(await stage.converse(), {
          name: draft.name.trim(),
          role: draft.role,
          mail: draft.mail.trim() || null,
          phone: draft.phone.trim() || null,
          language: stage.language(),
          consent: currentConsent,
        })
        await enter()
      })
    },
    chooseStudy: (key, chosen) => choosing.tick(key, chosen),
    chooseDocument: (key, chosen) => choosing.tick(key, chosen),
    answerPatient: (answer) => run(() => choosing.answer(answer)),
    addMore: () => choosing.addMore(),
    send: () => run(shipChosen),
    pause: () => {
      stage.pause.pause()
      shipping.redraw()
    },
    goOn: () => {
      stage.pause.goOn()
      stage.wire.wake()
      shipping.redraw()
    },
    stop: () => {
      stage.drop()
      choosing.showFound()
    },
    leaveRest: () => run(() => ship(null, true)),
    trySkipped: () => {
      // What is on its way comes again: the gateway answers what is missing.
      if (stage.page().at === 'sending') stage.drop()
      run(async () => ship(await shipping.remaining()))
    },
    mailReceipt: () => void closing.mail(),
    saveReceipt: () => {
      if (closing.saveReceipt()) void journal.forget()
    },
    saveDigests: () => closing.saveDigests(),
    sendMore: () => choosing.addMore(),
    toWithdraw: () => {
      before = stage.page()
      stage.show({ at: 'withdraw', asked: stage.asked(), withdrawing: 'ask' })
    },
    withdraw: () => {
      const asked = stage.asked()
      stage.show({ at: 'withdraw', asked, withdrawing: 'working' })
      stage
        .converse()
        .then(withdraw)
        .then(
          async () => {
            await journal.forget()
            stage.leave()
            stage.show({ at: 'withdraw', asked, withdrawing: 'done' })
          },
          () => stage.show({ at: 'withdraw', asked, withdrawing: 'failed' }),
        )
    },
    back: () => {
      const page = stage.page()
      // Once it is withdrawn, what was shown before is no longer so.
      const asked = page.at === 'withdraw' && page.withdrawing !== 'done'
      if (asked && before !== null) return stage.show(before)
      if (page.at === 'found') return choosing.addMore()
      if (page.at === 'rest') return choosing.showFound()
      run(look)
    },
  }
}
