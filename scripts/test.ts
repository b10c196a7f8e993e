/** Runs every check one after the other, goes on when one fails, and adds up what was run. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
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

const run = (program: string, args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: 'inherit' }).status === 0

const check = (name: string, program: string, ...args: string[]): void => {
  const began = performance.now()
  const ok = run(program, args)
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
const vitest = (filter: readonly string[]): void => {
  const folder = mkdtempSync(join(tmpdir(), 'second-read-test-'))
  const report = join(folder, 'vitest.json')
  const ok = run('vitest', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...filter,
  ])
  try {
    const read = JSON.parse(readFileSync(report, 'utf8')) as VitestReport
    const failed = Math.max(read.numFailedTests, ok && read.success ? 0 : 1)
    add('tests', { passed: read.numPassedTests, failed, skipped: read.numPendingTests + read.numTodoTests })
  } catch {
    add('tests', { passed: 0, failed: 1, skipped: 0 })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const filter = process.argv.slice(2)
if (filter.length === 0) {
  check('format', 'biome', 'ci', '.')
  check('types', 'tsc', '-p', '.')
  check('lint', 'oxlint', '--type-aware', '--deny-warnings', '.')
  check('unused code', 'knip')
  check('documents', process.execPath, 'scripts/check-docs.ts')
}
vitest(filter)
if (filter.length === 0) check('demo', process.execPath, 'scripts/demo.ts')

for (const name of failures) console.log(`failed: ${name}`)
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed > 0 ? 1 : 0
