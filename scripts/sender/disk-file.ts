/**
 * A file on a disk as the sender's protocol reads it: never through a link put in its place, and never with bytes of
 * two versions: size and time are looked at before and after each read.
 */
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { FileTrouble, type ListedFile } from '#sending/listed-file.ts'

/** How the file was when it was listed; `modifiedMs` as exactly as the file system says. */
export type Seen = { readonly size: number; readonly modifiedMs: number }

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants

const troubleOf = (error: unknown): FileTrouble => {
  if (error instanceof FileTrouble) return error
  const code = error instanceof Error && 'code' in error ? error.code : null
  const reason =
    code === 'ENOENT' || code === 'ENOTDIR' ? 'gone' : code === 'ELOOP' ? 'changed' : 'unreadable'
  return new FileTrouble(reason, error)
}

const checkUnchanged = async (handle: FileHandle, seen: Seen): Promise<void> => {
  const now = await handle.stat()
  if (!now.isFile() || now.size !== seen.size || now.mtimeMs !== seen.modifiedMs)
    throw new FileTrouble('changed')
}

const readFully = async (
  handle: FileHandle,
  start: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> => {
  const bytes = new Uint8Array(end - start)
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at)
    if (bytesRead === 0) throw new FileTrouble('changed')
    at += bytesRead
  }
  return bytes
}

/** `place` is where it lies, `path` the name it is told under. Names of old discs are not always text: bytes will do. */
export const diskFile = (place: string | Buffer, path: string, seen: Seen): ListedFile => ({
  path,
  size: seen.size,
  modified: Math.floor(seen.modifiedMs),
  open: async (start, end) => {
    let handle: FileHandle | null = null
    try {
      // A pipe that was put in the file's place must not hold us up.
      handle = await open(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
      await checkUnchanged(handle, seen)
      const bytes = await readFully(handle, start, end)
      await checkUnchanged(handle, seen)
      return bytes
    } catch (error) {
      throw troubleOf(error)
    } finally {
      await handle?.close()
    }
  },
})
