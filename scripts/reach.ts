/**
 * Where a command finds the gateway it is about: the one of the environment, as the servers read it; or, without
 * DATABASE_URL, the trial of `./scripts/start` in DATA_DIR. A trial that does not run gets its database started
 * for as long as the command takes, and cannot be started meanwhile.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { clusterOf, port } from '#adapters/embedded/cluster.ts'
import { processesIn, readPidFile } from '#adapters/embedded/leftover.ts'
import { startPostgres } from '#adapters/embedded/postgres.ts'
import { trialMalwareScan } from '#config/malware-scan.ts'
import { type Config, readConfig } from '#config/read-config.ts'
import { trialSetting } from '#config/settings.ts'

export type Reached = {
  readonly config: Config
  /** Ends what was started for this. */
  readonly close: () => Promise<void>
}

const socketUrl = (host: string): string => {
  const url = new URL('postgres://second_read@localhost/second_read')
  url.searchParams.set('host', host)
  url.searchParams.set('port', String(port))
  return url.href
}

const read = (env: Readonly<Record<string, string | undefined>>): Config => {
  const config = readConfig(env)
  if ('problems' in config) throw new Error(config.problems.join('\n'))
  return config
}

/** The database of the trial that runs on a data folder; null when none does. */
export const trialDatabase = async (folder: string): Promise<string | null> => {
  const home = join(folder, 'postgres')
  const file = existsSync(home) ? await readPidFile(clusterOf(home)) : null
  if (file === null || !file.ready) return null
  return (await processesIn(home)).includes(file.pid) ? socketUrl(file.socketFolder) : null
}

/** Where the trial keeps its things. */
export const trialFolder = (): string => resolve(process.env['DATA_DIR'] ?? trialSetting.fallback)

/** The settings of the trial, as `./scripts/start` gives them to its programs; null with a DATABASE_URL. */
export const trialEnvironment = (): Record<string, string | undefined> | null => {
  if (process.env['DATABASE_URL']) return null
  const folder = trialFolder()
  return {
    ...process.env,
    ...trialMalwareScan(process.env),
    KEYS_DIR: join(folder, 'keys'),
    OBJECTS_DIR: join(folder, 'objects'),
    DATABASE_URL: socketUrl(join(folder, 'postgres')),
  }
}

/**
 * Finds the gateway. `make`: a trial that is not there yet is made, with an empty database.
 * @throws Error, in words for whoever typed the command, when the settings will not do or there is nothing.
 */
export const reach = async ({ make }: { readonly make: boolean }): Promise<Reached> => {
  const env = trialEnvironment()
  if (env === null) return { config: read(process.env), close: async () => {} }
  const folder = trialFolder()
  const home = join(folder, 'postgres')
  if (!make && !existsSync(clusterOf(home)))
    throw new Error(`DATABASE_URL is not set, and there is no trial in ${folder} (DATA_DIR).`)
  const config = read(env)
  const running = await trialDatabase(folder)
  if (running !== null) return { config: { ...config, databaseUrl: running }, close: async () => {} }
  const postgres = await startPostgres({ folder: home })
  return {
    config: { ...config, databaseUrl: socketUrl(postgres.connection.host) },
    close: () => postgres.stop(),
  }
}

/** What an error says to whoever typed the command, never what it was about. */
export const inWords = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown error'
  const cause = error.cause instanceof Error ? ` (${inWords(error.cause)})` : ''
  return `${error.message}${cause}`
}
