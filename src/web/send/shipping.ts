/**
 * Shipping: what was chosen goes to the gateway, as the sending page tells it: how far, how fast, what waits and why.
 * Everything that decides what is missing is the gateway's word.
 */
import { type Finish, sendAndFinish } from '#sending/finish.ts'
import type { ListedFile } from '#sending/listed-file.ts'
import { webSha256 } from '#sending/part-body.ts'
import type { Progress } from '#sending/progress.ts'
import { prepareSending, type Sending, type SentFile } from '#sending/send-files.ts'
import { sendingView } from './as-told.ts'
import { isChosenFile, readTogether } from './browser-file.ts'
import type { Stage } from './stage.ts'
import type { SendingProblem, SendingState } from './told.ts'

export type Shipping = {
  /** Everything that was sent over this page, now or before. */
  tracks(): readonly SentFile[]
  isThere(file: ListedFile): boolean
  /** Null: what was left to send is the same as before. @throws SendingStopped, or the signal's reason */
  ship(files: readonly ListedFile[] | null, leaveRest: boolean): Promise<Finish>
  /** Draws the page again: the line is another, or a person paused. */
  redraw(): void
  problems(): SendingProblem[]
  /** Files that are acknowledged, of how many. */
  safe(): { readonly files: number; readonly of: number }
  /** What is not there yet, what was left out as it is now: to be tried again. */
  remaining(): Promise<ListedFile[]>
}

const isDone = ({ missingChunks, leftOut, id }: SentFile): boolean =>
  id !== null && missingChunks === 0 && leftOut === null

/** A file that is gone stays as it was listed, and is left out once more. */
const listAgain = (file: ListedFile): Promise<ListedFile> =>
  isChosenFile(file) ? file.again().catch(() => file) : Promise.resolve(file)

const keyOf = ({ path, size, modified }: ListedFile): string => `${path}\n${size}\n${modified ?? ''}`

export const openShipping = (stage: Stage): Shipping => {
  let finished: SentFile[] = []
  let sending: Sending | null = null
  let progress: Progress | null = null
  const there = new Set<string>()
  const given = new Set<string>()

  const current = (): readonly SentFile[] => sending?.files ?? []
  const tracks = (): readonly SentFile[] => [...finished, ...current()]

  const problems = (): SendingProblem[] =>
    tracks().flatMap(({ told, leftOut }) => (leftOut === null ? [] : [{ name: told, reason: leftOut }]))

  const stateNow = (): SendingState => {
    const line = stage.wire.state()
    if (stage.pause.isPaused()) return 'paused'
    if (line.kind !== 'well') return line.kind
    return progress === null ? 'preparing' : 'sending'
  }

  const redraw = (): void => {
    const line = stage.wire.state()
    stage.show({
      at: 'sending',
      asked: stage.asked(),
      sending: sendingView(progress, {
        state: stateNow(),
        retryAt: line.kind === 'busy' ? line.retryAt : null,
        problems: problems(),
      }),
    })
  }

  const keepCurrent = (): void => {
    for (const track of current()) if (isDone(track)) there.add(keyOf(track.file))
    finished = [...tracks()].filter((track) => track.id !== null)
    sending = null
  }

  const redrawIfShown = (): void => {
    if (stage.page().at === 'sending') redraw()
  }
  stage.onLine(redrawIfShown)

  return {
    tracks,
    problems,
    redraw: redrawIfShown,
    isThere: (file) => there.has(keyOf(file)),
    safe: () => ({ files: tracks().filter(isDone).length, of: tracks().length }),
    ship: async (files, leaveRest) => {
      if (files !== null) {
        keepCurrent()
        progress = null
      }
      redraw()
      const conversation = await stage.converse()
      if (files !== null || sending === null) {
        const before = new Set(finished.filter(isDone).map(({ file }) => keyOf(file)))
        const fresh = (files ?? []).filter((file) => !before.has(keyOf(file)))
        // A file that changed and is sent as it is now: nobody waits for what it was.
        const now = new Set(fresh.map(keyOf))
        for (const { id, leftOut, file } of finished)
          if (id !== null && leftOut !== null && !now.has(keyOf(file))) given.add(id)
        finished = finished.filter(isDone)
        sending = prepareSending(fresh, {
          conversation,
          sha256: webSha256,
          readTogether,
          onProgress: (told) => {
            progress = told
            redraw()
          },
        })
      }
      const finish = await sendAndFinish(conversation, sending, { leaveRest, given })
      for (const track of current()) if (isDone(track)) there.add(keyOf(track.file))
      return finish
    },
    remaining: () =>
      Promise.all(
        tracks()
          .filter((track) => !isDone(track))
          .map(({ file, leftOut }) => (leftOut === null ? Promise.resolve(file) : listAgain(file))),
      ),
  }
}
