/**
 * Corpus: every file of a folder through the real inspector, in isolated children as in service, and what it said
 * judged by the folder's `MANIFEST.tsv`. Without a manifest, and for files it does not name, the verdicts alone.
 *
 *     ./scripts/corpus [FOLDER] [--manifest FILE] [--sentences] [--verdicts]
 *
 * The folder is `CORPUS_DIR` unless told; without either, files that are generated here. `--sentences`: only what
 * ten senders would read. `--verdicts`: also one line for every file. Ends with 1 when a goal is missed, with 2 when
 * there was nothing to look at. Names of files are printed, never what is in them.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { worstOutcome } from '#domain/verdict.ts'
import { generatedSamples } from '#fixtures/corpus/generated.ts'
import { inspectSamples } from '#fixtures/corpus/inspect-samples.ts'
import { classOf, figuresOf, isMissed } from '#fixtures/corpus/judge.ts'
import {
  confusionLines,
  costLines,
  disagreementLines,
  figureLines,
  printed,
  restartLines,
  sentenceLines,
  topLines,
  unreadLines,
} from '#fixtures/corpus/report.ts'
import { type Folder, readFolder } from '#fixtures/corpus/sample.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    manifest: { type: 'string' },
    sentences: { type: 'boolean', default: false },
    verdicts: { type: 'boolean', default: false },
  },
})

const chosen = positionals[0] ?? process.env['CORPUS_DIR'] ?? ''

const print = (title: string, lines: readonly string[]): void => {
  if (lines.length === 0) return
  console.log(title === '' ? '' : `\n${title}`)
  for (const line of lines) console.log(line)
}

const readChosen = async (): Promise<Folder> => {
  if (chosen === '') return { samples: await generatedSamples(), hasManifest: true, missing: [] }
  const manifest = values.manifest === undefined ? undefined : resolve(values.manifest)
  return readFolder(resolve(chosen), manifest)
}

const run = async (): Promise<number> => {
  const { samples, hasManifest, missing } = await readChosen()
  const inspection = await inspectSamples(samples)
  const { inspected, seconds } = inspection
  if (inspected.length === 0) {
    print('nothing could be read', unreadLines(inspection))
    return 2
  }
  if (values.sentences) {
    print('what senders would read', sentenceLines(inspected))
    return 0
  }
  const judged = inspected.filter(({ expected }) => classOf(expected) !== 'none')
  const where = chosen === '' ? 'generated files' : chosen
  console.log(
    `${where}: ${inspected.length} files in ${seconds.toFixed(1)} s, ${judged.length} with a known class`,
  )
  if (!hasManifest) console.log('no manifest that names a file: verdicts only')
  if (values.verdicts)
    print(
      'verdicts',
      inspected.map(
        ({ path, codes }) => `  ${worstOutcome(codes).padEnd(22)} ${printed(path)} | ${codes.join(' ')}`,
      ),
    )
  for (const line of confusionLines(inspected)) console.log(line)
  const figures = figuresOf(judged)
  if (judged.length > 0) {
    print('goals', figureLines(figures))
    const lines = disagreementLines(judged)
    print(`disagreements: ${lines.length}`, lines.length === 0 ? ['  none'] : lines)
  }
  print('what a file costs', costLines(inspected))
  print(
    'slowest',
    topLines(inspected, ({ cost }) => cost.ms),
  )
  print(
    'largest',
    topLines(inspected, ({ size }) => size),
  )
  print('', restartLines(inspected))
  print('could not be read', unreadLines(inspection))
  print(
    'named by the manifest and not in the folder',
    missing.map((path) => `  ${printed(path)}`),
  )
  print('what senders would read', sentenceLines(inspected))
  return figures.some(isMissed) ? 1 : 0
}

process.exitCode = await run().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : 'the folder could not be listed')
  return 2
})
