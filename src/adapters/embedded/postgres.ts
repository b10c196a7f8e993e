/**
 * The trial's own PostgreSQL: the real engine from npm, on a unix socket, started and stopped with the program.
 * Promise: a commit it acknowledged survives kill -9 and power cuts; a start after either works by itself; no
 * process of it outlives a stop.
 */
import type { ChildProcess } from 'node:child_process'
import { type FileHandle, open, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { Fault } from '#domain/fault.ts'
import { chooseAccount } from './account.ts'
import {
  closeHome,
  clusterOf,
  exitOf,
  makeCluster,
  makeSocketFolder,
  notStarted,
  ownerOf,
  type Place,
  port,
  runProgram,
} from './cluster.ts'
import { findPackage, prepareEngine } from './engine.ts'
import { lockFolder } from './folder-lock.ts'
import { clearLeftovers, readPidFile, waitForNone } from './leftover.ts'
import { serverArguments } from './settings.ts'
import { startFault } from './start-fault.ts'

const name = 'second_read'

/** After a crash a gigabyte may have to be replayed from a slow disk. */
const longestStartMs = 300_000

/** SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one; SIGKILL is for one that is stuck. */
const endings = [
  ['SIGINT', 25_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
] as const

export type EmbeddedPostgres = {
  /** For `pg`: the socket's folder as `host`. The user owns the database and is no superuser. */
  readonly connection: {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly database: string
  }
  /** The same as one address. */
  readonly url: string
  /** The postmaster's process number. */
  readonly pid: number
  /** Resolves when the postmaster has ended, asked or not; `stop` is still to be called. */
  readonly ended: Promise<void>
  /** Rolls back what is open and ends. Resolves when no process is left; may be called again. */
  stop(): Promise<void>
}

/** The address of one of these by the folder of its socket; nothing needs to run there yet. */
export const socketUrl = (host: string): string => {
  const url = new URL(`postgres://${name}@localhost/${name}`)
  url.searchParams.set('host', host)
  url.searchParams.set('port', String(port))
  return url.href
}

const waitUntilReady = async (home: string, child: ChildProcess, over: Promise<unknown>): Promise<number> => {
  let running = true
  void over.then(() => {
    running = false
  })
  for (const end = performance.now() + longestStartMs; running && performance.now() < end; await sleep(10)) {
    const file = await readPidFile(clusterOf(home))
    if (file?.ready && file.pid === child.pid) return file.pid
  }
  throw notStarted(home, 'PostgreSQL')
}

const makeDatabase = async (host: string): Promise<void> => {
  const client = new Client({ host, port, user: 'postgres', database: 'postgres' })
  await client.connect()
  try {
    const roles = await client.query('select from pg_roles where rolname = $1', [name])
    if (roles.rowCount === 0) await client.query(`create role ${name} login`)
    const databases = await client.query('select from pg_database where datname = $1', [name])
    if (databases.rowCount === 0) await client.query(`create database ${name} owner ${name}`)
  } finally {
    await client.end()
  }
}

const endChild = async (child: ChildProcess, over: Promise<unknown>): Promise<void> => {
  for (const [signal, ms] of endings) {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    const patience = new AbortController()
    await Promise.race([over, sleep(ms, null, { signal: patience.signal }).catch(() => null)])
    patience.abort()
  }
}

const launch = async (place: Place, release: () => void): Promise<EmbeddedPostgres> => {
  const { home, account } = place
  await makeCluster(place)
  const host = await makeSocketFolder(home, account, tmpdir())
  const child = runProgram(place, 'postgres', serverArguments(clusterOf(home), host, port))
  const over = exitOf(child)
  const end = async (): Promise<void> => {
    await endChild(child, over)
    await waitForNone(home, 10_000)
    if (dirname(host) !== home) await rm(host, { recursive: true, force: true })
    release()
  }
  try {
    const pid = await waitUntilReady(home, child, over)
    await makeDatabase(host)
    let ending: Promise<void> | null = null
    const stop = (): Promise<void> => (ending ??= end())
    const connection = { host, port, user: name, database: name }
    return { connection, url: socketUrl(host), pid, ended: over.then(() => undefined), stop }
  } catch (error) {
    await end()
    throw error
  }
}

/**
 * Starts PostgreSQL on a folder that is its alone (made when missing and closed to everyone else),
 * ends what an earlier start left there, and makes the database
 * `second_read`. Holds the folder's lock until stopped. Call it from the main thread of the process that
 * supervises: PostgreSQL ends with the thread that started it.
 * @throws Fault, with a sentence in `cause.message`: `state.conflict` when the folder is in use,
 * `store.unavailable` when it cannot be written, `ledger.unavailable` when PostgreSQL cannot start.
 */
export const startPostgres = async (options: { readonly folder: string }): Promise<EmbeddedPostgres> => {
  const lock = lockFolder(options.folder)
  let log: FileHandle | null = null
  try {
    const home = await realpath(options.folder)
    const owner = (await ownerOf(clusterOf(home))) ?? (await ownerOf(home))
    const account = await chooseAccount(dirname(home), owner)
    await closeHome(home, account)
    await clearLeftovers(home, tmpdir())
    const engine = await prepareEngine(findPackage(), home, account)
    await rm(join(home, 'postgres.log'), { force: true })
    log = await open(join(home, 'postgres.log'), 'wx', 0o600)
    return await launch({ home, account, engine, log: log.fd }, lock.release)
  } catch (error) {
    lock.release()
    if (error instanceof Fault) throw error
    const sentence = `The embedded database could not start in ${options.folder}.`
    throw startFault('ledger.unavailable', sentence, error)
  } finally {
    await log?.close()
  }
}
