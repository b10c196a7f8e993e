/**
 * Account: as whom the embedded PostgreSQL runs. It refuses root, so a trial started by root hands it to the
 * owner its cluster already has, else to `nobody`. Everyone else runs it as themselves. Where `setpriv` is
 * there, PostgreSQL also ends with the thread that started it.
 */
import { type ChildProcess, execFileSync, type StdioOptions, spawn } from 'node:child_process'
import { readFile, realpath, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import { startFault } from './start-fault.ts'

/** Nothing of our own environment, and so no secret of it, reaches PostgreSQL. */
const path = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin'

const nobody = 65_534

export type Account = {
  readonly uid: number
  readonly gid: number
  /** True when it is the account we ourselves run as. */
  readonly self: boolean
  /** The Linux capability that lets it pass folders only root may enter, when it needs one. */
  readonly power: string | null
  /** The `setpriv` command line that ties a process to us and makes it this account; null without `setpriv`. */
  readonly tie: readonly string[] | null
}

const works = (tie: readonly string[]): boolean => {
  try {
    execFileSync('setpriv', [...tie, 'true'], { env: { PATH: path }, stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The first of the two that we hold ourselves; containers are often without the lesser one. */
const passingPower = async (): Promise<string | null> => {
  const status = await readFile('/proc/self/status', 'utf8')
  const held = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`)
  // capabilities(7): CAP_DAC_OVERRIDE is bit 1, CAP_DAC_READ_SEARCH is bit 2.
  if (held & 4n) return 'dac_read_search'
  return held & 2n ? 'dac_override' : null
}

/** True when others than root, or `uid` as owner, may pass every folder above and including `folder`. */
export const mayPass = async (folder: string, uid: number): Promise<boolean> => {
  for (let at = await realpath(folder); ; at = dirname(at)) {
    const { mode, uid: owner } = await stat(at)
    if (!(mode & (owner === uid ? 0o100 : 0o001))) return false
    if (at === dirname(at)) return true
  }
}

const selfAccount = (uid: number, gid: number): Account => {
  try {
    userInfo()
  } catch (error) {
    throw startFault(
      'ledger.unavailable',
      `The embedded database needs user ${uid} to have an entry in /etc/passwd.`,
      error,
    )
  }
  const tie = ['--pdeathsig', 'INT']
  return { uid, gid, self: true, power: null, tie: works(tie) ? tie : null }
}

/**
 * Whom to run as for a cluster whose folder lies in `parent` (which exists) and belongs to `owner`, or to
 * nobody yet (null).
 * @throws Fault `ledger.unavailable` with a sentence when no account fits.
 */
export const chooseAccount = async (
  parent: string,
  owner: { uid: number; gid: number } | null,
): Promise<Account> => {
  const uid = process.getuid?.() ?? nobody
  if (uid !== 0) return selfAccount(uid, process.getgid?.() ?? nobody)
  const as = owner !== null && owner.uid !== 0 ? owner : { uid: nobody, gid: nobody }
  const passes = await mayPass(parent, as.uid)
  const power = passes ? null : await passingPower()
  const caps = power === null ? [] : [`--inh-caps=+${power}`, `--ambient-caps=+${power}`]
  const tie = [`--reuid=${as.uid}`, `--regid=${as.gid}`, '--clear-groups', ...caps, '--pdeathsig', 'INT']
  const tied = works(tie)
  if (!passes && (power === null || !tied))
    throw startFault(
      'ledger.unavailable',
      `The embedded database does not run as root, and only root may enter ${parent}: start as an ordinary user, or choose another data folder.`,
    )
  return { uid: as.uid, gid: as.gid, self: false, power, tie: tied ? tie : null }
}

/** Starts a program as the account, in a session of its own so that a terminal's Ctrl-C reaches only us. */
export const runAs = (
  account: Account,
  program: string,
  args: readonly string[],
  options: { cwd: string; libraries: string; stdio: StdioOptions },
): ChildProcess => {
  const common = {
    cwd: options.cwd,
    detached: true,
    env: { PATH: path, LC_ALL: 'C', LD_LIBRARY_PATH: options.libraries },
    stdio: options.stdio,
  }
  if (account.tie !== null) return spawn('setpriv', [...account.tie, program, ...args], common)
  return spawn(program, args, account.self ? common : { ...common, uid: account.uid, gid: account.gid })
}
