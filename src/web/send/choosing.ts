/**
 * Choosing: files come in from a folder, a drop or a picker, are looked into and sorted, and the gateway is asked whose
 * they are before a byte of them leaves. What was remembered of an earlier visit is taken up again.
 */
import { SendingStopped } from '#sending/conversation.ts'
import { type AskedPatient, askMatch, tellAnswer } from '#sending/requests.ts'
import type { ChosenFile } from './browser-file.ts'
import { type Choice, chosenFiles, foundOf, strangers, untickedKeys } from './choice.ts'
import { noticeOf } from './choose-notice.ts'
import type { MatchState, PhotoDoubt } from './found.ts'
import { type SeenFile, type Sorted, sortFound } from './found-files.ts'
import type { JournalEntry } from './journal.ts'
import { lookAtAll } from './look-at-all.ts'
import { compareMarks, markOfFile } from './marks.ts'
import { personKey } from './people.ts'
import { doubtOfPhoto } from './photo-doubt.ts'
import type { ChooseNotice } from './scene.ts'
import type { Stage } from './stage.ts'
import { mayRead, type Walked, walkHandles } from './walk-folder.ts'

/** One request asks for so many people. */
const mostAsked = 20

export type Choosing = {
  /** The page on which records are chosen. `entry`: what is remembered of the link. */
  begin(entry: JournalEntry | null): Promise<void>
  takeHandles(handles: readonly FileSystemHandle[]): Promise<void>
  takeFiles(files: readonly ChosenFile[], unreadable: readonly string[], more: boolean): Promise<void>
  tick(key: string, chosen: boolean): void
  answer(answer: 'same-person' | 'several-patients' | 'leave-out'): Promise<void>
  addMore(): void
  /** The page of what was found, again. */
  showFound(): void
  /** Resolves when it is known whose the studies are, or that it cannot be known. */
  matched(): Promise<void>
  /** Null while something has to be answered, or nothing is chosen. */
  chosen(): readonly ChosenFile[] | null
  entry(state: JournalEntry['state']): JournalEntry
  /** Paths of what could not be read. */
  unreadable(): readonly string[]
  sorted(): Sorted
}

/** `isThere`: acknowledged by the gateway; `goOn` sends at once what was chosen on an earlier visit. */
export const openChoosing = (
  stage: Stage,
  isThere: (file: ChosenFile) => boolean,
  goOn: () => Promise<void>,
): Choosing => {
  const { opening, link, offerHandles } = stage.needs
  let seen: SeenFile[] = []
  let unreadable: string[] = []
  let sorted: Sorted = sortFound([], [])
  let handles: FileSystemHandle[] = []
  let before: JournalEntry | null = null
  let refusedOnce = false
  const ticks = new Map<string, boolean>()
  const matches = new Map<string, MatchState>()
  let answer: Choice['answer'] = null
  let matching: Promise<void> = Promise.resolve()
  let coming: { files: ChosenFile[]; unreadable: string[] } | null = null
  const addresses = new Map<ChosenFile, string>()

  const doubts = new Map<ChosenFile, PhotoDoubt>()
  const judged = new Set<ChosenFile>()

  /** One after the other, while a person reads what was found. */
  const judgePhotos = async (): Promise<void> => {
    for (const { file, shown } of sorted.documents) {
      if (!shown || judged.has(file)) continue
      judged.add(file)
      const doubt = await doubtOfPhoto(file.blob)
      if (doubt === null) continue
      doubts.set(file, doubt)
      if (stage.page().at === 'found') showFound()
    }
  }

  const addressOf = (file: ChosenFile): string => {
    const address = addresses.get(file) ?? URL.createObjectURL(file.blob)
    addresses.set(file, address)
    return address
  }
  const choice = (): Choice => ({ ticks, matches, answer })

  const showChoose = (
    notice: ChooseNotice | null,
    reading: { files: number; bytes: number } | null,
  ): void => {
    const { arrived } = stage.asked()
    const unfinished = arrived.files > 0 && arrived.files < arrived.of
    stage.show({
      at: 'choose',
      asked: stage.asked(),
      reading,
      notice,
      before: unfinished ? arrived : null,
      folderAgain: before !== null && before.handles.length > 0 ? (before.handles[0]?.name ?? null) : null,
      canPickFolder: opening.canPickFolder,
      canTakePhotos: opening.canTakePhotos,
    })
  }

  const tellReading = (files: number, bytes: number): void => showChoose(null, { files, bytes })

  const showFound = (): void =>
    stage.show({
      at: 'found',
      asked: stage.asked(),
      found: foundOf(sorted, choice(), isThere, addressOf, doubts),
    })

  /** Asks whose the studies are; where that cannot be said, nobody is held up by it. */
  const match = async (): Promise<void> => {
    const people = new Map(sorted.studies.map(({ person }) => [personKey(person), person]))
    const asked = [...people].filter(([key]) => !matches.has(key))
    if (asked.length === 0) return
    for (const [key] of asked) matches.set(key, 'asking')
    showFound()
    for (let at = 0; at < asked.length; at += mostAsked) {
      const some = asked.slice(at, at + mostAsked)
      const patients: AskedPatient[] = some.map(([, { patientName, birthDate, sex }]) => ({
        name: patientName,
        birthDate: birthDate?.slice(0, 32) ?? null,
        sex: sex?.slice(0, 16) ?? null,
      }))
      let answers: readonly MatchState[] = []
      try {
        answers = await askMatch(await stage.converse(), link.token, patients)
      } catch (error) {
        if (!(error instanceof SendingStopped)) throw error
        if (error.code !== 'rate.limited' && error.code !== 'link.invalid') throw error
      }
      for (const [nth, [key]] of some.entries()) matches.set(key, answers[nth] ?? 'not-asked')
    }
    if (stage.page().at === 'found') showFound()
  }

  const recall = (entry: JournalEntry): void => {
    for (const key of entry.unticked) ticks.set(key, false)
    answer = entry.answer
  }

  /** What came in is looked into, put to the rest, and shown or sent on. */
  const take = async (walked: Walked, isFolder: boolean): Promise<void> => {
    const known = new Set(seen.map(({ file }) => markOfFile(file)))
    const fresh = walked.files.filter((file) => !known.has(markOfFile(file)))
    seen = [...seen, ...(await lookAtAll(fresh, tellReading))]
    unreadable = [...unreadable, ...walked.unreadable]
    sorted = sortFound(seen, unreadable)
    const notice = noticeOf(walked, sorted, isFolder)
    if (notice !== null) return showChoose(notice, null)
    if (before !== null && before.marks.length > 0) {
      const { missing, others } = compareMarks(
        before.marks,
        seen.map(({ file }) => markOfFile(file)),
      )
      if (missing === before.marks.length && !refusedOnce) {
        refusedOnce = true
        ;[seen, unreadable, handles] = [[], [], []]
        return showChoose({ kind: 'other-folder', missing }, null)
      }
      recall(before)
      const isSame = missing === 0 && others === 0
      before = null
      offerHandles(null)
      if (isSame) return goOn()
    }
    showFound()
    void judgePhotos()
    matching = match()
    await matching
  }

  return {
    showFound,
    sorted: () => sorted,
    unreadable: () => sorted.unreadable,
    begin: async (entry) => {
      before = entry?.state === 'sending' ? entry : null
      if (before !== null && before.handles.length > 0) {
        handles = [...before.handles]
        if (await mayRead(handles)) {
          const walked = await walkHandles(handles, tellReading)
          if (walked.files.length > 0) return take(walked, true)
        }
        offerHandles(before.handles)
        handles = []
      }
      showChoose(null, null)
    },
    takeHandles: async (more) => {
      handles = [...handles, ...more]
      showChoose(null, { files: 0, bytes: 0 })
      const walked = await walkHandles(more, tellReading)
      await take(
        walked,
        more.some(({ kind }) => kind === 'directory'),
      )
    },
    takeFiles: async (files, notRead, more) => {
      coming ??= { files: [], unreadable: [] }
      coming.files.push(...files)
      coming.unreadable.push(...notRead)
      const { files: all, unreadable: skipped } = coming
      showChoose(null, { files: all.length, bytes: all.reduce((sum, { size }) => sum + size, 0) })
      if (more) return
      coming = null
      // Files without a handle cannot be opened again by a click.
      handles = []
      await take(
        { files: all, unreadable: skipped },
        all.some(({ path }) => path.includes('/')),
      )
    },
    tick: (key, chosen) => {
      ticks.set(key, chosen)
      showFound()
    },
    answer: async (said) => {
      const leaves = said === 'leave-out' ? strangers(sorted, choice()) : []
      const files = (
        leaves.length > 0 ? sorted.studies.filter(({ key }) => leaves.includes(key)) : sorted.studies
      ).reduce((sum, study) => sum + study.files.length, 0)
      for (const key of leaves) ticks.set(key, false)
      if (said !== 'leave-out') answer = said
      showFound()
      await tellAnswer(await stage.converse(), { answer: said === 'leave-out' ? 'left-out' : said, files })
    },
    addMore: () => showChoose(null, null),
    matched: () => matching,
    chosen: () => {
      const { mustAnswer } = foundOf(sorted, choice(), isThere, () => '')
      const asking = [...matches.values()].includes('asking')
      const files = chosenFiles(sorted, choice())
      return mustAnswer !== null || asking || files.length === 0 ? null : files
    },
    entry: (state) => ({
      at: Date.now(),
      state,
      handles,
      marks: seen.map(({ file }) => markOfFile(file)),
      unticked: untickedKeys(sorted, choice()),
      answer,
    }),
  }
}
