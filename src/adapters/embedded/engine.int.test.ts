import { execFileSync } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Account, chooseAccount, runAs } from './account.ts'
import { closeHome, exitOf } from './cluster.ts'
import { findPackage, prepareEngine } from './engine.ts'

let base = ''
let account: Account

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'engine-'))
  await chmod(base, 0o755)
  account = await chooseAccount(base, null)
  await mkdir(join(base, 'home'))
  await closeHome(join(base, 'home'), account)
})

afterEach(async () => {
  execFileSync('chmod', ['-R', 'u+w', base])
  await rm(base, { recursive: true })
})

/** A package as npm unpacks it with install scripts off: without links. */
const unpack = async (): Promise<string> => {
  const pack = join(base, 'pack')
  await cp(findPackage(), pack, { recursive: true, verbatimSymlinks: true })
  execFileSync('find', [pack, '-type', 'l', '-delete'])
  return pack
}

const runs = async (folder: string, libraries: string): Promise<boolean> => {
  const options = { cwd: join(base, 'home'), libraries, stdio: 'ignore' } as const
  return (await exitOf(runAs(account, join(folder, 'bin/postgres'), ['--version'], options))) === 0
}

it('makes the missing library links in place', async () => {
  const pack = await unpack()
  expect(await runs(join(pack, 'native'), join(pack, 'native/lib'))).toBe(false)
  const engine = await prepareEngine(pack, join(base, 'home'), account)
  expect(engine.folder).toBe(join(pack, 'native'))
  expect(await runs(engine.folder, engine.libraries)).toBe(true)
  expect(await prepareEngine(pack, join(base, 'home'), account)).toEqual(engine)
})

it('copies a package the account cannot use, once', async () => {
  const pack = await unpack()
  // Root: the account may not enter it. Others: no link can be made in it.
  await chmod(account.self ? join(pack, 'native/lib') : pack, account.self ? 0o500 : 0o700)
  const engine = await prepareEngine(pack, join(base, 'home'), account)
  expect(engine.folder.startsWith(join(base, 'home/engine-'))).toBe(true)
  expect(await runs(engine.folder, engine.libraries)).toBe(true)
  await rm(join(pack, 'native/share'), { recursive: true })
  expect(await prepareEngine(pack, join(base, 'home'), account)).toEqual(engine)
  expect(await readdir(join(base, 'home'))).toHaveLength(1)
})
