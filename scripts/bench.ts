/**
 * Bench: the river's figures on this machine, as CPU-seconds per GB (1e9 bytes) of each process, MB/s, peak
 * memory and latency, with the goals beside them. Wall times swing with the machine's load; CPU-seconds hold.
 *
 *     ./scripts/bench [--on embedded|servers|both] [--door parts|digest|multipart|stow|tus|all] [--rounds 4]
 *                     [--slices 500] [--only inspect|read] [--inspectors N] [--gb 5] [--instances 1000000]
 *
 * `servers`: PostgreSQL, Redis and RADOS Gateway in place of the embedded stores. `--only inspect`: only what files
 * cost that are looked into, hostile ones too. `--only read`: only what readers cost, beside Orthanc where Debian's is
 * installed; `--gb` of each of four downloads at once, `--instances` in the ledger that is searched. `--door tus`: only
 * one file of 1 GiB, by tus and in parts. No scanner runs. Ends with 1 when what was read is not what was sent.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureNeighbour, measurePdfs } from '#fixtures/bench/inspections.ts'
import { measureLongFile } from '#fixtures/bench/long-file.ts'
import { measureReading } from '#fixtures/bench/read-side.ts'
import { type Bench, countRequests, doorNames, runBundle, runDoor } from '#fixtures/bench/rounds.ts'
import { openStage, type StageName, stageNames } from '#fixtures/bench/stage.ts'
import { signIn } from '#fixtures/client/desk.ts'
import { createTable } from '#fixtures/figures.ts'
import { measureFloor } from '#fixtures/floor.ts'
import { peakMemory } from '#fixtures/process-meter.ts'

const { values } = parseArgs({
  options: {
    on: { type: 'string', default: 'embedded' },
    door: { type: 'string', default: 'all' },
    rounds: { type: 'string', default: '4' },
    slices: { type: 'string', default: '500' },
    only: { type: 'string', default: '' },
    inspectors: { type: 'string' },
    gb: { type: 'string', default: '5' },
    instances: { type: 'string', default: '1000000' },
  },
})
const rounds = Number(values.rounds)
const slices = Number(values.slices)
const inspectOnly = values.only === 'inspect'
const readOnly = values.only === 'read'
const longOnly = values.door === 'tus'
const doors = doorNames.filter((door) =>
  inspectOnly ? door === 'parts' : values.door === door || values.door === 'all',
)
const stages = stageNames.filter((name) => values.on === name || values.on === 'both')

const noteMemory = async ({ stage, table }: Bench): Promise<void> => {
  const peaks = new Map<string, number>()
  for (const [pid, name] of await stage.processes())
    peaks.set(name, Math.max(peaks.get(name) ?? 0, peakMemory(pid)))
  for (const name of ['supervisor', 'server', 'worker', 'inspector']) {
    const peak = peaks.get(name)
    const goal = name === 'server' || name === 'worker' ? '≤ 250' : '–'
    if (peak !== undefined) table.add(`peak memory, ${name}`, 'MB', goal, peak / 1e6)
  }
}

/** Rounds before the first that counts: so long V8 still compiles what a server has been running for weeks. */
const warmUp = 4

/** What comes in: every door, then what files cost that are looked into. */
const measureArrival = async (bench: Bench): Promise<void> => {
  const { table } = bench
  for (const [nth, door] of doors.entries())
    for (let round = 1 - warmUp; round <= rounds; round += 1) {
      const measured = await measureFloor()
      table.add('floor: hash once, CRC, seal, in memory', 's/GB', '–', measured.sealOnce)
      table.add('floor: hash twice, CRC, seal, in memory', 's/GB', '–', measured.seal)
      table.add('floor: open, in memory', 's/GB', '–', measured.open)
      const floor = round <= 0 ? null : measured
      const seed = nth * 1_000 + (round + warmUp) * 10
      const id = await runDoor(bench, { door, slices, seed, alone: true, floor })
      await runDoor(bench, { door, slices, seed: seed + 1, alone: false, floor })
      if (!inspectOnly) await runBundle(bench, id, floor)
    }
  if (longOnly || values.door === 'all') await measureLongFile(bench, rounds)
  if (!longOnly) await measurePdfs(table, rounds)
  if (!longOnly) await measureNeighbour(bench, rounds)
  if (!inspectOnly && !longOnly) await countRequests(bench)
  await noteMemory(bench)
}

const run = async (name: StageName): Promise<void> => {
  const table = createTable()
  const folder = await mkdtemp(join(tmpdir(), 'second-read-bench-'))
  // The stores may run as another account, which must be able to pass.
  await chmod(folder, 0o755)
  const { inspectors } = values
  const stage = await openStage(name, folder, inspectors === undefined ? {} : { INSPECTORS: inspectors })
  try {
    const bench = { stage, table, desk: await signIn(stage.url, stage.signInCode) }
    if (!readOnly) await measureArrival(bench)
    const side = { rounds, slices, gb: Number(values.gb), instances: Number(values.instances), folder }
    const notes = inspectOnly || longOnly ? null : await measureReading(bench, side)
    console.log(`\non ${name} stores`)
    for (const line of table.lines()) console.log(line)
    for (const line of notes?.leftOut ?? []) console.log(`left out: ${line}`)
    for (const line of notes?.broken ?? []) console.log(`BROKEN: ${line}`)
    if ((notes?.broken ?? []).length > 0) process.exitCode = 1
  } catch (error) {
    // Said at once: what cannot be tidied up afterwards must not be all that is heard.
    console.error(error)
    process.exitCode = 1
  } finally {
    await stage.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

const load = loadavg()[0]?.toFixed(1)
console.log(
  `Node ${process.version}, ${rounds} rounds of ${slices} CT slices a door after ${warmUp} to warm up; load ${load}`,
)
for (const name of stages) await run(name)
