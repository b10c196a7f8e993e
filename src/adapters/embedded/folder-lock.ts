/**
 * Folder lock: one program at a time on one data folder. It is the exclusive lock of an SQLite file nobody
 * writes to, so the kernel drops it with the process that holds it, however that one ends, and it also counts
 * between containers that share the folder.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { startFault } from './start-fault.ts'

/** SQLITE_BUSY and SQLITE_LOCKED (sqlite.org/rescode.html). */
const heldCodes = [5, 6]

export type FolderLock = {
  /** Lets the next one in; calling it again does nothing. */
  readonly release: () => void
}

const isHeld = (error: unknown): boolean =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  heldCodes.includes(error.errcode & 0xff)

/**
 * Takes the lock of a folder, which is made when missing, without waiting.
 * @throws Fault `state.conflict` when another holds it, `store.unavailable` when the folder cannot be written.
 */
export const lockFolder = (folder: string): FolderLock => {
  let file: DatabaseSync | null = null
  try {
    mkdirSync(folder, { recursive: true })
    file = new DatabaseSync(join(folder, 'lock'))
    file.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    file?.close()
    if (isHeld(error))
      throw startFault('state.conflict', `Second Read is already running on ${folder}.`, error)
    throw startFault('store.unavailable', `The data folder ${folder} cannot be written to.`, error)
  }
  const held = file
  return {
    release: () => {
      if (held.isOpen) held.close()
    },
  }
}
