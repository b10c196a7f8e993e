/**
 * Faults: a gateway on real servers, broken in every way we know of while senders are at work. Clients keep what
 * they were told; afterwards every acknowledged file is read back and compared. Exits non-zero when a goal is missed.
 */
import { execFileSync } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runAll } from '#fixtures/faults/run.ts'
import { missedBy, tableOf } from '#fixtures/faults/table.ts'

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    kills: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string', default: '' },
  },
})

const number = (text: string | undefined, fallback: number): number => {
  if (text === undefined) return fallback
  if (/^\d{1,9}$/.test(text)) return Number(text)
  console.error('usage: faults [--short] [--kills N] [--seed N] [--only WORDS]')
  process.exit(2)
}

const terms = {
  short: values.short,
  kills: number(values.kills, values.short ? 10 : 100),
  seed: number(values.seed, Date.now() % 1_000_000),
  only: values.only,
}

const services = resolve(import.meta.dirname, 'services/services')
const versions = execFileSync(services, ['versions'], { encoding: 'utf8' }).trim().split('\n')
for (const line of [`Node ${process.version}`, ...versions]) console.log(line)
console.log(`seed ${terms.seed}, ${terms.kills} kills${terms.short ? ', short' : ''}`)

/**
 * Seconds until a part is acknowledged again after a restart. The goal is five; the short form, which runs with the tests
 * on whatever machine, prints them beside it and fails only where service does not come back.
 */
const longestRecovery = terms.short ? 30 : 5

const folder = await mkdtemp(join(tmpdir(), 'second-read-faults-'))
await chmod(folder, 0o755)
const began = performance.now()
let ok = false
try {
  const rows = await runAll(folder, terms, (line) => console.log(line))
  for (const line of tableOf(rows, longestRecovery)) console.log(line)
  const missed = rows.flatMap((row) => missedBy(row, longestRecovery))
  const sum = (pick: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((total, row) => total + pick(row), 0)
  const kills = sum((row) => row.kills)
  const files = sum((row) => row.world.record.files.size)
  const lost = sum((row) => row.world.record.lost.length)
  console.log(
    `faults: ${kills} kills, ${files} files acknowledged, ${lost} lost, ${missed.length} goals missed, ${((performance.now() - began) / 1_000).toFixed(0)} s`,
  )
  ok = missed.length === 0 && rows.length > 0
} catch (error) {
  console.error(`faults: ${error instanceof Error ? error.message : 'failed'}`)
}
if (ok) await rm(folder, { recursive: true, force: true })
else console.error(`faults: keys and logs of the run are kept in ${folder}`)
process.exit(ok ? 0 : 1)
