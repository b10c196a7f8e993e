/**
 * Notes beside what is being fetched, for the next run: which version the bytes are of, and the session a reader's link
 * was spent on, since it works once. Only the owner may read them; they go when all is done.
 */
import { createHash } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'

/** The version of which there are bytes: its strong tag, quoted, and its length in bytes. */
export type Version = { readonly etag: string; readonly length: number }

/** `link`: SHA-256 of the link the session is of. */
export type KeptSession = { readonly link: string; readonly session: string; readonly case: string }

export type Notes = { readonly version?: Version; readonly session?: KeptSession }

export type NotesFile = {
  current(): Notes
  /** On the disk when it resolves. */
  change(notes: Notes): Promise<void>
  remove(): Promise<void>
}

export const digestOfLink = (link: string): string => createHash('sha256').update(link).digest('hex')

const read = async (path: string): Promise<Notes> => {
  try {
    const { version, session } = JSON.parse(await readFile(path, 'utf8')) as Notes
    const whole = typeof version?.etag === 'string' && Number.isSafeInteger(version.length)
    const entered = [session?.link, session?.session, session?.case].every((text) => typeof text === 'string')
    return { ...(whole && version ? { version } : {}), ...(entered && session ? { session } : {}) }
  } catch {
    return {}
  }
}

/** What cannot be read is as if it were not there. */
export const openNotes = async (path: string): Promise<NotesFile> => {
  let notes = await read(path)
  return {
    current: () => notes,
    change: async (more) => {
      notes = { ...notes, ...more }
      const fresh = `${path}.new`
      await rm(fresh, { force: true })
      const handle = await open(fresh, 'wx', 0o600)
      try {
        await handle.writeFile(JSON.stringify(notes))
        await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(fresh, path)
    },
    remove: () => rm(path, { force: true }),
  }
}
