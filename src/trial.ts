/**
 * Trial: the whole gateway from one command, nothing to install. A supervisor starts PostgreSQL on a socket in
 * the data folder, makes the key ring, and forks server and worker, which end when it does. For one machine.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { resolve } from 'node:path'
import { startPostgres } from '#adapters/embedded/postgres.ts'
import { runUntilStopped } from '#config/lifecycle.ts'
import { loadConfig } from '#config/load-config.ts'
import { programEnvironment, programFlags } from '#config/program.ts'
import type { Config } from '#config/read-config.ts'
import { trialEnvironment, trialFolders } from '#config/trial.ts'
import { noScanner } from '#domain/dependency.ts'
import { setUp } from './set-up.ts'

type Program = { readonly name: string; readonly file: string }

const programs: readonly Program[] = [
  { name: 'server', file: resolve(import.meta.dirname, 'main.ts') },
  { name: 'worker', file: resolve(import.meta.dirname, '../workers/main.ts') },
]

/** Each program reads its numbers out on a port of its own: the worker's is the one after the server's. */
const metricsPort = (metrics: Config['metrics'], index: number): NodeJS.ProcessEnv =>
  metrics === null ? {} : { METRICS_PORT: String(metrics.port + index) }

/** A program that ended by itself is started again after this pause. */
const restartMs = 500

const folders = trialFolders(process.env)

const environment = (databaseUrl: string): NodeJS.ProcessEnv => ({
  ...trialEnvironment(process.env, databaseUrl),
  ...programEnvironment,
})

type Running = { stop(): Promise<void>; readonly started: Promise<void> }

const keepRunning = ({ name, file }: Program, env: NodeJS.ProcessEnv): Running => {
  let child: ChildProcess | null = null
  let stopping = false
  let ended: Promise<void> = Promise.resolve()
  const started = Promise.withResolvers<void>()
  const launch = (): void => {
    if (stopping) return
    const running = fork(file, {
      execArgv: [...programFlags],
      env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    child = running
    running.once('message', () => started.resolve())
    ended = new Promise((done) => {
      running.once('exit', (code) => {
        done()
        started.reject(new Error(`the ${name} ended with code ${code ?? 'none'} before it had started`))
        if (!stopping) setTimeout(launch, restartMs)
      })
    })
  }
  launch()
  return {
    started: started.promise,
    stop: async () => {
      stopping = true
      child?.kill('SIGTERM')
      await ended
    },
  }
}

const start = async (config: Config): Promise<() => Promise<void>> => {
  const postgres = await startPostgres({ folder: folders.postgres })
  const running: Running[] = []
  let stopping = false
  const stop = async (): Promise<void> => {
    stopping = true
    await Promise.all(running.map((program) => program.stop()))
    await postgres.stop()
  }
  try {
    const databaseUrl = postgres.url
    const signIn = await setUp({ ...config, databaseUrl }, process.argv.includes('--sign-in'))
    for (const [index, program] of programs.entries())
      running.push(
        keepRunning(program, { ...environment(databaseUrl), ...metricsPort(config.metrics, index) }),
      )
    await Promise.all(running.map((program) => program.started))
    const where = `Second Read is at ${config.publicUrl} (data in ${folders.data})\n`
    process.stdout.write(signIn === null ? where : `${where}${signIn}\n`)
    if (config.malwareScan === 'none') process.stdout.write(`${noScanner}\n`)
  } catch (error) {
    await stop()
    throw error
  }
  // Without its database the gateway ends whole, and whoever keeps it running starts it again.
  void postgres.ended.then(() => {
    if (!stopping) process.kill(process.pid, 'SIGTERM')
  })
  return stop
}

// Its own database has no address yet; everything else is checked before anything starts.
await runUntilStopped('start', loadConfig(environment('postgres://localhost'), { mayBeNew: true }), start)
