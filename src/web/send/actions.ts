/** Actions: everything a person can do on the sender's pages. */
import type { Language } from '#domain/language.ts'
import type { Introduction } from './scene.ts'

/** What a person can do. Each returns at once; what comes of it is another scene. */
export type Actions = {
  readonly speak: (language: Language) => void
  readonly tryAgain: () => void
  readonly askForLink: () => void
  readonly start: () => void
  /** A code as typed, or a birth date as `YYYY-MM-DD`. */
  readonly check: (answer: string) => void
  readonly introduce: (draft: Introduction) => void
  /** Opens the picker of folders, from a click. */
  readonly pickFolder: () => void
  readonly openFolderAgain: () => void
  readonly takeFiles: (files: readonly File[]) => void
  /** What was dropped on the page. */
  readonly takeDrop: (transfer: DataTransfer) => void
  readonly chooseStudy: (key: string, chosen: boolean) => void
  readonly chooseDocument: (key: string, chosen: boolean) => void
  readonly answerPatient: (answer: 'same-person' | 'several-patients' | 'leave-out') => void
  readonly addMore: () => void
  readonly send: () => void
  readonly pause: () => void
  readonly goOn: () => void
  readonly stop: () => void
  /** Finishes without what others announced. */
  readonly leaveRest: () => void
  readonly trySkipped: () => void
  readonly mailReceipt: () => void
  readonly saveReceipt: () => void
  readonly saveDigests: () => void
  readonly print: () => void
  readonly sendMore: () => void
  readonly toWithdraw: () => void
  readonly withdraw: () => void
  readonly back: () => void
}
