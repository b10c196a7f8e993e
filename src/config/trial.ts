/**
 * The trial: where the gateway of one command keeps its things, and the settings it gives to its programs. Whoever
 * starts it and whoever looks for it read this alike.
 */
import { join, resolve } from 'node:path'
import { trialMalwareScan } from './malware-scan.ts'
import { trialSetting } from './settings.ts'

type Env = Readonly<Record<string, string | undefined>>

export type TrialFolders = {
  /** All the others lie in it. */
  readonly data: string
  readonly keys: string
  readonly objects: string
  readonly postgres: string
}

/** As `DATA_DIR` says. Nothing is made. */
export const trialFolders = (env: Env): TrialFolders => {
  const data = resolve(env['DATA_DIR'] ?? trialSetting.fallback)
  return {
    data,
    keys: join(data, 'keys'),
    objects: join(data, 'objects'),
    postgres: join(data, 'postgres'),
  }
}

/** The settings of its programs: those of `env`, over its own folders and database. */
export const trialEnvironment = (env: Env, databaseUrl: string): Record<string, string | undefined> => {
  const { keys, objects } = trialFolders(env)
  return {
    ...env,
    ...trialMalwareScan(env),
    KEYS_DIR: keys,
    OBJECTS_DIR: objects,
    DATABASE_URL: databaseUrl,
  }
}
