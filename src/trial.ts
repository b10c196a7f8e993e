/**
 * Trial: the whole gateway from one command, nothing to install. A supervisor starts PostgreSQL on a socket in
 * the data folder, makes the key ring, and forks server and worker, which end when it does. For one machine.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { resolve } from 'node:path'
import { migrateQueue, openQueuePool } from '#adapters/bullmq/queue.ts'
import { type EmbeddedPostgres, startPostgres } from '#adapters/embedded/postgres.ts'
import { createKeyRing } from '#adapters/jose/key-ring.ts'
import { createSecrets } from '#adapters/jose/secrets.ts'
import { systemClock } from '#adapters/memory/clock.ts'
import { openDatabase, openPool } from '#adapters/postgres/database.ts'
import { migrate } from '#adapters/postgres/migrate.ts'
import { createOperatorLedger } from '#adapters/postgres/operator-ledger.ts'
import { runUntilStopped } from '#config/lifecycle.ts'
import { type Config, readConfig, trialSetting } from '#config/read-config.ts'
import { issueSignIn } from '#steps/sign-in.ts'

type Program = { readonly name: string; readonly file: string }

const programs: readonly Program[] = [
  { name: 'server', file: resolve(import.meta.dirname, 'main.ts') },
  { name: 'worker', file: resolve(import.meta.dirname, '../workers/main.ts') },
]

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
  KEYS_DIR: resolve(dataFolder, 'keys'),
  OBJECTS_DIR: resolve(dataFolder, 'objects'),
  DATABASE_URL: databaseUrl,
})

/** Tables and queue; and, when nobody ever signed in, a sign-in that works once. */
const prepareLedger = async (databaseUrl: string): Promise<string | null> => {
  const pool = openPool({ connectionString: databaseUrl, max: 2 })
  const queuePool = openQueuePool(databaseUrl)
  const db = openDatabase(pool)
  try {
    await migrate(db)
    await migrateQueue(queuePool)
    const operators = createOperatorLedger(db)
    if (!(await operators.isFresh(systemClock.now()))) return null
    return await issueSignIn({ operators, secrets: createSecrets(), clock: systemClock })()
  } finally {
    await queuePool.end()
    await db.destroy()
  }
}

type Running = { stop(): Promise<void>; readonly started: Promise<void> }

const keepRunning = ({ name, file }: Program, env: NodeJS.ProcessEnv): Running => {
  let child: ChildProcess | null = null
  let stopping = false
  let ended: Promise<void> = Promise.resolve()
  const started = Promise.withResolvers<void>()
  const launch = (): void => {
    if (stopping) return
    const running = fork(file, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
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

const announce = ({ publicUrl: url }: Config, code: string | null): void => {
  const where = `Second Read is at ${url} (data in ${dataFolder})\n`
  const signIn = `Operator sign-in, works once within 24 hours: ${url}/#sign-in=${code ?? ''}\n`
  process.stdout.write(code === null ? where : where + signIn)
}

const start = async (config: Config): Promise<() => Promise<void>> => {
  const postgres = await startPostgres({ folder: resolve(dataFolder, 'postgres') })
  const running: Running[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((program) => program.stop()))
    await postgres.stop()
  }
  try {
    const databaseUrl = socketUrl(postgres)
    createKeyRing(config.keysFolder, systemClock.now())
    const code = await prepareLedger(databaseUrl)
    for (const program of programs) running.push(keepRunning(program, environment(databaseUrl)))
    await Promise.all(running.map((program) => program.started))
    announce(config, code)
  } catch (error) {
    await stop()
    throw error
  }
  void postgres.ended.then(() => process.kill(process.pid, 'SIGTERM'))
  return stop
}

// Its own database has no address yet; everything else is checked before anything starts.
await runUntilStopped('start', readConfig(environment('postgres://own')), start)
