/**
 * Scene: everything the sender's pages can show, as one value. The flow makes scenes, the pages draw them and answer
 * with actions; neither knows how the other does it. Nothing here is a promise or a file: a scene can be kept, compared
 * and drawn by itself.
 */
import type { Language } from '#domain/language.ts'
import type { LinkCheck } from '#domain/link.ts'
import type { SenderRole } from '#domain/sender-role.ts'
import type { Found } from './found.ts'
import type { CheckedFile, ReceiptView, SendingView, Standing } from './told.ts'

/** What the link's own page may tell of the request. `initials` and `lastTwo` stand for the patient before the check. */
export type Asked = {
  readonly institution: string
  readonly contact: string
  readonly role: SenderRole
  readonly initials: string | null
  readonly lastTwo: string | null
  readonly until: Date
  readonly check: LinkCheck
  /** Files of this link so far. */
  readonly arrived: { readonly files: number; readonly of: number }
  readonly finishedAt: Date | null
}

/** Why a link leads nowhere. `cut`: its end is missing; `missing`: the page was opened without one. */
export type DeadReason =
  | 'cut'
  | 'missing'
  | 'unknown'
  | 'expired'
  | 'used-up'
  | 'replaced'
  | 'revoked'
  | 'closed'

/** Asking the desk for a new link: whether one may, and how far it went. */
export type Asking = 'may-not' | 'may' | 'asking' | 'asked' | 'failed'

export type Introduction = {
  readonly name: string
  readonly role: SenderRole
  readonly mail: string
  readonly phone: string
  readonly agreed: boolean
}

/** What is wrong with a field of the introduction, for the summary on top and beside the field. */
export type IntroductionFault =
  | 'name-empty'
  | 'name-long'
  | 'mail-form'
  | 'phone-form'
  | 'reach-empty'
  | 'not-agreed'

export type ChooseNotice =
  | { readonly kind: 'empty-folder' | 'nothing-chosen' | 'only-programs' }
  /** Files that cannot be read where they lie, such as on a scratched disc. */
  | { readonly kind: 'unreadable'; readonly names: readonly string[] }
  /** Chosen again, but these were not among them; what had arrived is safe. */
  | { readonly kind: 'other-folder'; readonly missing: number }

export type Page =
  | { readonly at: 'opening' }
  | { readonly at: 'old-browser' }
  | {
      readonly at: 'dead'
      readonly why: DeadReason
      readonly contact: string | null
      readonly until: Date | null
      readonly asking: Asking
    }
  | { readonly at: 'landing'; readonly asked: Asked; readonly starting: boolean }
  | {
      readonly at: 'check'
      readonly asked: Asked
      readonly kind: 'code' | 'birth-date'
      /** Tries left after a wrong answer; null before the first. */
      readonly left: number | null
      readonly checking: boolean
    }
  | { readonly at: 'locked'; readonly asked: Asked; readonly until: Date }
  | {
      readonly at: 'who'
      readonly asked: Asked
      readonly draft: Introduction
      readonly faults: readonly IntroductionFault[]
      readonly saving: boolean
    }
  | {
      readonly at: 'choose'
      readonly asked: Asked
      /** Looking through what was chosen. */
      readonly reading: { readonly files: number; readonly bytes: number } | null
      readonly notice: ChooseNotice | null
      /** Sent before and not whole: choose the same again. */
      readonly before: { readonly files: number; readonly of: number } | null
      /** The folder of last time can be opened with one click. */
      readonly folderAgain: string | null
      readonly canPickFolder: boolean
      readonly canTakePhotos: boolean
    }
  | { readonly at: 'found'; readonly asked: Asked; readonly found: Found }
  | { readonly at: 'sending'; readonly asked: Asked; readonly sending: SendingView }
  /** Everything here arrived, but files announced earlier did not. */
  | { readonly at: 'rest'; readonly asked: Asked; readonly files: number }
  /** `safe`: files that have arrived all the same. */
  | {
      readonly at: 'stopped'
      readonly asked: Asked
      readonly why: 'withdrawn' | 'closed' | 'failed' | 'full' | 'consent'
      readonly safe: number
      readonly of: number
    }
  | {
      readonly at: 'checking'
      readonly asked: Asked
      readonly files: readonly CheckedFile[]
      readonly waiting: number
    }
  | {
      readonly at: 'receipt'
      readonly asked: Asked
      readonly receipt: ReceiptView
      readonly standing: Standing | null
    }
  | {
      readonly at: 'withdraw'
      readonly asked: Asked
      readonly withdrawing: 'ask' | 'working' | 'done' | 'failed'
    }

/** Pages before the door. */
export type FirstPage = Extract<Page, { at: 'opening' | 'old-browser' | 'dead' | 'landing' | 'locked' }>

const firstPages: ReadonlySet<Page['at']> = new Set(['opening', 'old-browser', 'dead', 'landing', 'locked'])

export const isFirstPage = (page: Page): page is FirstPage => firstPages.has(page.at)

/** What stands above every page. `offline` and `busy` are for pages that do not tell it themselves. */
export type Trouble =
  | { readonly kind: 'offline' | 'failed' | 'ended' }
  | { readonly kind: 'busy'; readonly retryAt: Date | null }

export type Scene = {
  readonly language: Language
  readonly page: Page
  readonly trouble: Trouble | null
  /** Files are not scanned for malware: every page says so. */
  readonly unscanned: boolean
}
