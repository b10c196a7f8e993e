/** Messages: everything that the page and its worker say to each other. The worker thinks, reads and sends; the page draws. */
import type { Language } from '#domain/language.ts'
import type { SenderLink } from '#sending/link.ts'
import type { Exchanged } from '#sending/replies.ts'
import type { Looked } from '#sending/requests.ts'
import type { Actions } from './actions.ts'
import type { Scene } from './scene.ts'

/** Actions that need nothing of the page itself. */
export type Act = Exclude<
  keyof Actions,
  'pickFolder' | 'openFolderAgain' | 'takeFiles' | 'takeDrop' | 'print'
>

/** What the page knows when it opens. */
export type Opening = {
  /** Null: the page was opened with none, or with one that is cut. */
  readonly link: SenderLink | null
  /** Chosen by hand before. */
  readonly language: Language | null
  /** What the browser says its person reads. */
  readonly reads: Language
  /** The session of this tab, from before it was reloaded. */
  readonly session: Exchanged | null
  readonly unscanned: boolean
  /** What the page was told of the link, and what a person wants: to start, or to go on where they were. */
  readonly looked: Looked | null
  readonly begins: 'start' | 'door' | null
  readonly canPickFolder: boolean
  readonly canTakePhotos: boolean
}

/** A file with the path it is told under. */
export type Given = { readonly path: string; readonly file: File }

export type ToWorker =
  | { readonly kind: 'open'; readonly opening: Opening }
  | { readonly kind: 'act'; readonly act: Act; readonly with: readonly unknown[] }
  /** Folders and files that the worker walks by itself; they can be kept for another time. */
  | { readonly kind: 'handles'; readonly handles: readonly FileSystemHandle[] }
  /** Some of what was chosen; `more`: others follow. */
  | {
      readonly kind: 'files'
      readonly files: readonly Given[]
      readonly unreadable: readonly string[]
      readonly more: boolean
    }

export type FromWorker =
  | { readonly kind: 'scene'; readonly scene: Scene }
  | { readonly kind: 'save'; readonly name: string; readonly blob: Blob }
  | { readonly kind: 'session'; readonly session: Exchanged | null }
  /** What a click may open again; null when nothing is. */
  | { readonly kind: 'handles'; readonly handles: readonly FileSystemHandle[] | null }
