/**
 * Flushing folders: a name is on stable storage only when its folder is. A folder is opened once and stays open, since
 * opening and closing it again cost more than the flush of one that is flushed with every object.
 */
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { putNewest } from '#domain/put-newest.ts'
import { close } from './direct-file.ts'

/** Folders kept open, those longest unused closed first: two kinds of object in all their fan-out folders. */
const mostOpen = 520

export type FolderFlusher = {
  /** Every name made in this folder so far is on stable storage. @throws what the file system throws */
  flush(folder: string): Promise<void>
  /** Lets go of every folder. */
  close(): Promise<void>
}

/** Folders that are flushed through it may not be replaced by others of the same name. */
export const folderFlusher = (): FolderFlusher => {
  const opened = new Map<string, Promise<FileHandle>>()
  return {
    async flush(folder) {
      const handle = opened.get(folder) ?? open(folder, constants.O_RDONLY | constants.O_DIRECTORY)
      const old = putNewest(opened, mostOpen, folder, handle)
      // A flush that is under way ends first.
      if (old !== undefined) close(old).catch(() => {})
      try {
        await (await handle).sync()
      } catch (error) {
        // Another flush may have opened it anew since.
        if (opened.get(folder) === handle) opened.delete(folder)
        await close(handle).catch(() => {})
        throw error
      }
    },
    async close() {
      await Promise.all([...opened.values()].map(close))
      opened.clear()
    },
  }
}
