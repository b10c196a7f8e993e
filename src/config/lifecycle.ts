/**
 * A program's life: it starts or says in words why not, and ends on SIGTERM, SIGINT, or when the supervisor that
 * forked it is gone. An error nobody caught ends it too: state is in the ledger, and a fresh start is cleaner.
 */
import type { Config, ConfigProblems } from './read-config.ts'

export type Stop = () => Promise<void>

/** However long a clean end takes, after this the program ends. */
const lastMs = 30_000

const say = (name: string, line: string): void => {
  process.stderr.write(`${name}: ${line}\n`)
}

const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown error'
  const cause = error.cause instanceof Error ? ` (${explain(error.cause)})` : ''
  return `${error.message}${cause}`
}

/** Runs a program until it is told to stop. Sets the exit code: 0 stopped, 1 failed, 2 not configured. */
export const runUntilStopped = async (
  name: string,
  config: Config | ConfigProblems,
  start: (config: Config) => Promise<Stop>,
): Promise<void> => {
  if ('problems' in config) {
    for (const problem of config.problems) say(name, problem)
    process.exitCode = 2
    return
  }
  let stop: Stop
  try {
    stop = await start(config)
  } catch (error) {
    say(name, `could not start: ${explain(error)}`)
    process.exit(1)
  }
  let stopping = false
  const end = (): void => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(1), lastMs).unref()
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        say(name, `did not stop cleanly: ${explain(error)}`)
        process.exit(1)
      },
    )
  }
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
  process.once('disconnect', end)
  process.send?.({ ready: true })
}
