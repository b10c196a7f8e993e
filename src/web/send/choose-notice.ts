/** What is said when nothing of a choice can be sent: why, so that the next choice is a better one. Pure. */
import type { Sorted } from './found-files.ts'
import type { ChooseNotice } from './scene.ts'
import type { Walked } from './walk-folder.ts'

/** Null when there is something to be shown. `isFolder`: a folder was chosen, not single files. */
export const noticeOf = (
  { files, unreadable }: Walked,
  { studies, documents, lists, unreadable: notRead }: Sorted,
  isFolder: boolean,
): ChooseNotice | null => {
  if (studies.length + documents.length + lists.files.length > 0) return null
  if (files.length === 0 && unreadable.length === 0)
    return { kind: isFolder ? 'empty-folder' : 'nothing-chosen' }
  return notRead.length > 0 ? { kind: 'unreadable', names: notRead } : { kind: 'only-programs' }
}
