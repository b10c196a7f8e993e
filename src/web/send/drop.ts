/**
 * What was dropped on a page: handles where the browser gives them, which can be kept for another time, otherwise
 * entries, walked here. `readEntries` gives a hundred at most and is asked until it gives none.
 */
import type { Given } from './messages.ts'

export type Dropped =
  | { readonly kind: 'handles'; readonly handles: readonly FileSystemHandle[] }
  | { readonly kind: 'entries'; readonly entries: readonly FileSystemEntry[] }

type HandedItem = DataTransferItem & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> }

/** Must be called while the drop is being handled: a moment later everything in it is gone. */
export const readDrop = async (transfer: DataTransfer): Promise<Dropped> => {
  const items: HandedItem[] = Array.from(transfer.items).filter(({ kind }) => kind === 'file')
  const entries = items.map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  const nothing = Promise.resolve(null)
  const asked = items.map((item) => item.getAsFileSystemHandle?.().catch(() => null) ?? nothing)
  const handles = (await Promise.all(asked)).filter((handle) => handle !== null)
  return handles.length === items.length && handles.length > 0
    ? { kind: 'handles', handles }
    : { kind: 'entries', entries }
}

const pathOf = (entry: FileSystemEntry): string => entry.fullPath.replace(/^\/+/, '') || entry.name

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((done, fail) => entry.file(done, fail))

const someOf = (reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> =>
  new Promise((done, fail) => reader.readEntries(done, fail))

const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile

/** Walks entries; `give` is told of files some at a time. What cannot be read is told by its path. */
export const walkEntries = async (
  entries: readonly FileSystemEntry[],
  give: (files: readonly Given[], unreadable: readonly string[]) => void,
): Promise<void> => {
  const stack = [...entries].reverse()
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const path = pathOf(next)
    try {
      if (isFile(next)) give([{ path, file: await fileOf(next) }], [])
      if (!isFolder(next)) continue
      const reader = next.createReader()
      const children: FileSystemEntry[] = []
      for (let some = await someOf(reader); some.length > 0; some = await someOf(reader))
        children.push(...some)
      stack.push(...children.reverse())
    } catch {
      give([], [path])
    }
  }
}
