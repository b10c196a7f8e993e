/**
 * What only the machine can tell about a configuration: whether folders are there, are ours alone and can be
 * used. Read, never changed; reported together with the problems of the settings, before anything starts.
 */
import { accessSync, constants, readdirSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from './read-config.ts'

const codeOf = (failure: unknown): string =>
  failure instanceof Error && 'code' in failure && typeof failure.code === 'string' ? failure.code : 'unknown'

/** The folder's facts, null when there is none, or in words why they cannot be had. */
const look = (path: string): Stats | string | null => {
  try {
    return statSync(path)
  } catch (failure) {
    const code = codeOf(failure)
    return code === 'ENOENT' ? null : code
  }
}

const octal = (mode: number): string => (mode & 0o777).toString(8).padStart(3, '0')

/** `forbidden`: permission bits that nobody but the owner may have. */
const openTo = (name: string, path: string, forbidden: number, wanted: string): string[] => {
  const found = look(path)
  if (found === null) return []
  if (typeof found === 'string') return [`KEYS_DIR: ${name} cannot be looked at (${found}).`]
  if ((found.mode & forbidden) === 0) return []
  return [`KEYS_DIR: ${name} is open to others (mode ${octal(found.mode)}): chmod it to ${wanted}.`]
}

/** Private halves: files nobody else may read, in folders nobody else may enter. */
const halfProblems = (keysFolder: string, half: 'edge' | 'vault'): string[] => {
  const folder = join(keysFolder, half)
  let names: string[] = []
  try {
    names = readdirSync(folder).sort()
  } catch (failure) {
    const code = codeOf(failure)
    return code === 'ENOENT' ? [] : [`KEYS_DIR: ${half} cannot be listed (${code}).`]
  }
  return [
    ...openTo(half, folder, 0o077, '700'),
    ...names.flatMap((name) => openTo(`${half}/${name}`, join(folder, name), 0o077, '600')),
  ]
}

const keysProblems = (keysFolder: string, mayBeNew: boolean): string[] => {
  const found = look(keysFolder)
  if (found === null)
    return mayBeNew ? [] : ['KEYS_DIR is not there: run `node src/set-up.ts` once, or check the setting.']
  if (typeof found === 'string') return [`KEYS_DIR cannot be looked at (${found}).`]
  if (!found.isDirectory()) return ['KEYS_DIR is not a folder.']
  return [
    ...openTo('the folder itself', keysFolder, 0o077, '700'),
    ...halfProblems(keysFolder, 'edge'),
    ...halfProblems(keysFolder, 'vault'),
    ...openTo('public.jwks.json', join(keysFolder, 'public.jwks.json'), 0o022, '644'),
  ]
}

const objectsProblems = (objectsFolder: string): string[] => {
  const found = look(objectsFolder)
  // Whoever opens the store makes it, for its owner only.
  if (found === null) return []
  if (typeof found === 'string') return [`OBJECTS_DIR cannot be looked at (${found}).`]
  if (!found.isDirectory()) return ['OBJECTS_DIR is not a folder.']
  if ((found.mode & 0o022) !== 0)
    return [`OBJECTS_DIR may be written by others (mode ${octal(found.mode)}): chmod it to 700.`]
  try {
    accessSync(objectsFolder, constants.R_OK | constants.W_OK | constants.X_OK)
    return []
  } catch (failure) {
    return [`OBJECTS_DIR cannot be used by this user (${codeOf(failure)}).`]
  }
}

/** Every problem of the machine, in words. `mayBeNew`: a key ring that is not there yet is about to be made. */
export const checkMachine = (
  { keysFolder, objectsFolder, s3 }: Pick<Config, 'keysFolder' | 'objectsFolder' | 's3'>,
  mayBeNew: boolean,
): readonly string[] => [
  ...keysProblems(keysFolder, mayBeNew),
  ...(s3 === null ? objectsProblems(objectsFolder) : []),
]
