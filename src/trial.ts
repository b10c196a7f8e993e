/**
 * Trial: the whole gateway from one command, nothing to install. A supervisor starts PostgreSQL on a socket in
 * the data folder, makes the key ring, and forks server and worker, which end when it does. For one machine.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { resolve } from 'node:path'
import { type EmbeddedPostgres, startPostgres } from '#adapters/embedded/postgres.ts'
import { runUntilStopped } from '#config/lifecycle.ts'
import { loadConfig } from '#config/load-config.ts'
import { trialMalwareScan } from '#config/malware-scan.ts'
import type { Config } from '#config/read-config.ts'
import { trialSetting } from '#config/settings.ts'
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

/**
 * Both move gigabytes through buffers outside V8's heap, which makes V8 collect that small heap all the time:
 * it may double first, or a received gigabyte costs half as much CPU again. And its nursery stays small, so that
 * dead buffers are found soon: at V8's own size the server grows from 190 to 290 MB.
 */
const nodeFlags = ['--heap-growing-percent=100', '--max-semi-space-size=4']

/** A program that ended by itself is started again after this pause. */
const restartMs = 500

const dataFolder = resolve(process.env['DATA_DIR'] ?? trialSetting.fallback)

const socketUrl = ({ connection }: EmbeddedPostgres): string => {
  const url = new URL(`postgres://${connection.user}@localhost/${connection.database}`)
  url.searchParams.set('host', connection.host)
  url.searchParams.set('port', String(connection.port))
  return url.href
}

const environment = (databaseUrl: string): NodeJS.ProcessEnv => ({
  ...process.env,
  ...trialMalwareScan(process.env),
  // Many threads that each keep freed memory for themselves make a quarter of the server's size.
  MALLOC_ARENA_MAX: '2',
  KEYS_DIR: resolve(dataFolder, 'keys'),
  OBJECTS_DIR: resolve(dataFolder, 'objects'),
  DATABASE_URL: databaseUrl,
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
      execArgv: nodeFlags,
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
  const postgres = await startPostgres({ folder: resolve(dataFolder, 'postgres') })
  const running: Running[] = []
  let stopping = false
  const stop = async (): Promise<void> => {
    stopping = true
    await Promise.all(running.map((program) => program.stop()))
    await postgres.stop()
  }
  try {
    const databaseUrl = socketUrl(postgres)
    const signIn = await setUp({ ...config, databaseUrl }, process.argv.includes('--sign-in'))
    for (const [index, program] of programs.entries())
      running.push(
        keepRunning(program, { ...environment(databaseUrl), ...metricsPort(config.metrics, index) }),
      )
    await Promise.all(running.map((program) => program.started))
    const where = `Second Read is at ${config.publicUrl} (data in ${dataFolder})\n`
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
