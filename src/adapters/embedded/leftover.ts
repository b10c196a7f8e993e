/**
 * Leftovers: PostgreSQL processes of an earlier start that outlived it (kill -9 of the supervisor, or of the
 * postmaster alone). A process counts as ours when its program is a `postgres` and it works inside our
 * cluster folder, never because a pid file names its number: numbers are reused, and zombies keep theirs.
 */
import { readdir, readFile, readlink, realpath, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startFault } from './start-fault.ts'

/** Folders of this name in the system's temporary folder hold a socket and are ours. */
export const socketPrefix = 'second-read-'

/** What `postmaster.pid` says (PostgreSQL `miscadmin.h`: LOCK_FILE_LINE_…). */
export type PidFile = { readonly pid: number; readonly socketFolder: string; readonly ready: boolean }

/** Reads a cluster's pid file; null when there is none, or not a whole one yet. */
export const readPidFile = async (cluster: string): Promise<PidFile | null> => {
  const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  const pid = Number(lines[0])
  if (!Number.isSafeInteger(pid) || pid <= 1) return null
  return { pid, socketFolder: lines[4] ?? '', ready: lines[7]?.trim() === 'ready' }
}

const linkOf = (pid: string, name: string): Promise<string> =>
  readlink(`/proc/${pid}/${name}`).catch(() => '')

/** Process numbers of every PostgreSQL process at work in `home/cluster`, or in the making of it. */
export const processesIn = async (home: string): Promise<number[]> => {
  const cluster = join(await realpath(home), 'cluster')
  const found: number[] = []
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const at = await linkOf(pid, 'cwd')
    if (at !== cluster && at !== `${cluster}.new`) continue
    if (/\/postgres( \(deleted\))?$/.test(await linkOf(pid, 'exe'))) found.push(Number(pid))
  }
  return found
}

/** Waits until no process is left in `home`, at most `ms`; true when none is. */
export const waitForNone = async (home: string, ms: number): Promise<boolean> => {
  const end = performance.now() + ms
  while ((await processesIn(home)).length > 0) {
    if (performance.now() > end) return false
    await sleep(20)
  }
  return true
}

/**
 * Stops what still runs in `home` (fast shutdown) and removes what it left behind. Call it only while holding
 * the folder's lock.
 * @throws Fault `ledger.unavailable` when it does not end within 30 s.
 */
export const clearLeftovers = async (home: string, tempFolder: string): Promise<void> => {
  const cluster = join(home, 'cluster')
  const left = await readPidFile(cluster)
  if (left !== null && (await processesIn(home)).includes(left.pid)) {
    try {
      process.kill(left.pid, 'SIGINT')
    } catch {
      // It ended by itself, or is not ours to end: the wait tells.
    }
  }
  if (!(await waitForNone(home, 30_000)))
    throw startFault('ledger.unavailable', `An earlier database still runs in ${home} and does not end.`)
  await rm(join(cluster, 'postmaster.pid'), { force: true })
  // The socket has a lock file of its own, which counts a dead server nobody waited for as a living one.
  for (const name of await readdir(join(home, 'socket')).catch(() => []))
    if (name.startsWith('.s.PGSQL.')) await rm(join(home, 'socket', name), { force: true })
  if (left !== null && left.socketFolder === join(tempFolder, basename(left.socketFolder)))
    if (basename(left.socketFolder).startsWith(socketPrefix))
      await rm(left.socketFolder, { recursive: true, force: true })
}
