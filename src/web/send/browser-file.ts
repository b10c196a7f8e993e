/** A file of the browser as the sender's protocol reads it: in slices, never as a whole, and never in two versions. */
import { FileTrouble, type ListedFile } from '#sending/listed-file.ts'
import type { ReadTogether } from '#sending/read-runs.ts'

/** `blob` is what a picture is shown from; `again` lists the same file as it is now. */
export type ChosenFile = ListedFile & {
  readonly blob: File
  again(): Promise<ChosenFile>
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '')

/** What a browser means: gone, changed since it was listed, or not to be read. */
const troubleOf = async (
  error: unknown,
  file: File,
  handle: FileSystemFileHandle | null,
): Promise<FileTrouble> => {
  if (nameOf(error) === 'NotFoundError') return new FileTrouble('gone', error)
  if (handle === null) return new FileTrouble('unreadable', error)
  try {
    const now = await handle.getFile()
    const same = now.size === file.size && now.lastModified === file.lastModified
    return new FileTrouble(same ? 'unreadable' : 'changed', error)
  } catch (again) {
    return new FileTrouble(nameOf(again) === 'NotFoundError' ? 'gone' : 'unreadable', error)
  }
}

/** `path` is the one it is told under, the same whatever way it was chosen. */
export const browserFile = (
  path: string,
  file: File,
  handle: FileSystemFileHandle | null = null,
): ChosenFile => ({
  path,
  size: file.size,
  modified: file.lastModified,
  blob: file,
  open: async (start, end) => {
    try {
      return new Uint8Array(await file.slice(start, end).arrayBuffer())
    } catch (error) {
      throw await troubleOf(error, file, handle)
    }
  },
  again: async () => browserFile(path, handle === null ? file : await handle.getFile(), handle),
})

export const isChosenFile = (file: ListedFile): file is ChosenFile => 'again' in file

/** Many slices as one blob: a browser reads it in one go. @throws when one of them cannot be read */
export const readTogether: ReadTogether = async (slices) => {
  const parts = slices.map(({ file, start, end }) => {
    if (!isChosenFile(file)) throw new Error('not a file of this browser')
    return file.blob.slice(start, end)
  })
  return new Uint8Array(await new Blob(parts).arrayBuffer())
}
