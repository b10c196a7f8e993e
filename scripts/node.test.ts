import { execFile } from 'node:child_process'
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/**
 * A small project with the real scripts, an `npm` that only counts its calls and unpacks a "Node 24", and a
 * machine's `node` that says which version it is.
 */
let root = ''
let bin = ''

const program = async (path: string, body: string): Promise<void> => {
  await writeFile(path, `#!/bin/sh\n${body}\n`)
  await chmod(path, 0o755)
}

const packages = (integrity: string): string =>
  JSON.stringify({ packages: { 'node_modules/one': { integrity }, 'node_modules/two': { integrity } } })

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'node script-'))
  bin = join(root, 'machine')
  await mkdir(join(root, 'scripts'))
  await mkdir(bin)
  for (const name of ['node', 'start']) {
    await copyFile(fileURLToPath(import.meta.resolve(`./${name}`)), join(root, 'scripts', name))
    await chmod(join(root, 'scripts', name), 0o755)
  }
  await writeFile(join(root, 'package-lock.json'), packages('a'))
  await program(
    join(bin, 'npm'),
    `echo "$*" >>'${root}/npm-calls'
sleep 0.2
rm -rf node_modules && mkdir -p node_modules/.bin
cp '${bin}/node-24' node_modules/.bin/node`,
  )
  await program(join(bin, 'node-24'), 'if [ "$1" = --version ]; then echo v24.1.0; else echo "24: $*"; fi')
  await machineNode('v20.20.2')
})

afterEach(() => rm(root, { recursive: true }))

/** The machine's own Node: says its version, and runs `-e` with the real one. */
const machineNode = (version: string): Promise<void> =>
  program(
    join(bin, 'node'),
    `case $1 in --version) echo ${version};; -e) exec '${process.execPath}' "$@";; *) echo "own: $*";; esac`,
  )

type Run = { readonly code: number; readonly out: string; readonly err: string }

const run = (script: string, ...args: string[]): Promise<Run> =>
  new Promise((done) => {
    const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: root }
    execFile(script, args, { cwd: '/', env }, (error, out, err) =>
      done({ code: error === null ? 0 : Number(error.code), out, err }),
    )
  })

const calls = async (): Promise<string[]> =>
  (await readFile(join(root, 'npm-calls'), 'utf8').catch(() => '')).split('\n').filter(Boolean)

const node = (...args: string[]): Promise<Run> => run(join(root, 'scripts/node'), ...args)

describe('scripts/node', () => {
  it('installs once, without install scripts, and again when the lock file changes', async () => {
    expect((await node('x.ts', 'a b')).out).toBe('24: x.ts a b\n')
    expect(await node('x.ts')).toEqual({ code: 0, out: '24: x.ts\n', err: '' })
    expect(await calls()).toHaveLength(1)
    expect((await calls())[0]).toContain('ci --ignore-scripts')
    await writeFile(join(root, 'package-lock.json'), packages('b'))
    await node('x.ts')
    expect(await calls()).toHaveLength(2)
  })

  it('installs once for two starts at the same time', async () => {
    const both = await Promise.all([node('x.ts'), node('x.ts')])
    expect(both.map(({ out }) => out)).toEqual(['24: x.ts\n', '24: x.ts\n'])
    expect(await calls()).toHaveLength(1)
  })

  it('leaves an installation by hand of the same lock file alone', async () => {
    await mkdir(join(root, 'node_modules/.bin'), { recursive: true })
    await copyFile(join(bin, 'node-24'), join(root, 'node_modules/.bin/node'))
    await writeFile(join(root, 'node_modules/.package-lock.json'), packages('a'))
    await node('x.ts')
    expect(await calls()).toHaveLength(0)
  })

  it('replaces an installation by hand of another lock file', async () => {
    await mkdir(join(root, 'node_modules'))
    await writeFile(join(root, 'node_modules/.package-lock.json'), packages('other'))
    await node('x.ts')
    expect(await calls()).toHaveLength(1)
  })

  it("takes the machine's own Node when it is new enough", async () => {
    await machineNode('v26.0.1')
    expect((await node('x.ts')).out).toBe('own: x.ts\n')
  })

  it('says in one sentence that there is no Node, or no npm, or that npm failed', async () => {
    await program(join(bin, 'npm'), 'mkdir -p node_modules')
    const noNode = await node('x.ts')
    expect(noNode.code).toBe(1)
    expect(noNode.err).toMatch(/Node 24 or newer is needed .*\.\n$/)
    await rm(join(root, 'node_modules'), { recursive: true })
    await program(join(bin, 'npm'), 'echo "the registry is away" >&2; exit 7')
    const failed = await node('x.ts')
    expect(failed.code).toBe(1)
    expect(failed.err).toContain('the registry is away')
    expect(failed.err).toMatch(/could not be installed.*\.\n$/)
  })

  it('gives npm a place for its cache when the account has no home', async () => {
    await program(
      join(bin, 'npm'),
      `echo "cache=$npm_config_cache" >>'${root}/npm-calls'; mkdir node_modules`,
    )
    const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: '/nonexistent' }
    await new Promise((done) => execFile(join(root, 'scripts/node'), ['x.ts'], { env }, done))
    expect((await calls())[0]).toMatch(/^cache=\/./)
  })
})

describe('scripts/start', () => {
  it('puts the pages together and runs the trial with its arguments, from anywhere and through a link', async () => {
    const built = `24: ${root}/scripts/build.ts\n`
    expect((await run(join(root, 'scripts/start'), '--port', '1')).out).toBe(
      `${built}24: ${root}/src/trial.ts --port 1\n`,
    )
    await symlink(join(root, 'scripts/start'), join(root, 'second-read'))
    expect((await run(join(root, 'second-read'))).out).toBe(`${built}24: ${root}/src/trial.ts\n`)
  })

  it('ends with the same code when there is no Node', async () => {
    await program(join(bin, 'npm'), 'exit 1')
    expect((await run(join(root, 'scripts/start'))).code).toBe(1)
  })
})
