/** What is told of files while they are sent, while they are checked, and on the receipt. */
import type { LeftOutReason } from '#sending/listed-file.ts'

export type SendingState =
  | 'preparing'
  | 'sending'
  | 'paused'
  /** Nobody answers: the line, or the browser says so. */
  | 'offline'
  /** The gateway said when to come again. */
  | 'busy'

export type SendingProblem = { readonly name: string; readonly reason: LeftOutReason }

export type SendingView = {
  readonly state: SendingState
  readonly files: number
  readonly filesDone: number
  readonly bytes: number
  readonly bytesDone: number
  /** Bytes a second, null until known. */
  readonly rate: number | null
  readonly secondsLeft: number | null
  /** Slower than half a megabit a second. */
  readonly slow: boolean
  readonly retryAt: Date | null
  readonly problems: readonly SendingProblem[]
  /** The screen is kept on; null where the browser cannot. */
  readonly keptAwake: boolean | null
}

export type FileStanding = 'waiting' | 'taken' | 'remark' | 'held' | 'refused'

/** A file after sending. `name` is null on another device: the gateway does not tell names back. */
export type CheckedFile = {
  readonly id: string
  readonly name: string | null
  readonly size: number
  readonly standing: FileStanding
  /** Verdict codes, the deciding one first; empty while waiting and for a clean file. */
  readonly codes: readonly string[]
}

/** Where the case is, as the sender may know. */
export type Standing = {
  readonly step: 'waiting' | 'received' | 'with-specialist' | 'opinion-ready' | 'ended'
  readonly opened: readonly Date[]
  readonly consent: { readonly givenAt: Date; readonly withdrawnAt: Date | null } | null
}

export type ReceiptView = {
  /** Short number to quote on the phone, from the receipt's digest. */
  readonly number: string
  readonly at: Date
  readonly files: number
  readonly bytes: number
  readonly counts: { readonly images: number; readonly documents: number; readonly others: number }
  /** Held, refused or left out, with why. */
  readonly notTaken: readonly CheckedFile[]
  readonly leftOut: readonly SendingProblem[]
  /** Signed by the gateway, and true about every file here; null when there was nothing here to compare with. */
  readonly holds: boolean | null
  /** `no-address`: the introduction gave none. */
  readonly mail: 'no-address' | 'may' | 'sending' | 'sent' | 'failed'
}
