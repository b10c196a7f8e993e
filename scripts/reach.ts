/**
 * Where a command finds the gateway it is about: the one of the environment, as the servers read it; or, without
 * DATABASE_URL, the trial of `./scripts/start` in DATA_DIR. A trial that does not run gets its database started
 * for as long as the command takes, and cannot be started meanwhile.
 */
import { existsSync } from 'node:fs'
import { clusterOf } from '#adapters/embedded/cluster.ts'
import { processesIn, readPidFile } from '#adapters/embedded/leftover.ts'
import { socketUrl, startPostgres } from '#adapters/embedded/postgres.ts'
import { type Config, readConfig } from '#config/read-config.ts'
import { trialEnvironment, trialFolders } from '#config/trial.ts'

export type Reached = {
  readonly config: Config
  /** Ends what was started for this. */
  readonly close: () => Promise<void>
}

const read = (env: Readonly<Record<string, string | undefined>>): Config => {
  const config = readConfig(env)
  if ('problems' in config) throw new Error(config.problems.join('\n'))
  return config
}

/** The database that runs in a trial's folder for it; null when none does. */
export const trialDatabase = async (home: string): Promise<string | null> => {
  const file = existsSync(home) ? await readPidFile(clusterOf(home)) : null
  if (file === null || !file.ready) return null
  return (await processesIn(home)).includes(file.pid) ? socketUrl(file.socketFolder) : null
}

/** The settings of the trial, as `./scripts/start` gives them to its programs; null with a DATABASE_URL. */
export const reachedTrial = (): Record<string, string | undefined> | null =>
  process.env['DATABASE_URL']
    ? null
    : trialEnvironment(process.env, socketUrl(trialFolders(process.env).postgres))

/**
 * Finds the gateway. `make`: a trial that is not there yet is made, with an empty database.
 * @throws Error, in words for whoever typed the command, when the settings will not do or there is nothing.
 */
export const reach = async ({ make }: { readonly make: boolean }): Promise<Reached> => {
  const env = reachedTrial()
  if (env === null) return { config: read(process.env), close: async () => {} }
  const { data, postgres: home } = trialFolders(process.env)
  if (!make && !existsSync(clusterOf(home)))
    throw new Error(`DATABASE_URL is not set, and there is no trial in ${data} (DATA_DIR).`)
  const config = read(env)
  const running = await trialDatabase(home)
  if (running !== null) return { config: { ...config, databaseUrl: running }, close: async () => {} }
  const postgres = await startPostgres({ folder: home })
  return {
    config: { ...config, databaseUrl: postgres.url },
    close: () => postgres.stop(),
  }
}

/** What an error says to whoever typed the command, never what it was about. */
export const inWords = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown error'
  const cause = error.cause instanceof Error ? ` (${inWords(error.cause)})` : ''
  return `${error.message}${cause}`
}
