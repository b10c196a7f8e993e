/**
 * Runs every check one after the other, goes on when one fails, and adds up what was run. The tests get real
 * servers: PostgreSQL, Redis and S3 are started before them and ended after them, however they end.
 */
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

type Count = { passed: number; failed: number; skipped: number }

const total: Count = { passed: 0, failed: 0, skipped: 0 }

const failures: string[] = []

const add = (name: string, count: Count): void => {
  total.passed += count.passed
  total.failed += count.failed
  total.skipped += count.skipped
  if (count.failed > 0) failures.push(name)
}

let interrupted = false

/** A Ctrl-C reaches the child by itself; it ends, and then so do we. A plain `kill` is passed on. */
const run = (
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<boolean> =>
  new Promise((done) => {
    const child = spawn(program, args, { stdio: 'inherit', env })
    const stop = (signal: NodeJS.Signals): void => {
      interrupted = true
      if (signal === 'SIGTERM') child.kill(signal)
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
    const end = (ok: boolean): void => {
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
      done(ok)
    }
    child.once('error', () => end(false))
    child.once('exit', (code) => end(code === 0))
  })

const check = async (name: string, program: string, ...args: string[]): Promise<void> => {
  if (interrupted) return
  const began = performance.now()
  const ok = await run(program, args)
  add(name, { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 })
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - began) / 1_000).toFixed(1)} s)`)
}

type VitestReport = {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  numFailedTestSuites: number
  success: boolean
}

/** Vitest counts its own tests; a file that could not even be loaded counts as one that failed. */
const vitest = async (folder: string, filter: readonly string[], env: NodeJS.ProcessEnv): Promise<void> => {
  const report = join(folder, 'vitest.json')
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filter]
  const ok = await run('vitest', args, env)
  try {
    const read = JSON.parse(readFileSync(report, 'utf8')) as VitestReport
    const failed = Math.max(read.numFailedTests, ok && read.success ? 0 : 1)
    add('tests', { passed: read.numPassedTests, failed, skipped: read.numPendingTests + read.numTodoTests })
  } catch {
    add('tests', { passed: 0, failed: 1, skipped: 0 })
  }
}

const services = join(import.meta.dirname, 'services', 'services')

/** What the servers are known by; a server of which every variable is set already is not started. */
const variables = {
  postgres: ['TEST_DATABASE_URL'],
  redis: ['TEST_REDIS_URL'],
  radosgw: ['TEST_S3_ENDPOINT', 'TEST_S3_REGION', 'TEST_S3_ACCESS_KEY_ID', 'TEST_S3_SECRET_ACCESS_KEY'],
} as const

const readLines = (file: string): NodeJS.ProcessEnv =>
  Object.fromEntries(
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )

/** Starts the servers that are not there yet; null, after words of its own, when one of them does not start. */
const startServers = async (folder: string): Promise<NodeJS.ProcessEnv | null> => {
  const missing = Object.entries(variables)
    .filter(([, names]) => names.some((name) => !process.env[name]))
    .map(([name]) => name)
  if (missing.length === 0) return process.env
  const env = { ...process.env, SERVICES_OWNER: String(process.pid) }
  const began = performance.now()
  const ok =
    (await run(services, ['install'], env)) &&
    (await run(services, ['versions'], env)) &&
    (await run(services, ['start', folder, ...missing], env))
  if (!ok) return null
  console.log(`ok   ${missing.join(', ')} started (${((performance.now() - began) / 1_000).toFixed(1)} s)`)
  return { ...process.env, ...readLines(join(folder, 'services.env')) }
}

const testAll = async (filter: readonly string[]): Promise<void> => {
  if (interrupted) return
  const folder = mkdtempSync(join(tmpdir(), 'second-read-test-'))
  // Started by root, the servers run as another account, which must be able to pass.
  chmodSync(folder, 0o755)
  try {
    const env = await startServers(folder)
    if (interrupted) return
    if (env === null)
      add('servers for the tests, without which none was run', { passed: 0, failed: 1, skipped: 0 })
    else await vitest(folder, filter, env)
  } finally {
    spawnSync(services, ['stop', folder], { stdio: 'inherit' })
    rmSync(folder, { recursive: true, force: true })
  }
}

const filter = process.argv.slice(2)
if (filter.length === 0) {
  await check('format', 'biome', 'ci', '.')
  await check('types', 'tsc', '-p', '.')
  await check('types of the pages', 'tsc', '-p', 'src/web')
  await check('types of the browser tests', 'tsc', '-p', 'fixtures/browser')
  await check('lint', 'oxlint', '--type-aware', '--deny-warnings', '.')
  await check('unused code', 'knip')
  await check('documents', process.execPath, 'scripts/check-docs.ts')
}
// A server reads the pages when it starts, and most tests start one.
await check('pages', process.execPath, 'scripts/build.ts')
await testAll(filter)
if (filter.length === 0) {
  await check('demo', process.execPath, 'scripts/demo.ts')
  await check('fuzz, 18 s', process.execPath, 'scripts/fuzz.ts', '--seconds', '18')
  await check('faults, 10 kills', process.execPath, 'scripts/faults.ts', '--short', '--seed', '910')
}

for (const name of failures) console.log(`failed: ${name}`)
if (interrupted) console.log('interrupted: not everything was run')
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed > 0 || interrupted ? 1 : 0
