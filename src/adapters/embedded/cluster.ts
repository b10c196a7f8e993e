/**
 * Cluster: PostgreSQL's data on disk, and the folders about it. One home folder, closed to everyone else, holds
 * `cluster` (the data), `socket`, `postgres.log` (of the last start), `lock`, and at times a copy of the engine.
 */
import type { ChildProcess } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Account, runAs } from './account.ts'
import type { Engine } from './engine.ts'
import { socketPrefix } from './leftover.ts'
import { initArguments } from './settings.ts'
import { startFault } from './start-fault.ts'

/** Names the socket's file; no TCP port is opened. */
export const port = 5432

/** sockaddr_un holds 108 bytes (unix(7)); some room is left for the socket's own lock file. */
const longestSocketPath = 100

/** `log` is an open file descriptor. */
export type Place = {
  readonly home: string
  readonly account: Account
  readonly engine: Engine
  readonly log: number
}

/** Where a home keeps its data. */
export const clusterOf = (home: string): string => join(home, 'cluster')

/** Who owns a file or folder; null when there is none. */
export const ownerOf = (path: string): Promise<{ uid: number; gid: number } | null> =>
  stat(path).then(
    ({ uid, gid }) => ({ uid, gid }),
    () => null,
  )

/**
 * Closes a home to everyone else. One that is root's stays so, and the account may only pass through it: it
 * owns `cluster` and `socket` and cannot touch the lock, the log or an engine.
 */
export const closeHome = async (home: string, account: Account): Promise<void> => {
  if (account.self) return chmod(home, 0o700)
  if ((await ownerOf(home))?.uid !== 0) return
  await chown(home, 0, account.gid)
  await chmod(home, 0o710)
}

/** Makes a folder the account's alone (0700). */
export const makePrivate = async (folder: string, account: Account): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (!account.self) await chown(folder, account.uid, account.gid)
  await chmod(folder, 0o700)
}

/** Resolves with a program's exit code; null when a signal ended it or it could not start. */
export const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((done) => {
    child.once('exit', done)
    child.once('error', () => done(null))
  })

/** Starts one of the engine's programs; what it says goes to `postgres.log`. */
export const runProgram = (place: Place, program: string, args: readonly string[]): ChildProcess =>
  runAs(place.account, join(place.engine.folder, 'bin', program), args, {
    cwd: place.home,
    libraries: place.engine.libraries,
    stdio: ['ignore', place.log, place.log],
  })

/** Says that a program did not come up, and where its own words stand. */
export const notStarted = (home: string, program: string): Error =>
  startFault('ledger.unavailable', `${program} did not start; see ${join(home, 'postgres.log')}.`)

/**
 * Makes the cluster when there is none: beside its name and then renamed, so a first start that was cut short
 * begins anew.
 * @throws Fault `ledger.unavailable` when `initdb` fails.
 */
export const makeCluster = async (place: Place): Promise<void> => {
  const cluster = clusterOf(place.home)
  if ((await ownerOf(cluster)) !== null) return
  const making = `${cluster}.new`
  await rm(making, { recursive: true, force: true })
  await makePrivate(making, place.account)
  if ((await exitOf(runProgram(place, 'initdb', initArguments(making)))) !== 0)
    throw notStarted(place.home, 'initdb')
  await rename(making, cluster)
  const handle = await open(place.home)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A private folder for the socket: in the home, or under `temporary` when the home's path is too long for one. */
export const makeSocketFolder = async (
  home: string,
  account: Account,
  temporary: string,
): Promise<string> => {
  const beside = join(home, 'socket')
  const fits = Buffer.byteLength(join(beside, `.s.PGSQL.${port}`)) <= longestSocketPath
  const folder = fits ? beside : await mkdtemp(join(temporary, socketPrefix))
  await makePrivate(folder, account)
  return folder
}
