/**
 * Walking folders for files to send. Links inside them are not followed, pipes, sockets and devices passed over; a
 * folder that cannot be read is told and does not stop the rest.
 */
import type { Stats } from 'node:fs'
import { lstat, readdir, realpath } from 'node:fs/promises'
import { basename, sep } from 'node:path'
import type { FileSource, ListedFile } from '#sending/listed-file.ts'
import { diskFile } from './disk-file.ts'

/** More files than a disc or an archive of one patient has. */
export const mostFiles = 100_000

export type Walked = FileSource & {
  /** Files and folders that are there and could not be looked at. */
  unreadable(): readonly string[]
  /** Links, pipes, sockets, devices. */
  passedOver(): number
}

/** More than `mostFiles`. */
export class TooManyFiles extends Error {}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A name as text: old discs write other alphabets than UTF-8. */
const textOf = (name: Buffer): string => {
  try {
    return utf8.decode(name)
  } catch {
    return name.toString('latin1')
  }
}

type Found = { readonly place: Buffer; readonly path: string }

/**
 * `chosen` are files and folders a person named; a link named so is followed. Files are told as below the name of the
 * folder chosen, wherever it is mounted. `except`: a file of ours that may lie among them.
 */
export const walkFolders = (chosen: readonly string[], except: string, most = mostFiles): Walked => {
  let unreadable: string[] = []
  let passedOver = 0

  const look = async (place: Buffer | string, path: string): Promise<Stats | null> => {
    try {
      return await lstat(place)
    } catch {
      unreadable.push(path)
      return null
    }
  }

  const childrenOf = async ({ place, path }: Found): Promise<Found[]> => {
    try {
      const names = await readdir(place, { encoding: 'buffer' })
      return names
        .sort((one, other) => Buffer.compare(one, other))
        .map((name) => ({
          place: Buffer.concat([place, Buffer.from(sep), name]),
          path: `${path}/${textOf(name)}`,
        }))
    } catch {
      unreadable.push(path)
      return []
    }
  }

  const list = async (): Promise<ListedFile[]> => {
    unreadable = []
    passedOver = 0
    const files: ListedFile[] = []
    const seen = new Set<string>()
    const places = await Promise.all(chosen.map((one) => realpath(one)))
    const stack: Found[] = places
      .map((place) => ({ place: Buffer.from(place), path: basename(place) || 'disc' }))
      .reverse()
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const { place, path } = next
      const key = place.toString('latin1')
      if (seen.has(key) || key === Buffer.from(except).toString('latin1')) continue
      seen.add(key)
      const stats = await look(place, path)
      if (stats === null) continue
      if (stats.isDirectory()) stack.push(...(await childrenOf(next)).reverse())
      else if (stats.isFile())
        files.push(diskFile(place, path, { size: stats.size, modifiedMs: stats.mtimeMs }))
      else passedOver += 1
      if (files.length > most) throw new TooManyFiles(`more than ${most} files`)
    }
    return files
  }

  return { list, unreadable: () => unreadable, passedOver: () => passedOver }
}
