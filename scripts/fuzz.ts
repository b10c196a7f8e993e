/**
 * Fuzz: mutated DICOM, PDF, ZIP and packs before the code that reads them, DICOM and PDF in isolated children with
 * the limits they have in service. Files of `CORPUS_DIR` are mutated too, where it is set.
 *
 *     ./scripts/fuzz [--seconds 20] [--seed 910] [--only FORMAT] [--save FOLDER] [--replay [FORMAT:]SEED:N]
 *
 * Ends with 1 when a promise was broken: something was thrown that is not documented, an answer came too late or
 * did not parse, an image was accepted that contradicts itself, a pack gave other bytes than were sealed, or memory
 * grew. A child that ended cost its file `CHECK_UNAVAILABLE`, as promised; it is counted by how it ended. `--save`
 * writes each such mutation into a folder.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Format, openFormats } from '#fixtures/fuzz/formats.ts'
import { type Fuzzed, fuzz, mutationOf, replay } from '#fixtures/fuzz/fuzz.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '910' },
    only: { type: 'string' },
    save: { type: 'string' },
    replay: { type: 'string' },
  },
})

const save = async (format: Format, seed: string, n: number): Promise<void> => {
  if (values.save === undefined) return
  await mkdir(values.save, { recursive: true })
  const { bytes } = mutationOf(format, seed, n)
  await writeFile(join(values.save, `${format.name}-${seed.replaceAll(/\W/g, '_')}-${n}`), bytes, {
    mode: 0o600,
  })
}

const table = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')

const tell = (seed: string, fuzzed: Fuzzed): void => {
  const { format, runs, said, crashes, broken, slowest, grown } = fuzzed
  const again = (n: number): string => `--replay ${format}:${seed}:${n}`
  const late = `slowest ${slowest.ms.toFixed(0)} ms (${again(slowest.n)})`
  console.log(`${format}: ${runs} mutations: ${table(said)}; ${late}; memory ${(grown / 1e6).toFixed(1)} MB`)
  for (const [signature, { count, first }] of crashes)
    console.log(`  child ended ${count} times: ${signature} (${again(first)})`)
  for (const { n, words } of broken) console.log(`  BROKEN: ${words} (${again(n)})`)
}

const run = async (formats: readonly Format[]): Promise<boolean> => {
  const all = formats.reduce((sum, { share }) => sum + share, 0)
  let whole = true
  for (const format of formats) {
    const fuzzed = await fuzz(format, values.seed, (Number(values.seconds) * format.share) / all)
    tell(values.seed, fuzzed)
    whole &&= fuzzed.broken.length === 0
    const told = [
      ...fuzzed.broken.map(({ n }) => n),
      ...[...fuzzed.crashes.values()].map(({ first }) => first),
    ]
    for (const n of told) await save(format, values.seed, n)
  }
  return whole
}

const runAgain = async (formats: readonly Format[], what: string): Promise<boolean> => {
  const words = what.split(':')
  const [n, seed, name] = [Number(words.at(-1)), words.at(-2) ?? '', words.at(-3)]
  let whole = true
  for (const format of formats.filter((known) => name === undefined || known.name === name)) {
    const { said, broken, crash, done, bytes } = await replay(format, seed, n)
    console.log(`${format.name}:${seed}:${n}: ${bytes.length} bytes by ${done.join(', ')}: ${said}`)
    if (crash !== null) console.log(`  child ended: ${crash}`)
    if (broken !== null) console.log(`  BROKEN: ${broken}`)
    await save(format, seed, n)
    whole &&= broken === null
  }
  return whole
}

const known = await openFormats(process.env['CORPUS_DIR'] ?? '')
const formats = known.filter(({ name }) => values.only === undefined || name === values.only)
const whole = values.replay === undefined ? await run(formats) : await runAgain(known, values.replay)
process.exitCode = whole && formats.length > 0 ? 0 : 1
