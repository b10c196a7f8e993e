/** Actions: everything a person can do on the sender's pages. */
import type { Language } from '#domain/language.ts'
import type { Introduction } from './scene.ts'

/** What a person can do. Each returns at once; what comes of it is another scene. */
export type Actions = {
  speak(language: Language): void
  tryAgain(): void
  askForLink(): void
  start(): void
  /** A code as typed, or a birth date as `YYYY-MM-DD`. */
  check(answer: string): void
  introduce(draft: Introduction): void
  /** Opens the picker of folders, from a click. */
  pickFolder(): void
  openFolderAgain(): void
  takeFiles(files: readonly File[]): void
  /** What was dropped on the page. */
  takeDrop(transfer: DataTransfer): void
  chooseStudy(key: string, chosen: boolean): void
  chooseDocument(key: string, chosen: boolean): void
  answerPatient(answer: 'same-person' | 'several-patients' | 'leave-out'): void
  addMore(): void
  send(): void
  pause(): void
  goOn(): void
  stop(): void
  /** Finishes without what others announced. */
  leaveRest(): void
  trySkipped(): void
  mailReceipt(): void
  saveReceipt(): void
  saveDigests(): void
  print(): void
  sendMore(): void
  toWithdraw(): void
  withdraw(): void
  back(): void
}
