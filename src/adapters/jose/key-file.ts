/**
 * Key files: small files only their owner can read (0600, in folders 0700). A file appears whole or not at all:
 * it is written under a passing name, made durable, then named. A new file never takes the place of another.
 */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Fault } from '#domain/fault.ts'

const largestFile = 1_048_576

/** A key ring that cannot be used; `what` names the file and the remedy, never its content. */
export const keyFault = (what: string, cause?: unknown): Fault =>
  new Fault('key.unavailable', { cause: new Error(`key ring: ${what}`, { cause }) })

const codeOf = (failure: unknown): unknown =>
  failure instanceof Error && 'code' in failure ? failure.code : undefined

const shortName = (path: string): string => join(basename(dirname(path)), basename(path))

const read = (path: string, forbidden: number): Buffer => {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (cause) {
    throw keyFault(`${shortName(path)} cannot be opened (${String(codeOf(cause))})`, cause)
  }
  try {
    const { mode, size } = fstatSync(file)
    if ((mode & 0o170000) !== 0o100000) throw keyFault(`${shortName(path)} is not a file`)
    if ((mode & forbidden) !== 0)
      throw keyFault(
        `${shortName(path)} is open to others (mode ${(mode & 0o777).toString(8)}), chmod it to 600`,
      )
    if (size > largestFile) throw keyFault(`${shortName(path)} is too large to be a key file`)
    return readFileSync(file)
  } finally {
    closeSync(file)
  }
}

/**
 * The bytes of a file that nobody but its owner may read or write.
 * @throws Fault `key.unavailable` when it is missing, too large, or open to group or others.
 */
export const readPrivateFile = (path: string): Buffer => read(path, 0o077)

/**
 * The bytes of a file that anybody may read and nobody but its owner may write.
 * @throws Fault `key.unavailable` when it is missing, too large, or writable by group or others.
 */
export const readOpenFile = (path: string): Buffer => read(path, 0o022)

/** Names in a folder, sorted; none when there is no such folder. */
export const listFolder = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder).sort()
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return []
    throw keyFault(`${basename(folder)} cannot be listed`, cause)
  }
}

/** Makes a folder (0700) and those above it; refuses one where others could exchange files. */
export const makeFolder = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { mode } = statSync(folder)
  if ((mode & 0o022) !== 0 && (mode & 0o1000) === 0)
    throw keyFault(`${basename(folder)} may be written by others, chmod it to 700`)
}

const makeDurable = (path: string, bytes: Uint8Array): void => {
  const file = openSync(path, 'wx', 0o600)
  try {
    for (let done = 0; done < bytes.byteLength; ) done += writeSync(file, bytes, done)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

const syncFolder = (folder: string): void => {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

const viaPassingName = (path: string, bytes: Uint8Array, name: (passing: string) => void): void => {
  const passing = join(dirname(path), `.new-${randomBytes(8).toString('hex')}`)
  try {
    makeDurable(passing, bytes)
    name(passing)
  } finally {
    try {
      unlinkSync(passing)
    } catch {
      // A rename took the passing name away.
    }
  }
  syncFolder(dirname(path))
}

/** Makes a durable file; false, and nothing changed, when the name is taken. */
export const createFile = (path: string, bytes: Uint8Array): boolean => {
  try {
    viaPassingName(path, bytes, (passing) => linkSync(passing, path))
    return true
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false
    throw keyFault(`${shortName(path)} cannot be made (${String(codeOf(cause))})`, cause)
  }
}

/** Puts a durable file in the place of another, at once for every reader. */
export const replaceFile = (path: string, bytes: Uint8Array): void => {
  try {
    viaPassingName(path, bytes, (passing) => renameSync(passing, path))
  } catch (cause) {
    throw keyFault(`${shortName(path)} cannot be replaced (${String(codeOf(cause))})`, cause)
  }
}

/** Changes whenever the file was replaced; null when there is none. */
export const stampOf = (path: string): string | null => {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? null : `${stat.dev}.${stat.ino}.${stat.size}.${stat.mtimeNs}`
}
