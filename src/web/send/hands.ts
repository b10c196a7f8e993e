/** Hands: what only a page can do for a person: open a picker, take a drop, save a file, print, remember a language. */
import type { Language } from '#domain/language.ts'
import type { Actions } from './actions.ts'
import { readDrop, walkEntries } from './drop.ts'
import type { Act, Given, ToWorker } from './messages.ts'

type Picker = {
  readonly showDirectoryPicker?: (terms: { readonly mode: 'read' }) => Promise<FileSystemHandle>
}
type Asker = FileSystemHandle & {
  requestPermission?(terms: { readonly mode: 'read' }): Promise<PermissionState>
}

/** Files of one message. */
const batch = 500

/** Chooses a folder of a sort that also gives back a handle, or at least its files. */
export const canPickFolder = (): boolean =>
  'showDirectoryPicker' in globalThis ||
  ('webkitdirectory' in HTMLInputElement.prototype && !matchMedia('(pointer: coarse)').matches)

const pathOf = (file: File): string => file.webkitRelativePath || file.name

/** Waits until a person chose, or thought better of it. */
const pickByInput = (): Promise<readonly File[]> =>
  new Promise((done) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.webkitdirectory = true
    input.onchange = () => done(Array.from(input.files ?? []))
    input.oncancel = () => done([])
    input.click()
  })

export type HandsNeeds = {
  readonly tell: (message: ToWorker) => void
  /** What a click may open again. */
  readonly handles: () => readonly FileSystemHandle[] | null
  readonly keepLanguage: (language: Language) => void
}

export const openHands = ({ tell, handles, keepLanguage }: HandsNeeds): Actions => {
  const act =
    <Name extends Act>(name: Name) =>
    (...given: Parameters<Actions[Name]>): void =>
      tell({ kind: 'act', act: name, with: given })

  const giveFiles = (files: readonly Given[], unreadable: readonly string[] = []): void => {
    for (let at = 0; at === 0 || at < files.length; at += batch) {
      const more = at + batch < files.length
      tell({ kind: 'files', files: files.slice(at, at + batch), unreadable: more ? [] : unreadable, more })
    }
  }
  const given = (file: File): Given => ({ path: pathOf(file), file })

  const pickFolder = async (): Promise<void> => {
    const { showDirectoryPicker } = globalThis as Picker
    if (showDirectoryPicker === undefined) {
      const files = await pickByInput()
      if (files.length > 0) giveFiles(files.map(given))
      return
    }
    // Closing the picker rejects; nothing was chosen then.
    const handle = await showDirectoryPicker({ mode: 'read' }).catch(() => null)
    if (handle !== null) tell({ kind: 'handles', handles: [handle] })
  }

  const openAgain = async (): Promise<void> => {
    const asked: readonly Asker[] = handles() ?? []
    for (const handle of asked) if ((await handle.requestPermission?.({ mode: 'read' })) !== 'granted') return
    if (asked.length > 0) tell({ kind: 'handles', handles: asked })
  }

  const takeDrop = async (transfer: DataTransfer): Promise<void> => {
    const dropped = await readDrop(transfer)
    if (dropped.kind === 'handles') return tell({ kind: 'handles', handles: dropped.handles })
    let waiting: Given[] = []
    const notRead: string[] = []
    await walkEntries(dropped.entries, (files, unreadable) => {
      waiting.push(...files)
      notRead.push(...unreadable)
      if (waiting.length < batch) return
      tell({ kind: 'files', files: waiting, unreadable: [], more: true })
      waiting = []
    })
    tell({ kind: 'files', files: waiting, unreadable: notRead, more: false })
  }

  return {
    speak: (language) => {
      keepLanguage(language)
      act('speak')(language)
    },
    pickFolder: () => void pickFolder(),
    openFolderAgain: () => void openAgain(),
    takeFiles: (files) => giveFiles(files.map(given)),
    takeDrop: (transfer) => void takeDrop(transfer),
    print: () => globalThis.print(),
    tryAgain: act('tryAgain'),
    askForLink: act('askForLink'),
    start: act('start'),
    check: act('check'),
    introduce: act('introduce'),
    chooseStudy: act('chooseStudy'),
    chooseDocument: act('chooseDocument'),
    answerPatient: act('answerPatient'),
    addMore: act('addMore'),
    send: act('send'),
    pause: act('pause'),
    goOn: act('goOn'),
    stop: act('stop'),
    leaveRest: act('leaveRest'),
    trySkipped: act('trySkipped'),
    mailReceipt: act('mailReceipt'),
    saveReceipt: act('saveReceipt'),
    saveDigests: act('saveDigests'),
    sendMore: act('sendMore'),
    toWithdraw: act('toWithdraw'),
    withdraw: act('withdraw'),
    back: act('back'),
  }
}

/** Gives a person a file of their own. */
export const saveFile = (name: string, blob: Blob): void => {
  const address = URL.createObjectURL(blob)
  const anchor = document.createElement('a')
  anchor.href = address
  anchor.download = name
  anchor.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
