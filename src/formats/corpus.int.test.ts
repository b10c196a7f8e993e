/**
 * The whole inspection, in its own process as in service, over sets of files whose right verdict is known: the
 * generated ones always, and those of the folder `CORPUS_DIR` when it is given, which lists its files in
 * `MANIFEST.tsv` with the columns `path` and `expected`. Misses are printed.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openInspector } from '#adapters/inspector/inspector.ts'
import { inLanes } from '#domain/in-lanes.ts'
import { type Outcome, type VerdictCode, worstOutcome } from '#domain/verdict.ts'
import { brokenPdf, emptyFile, textFile, viewerProgram } from '#fixtures/bad.ts'
import { oddFiles } from '#fixtures/dicom/odd-files.ts'
import { ctSlice, encapsulatedPdf, secondaryCapture, truncatedCt } from '#fixtures/dicom/shapes.ts'
import {
  attachmentPdf,
  bombPdf,
  hiddenScriptPdf,
  launchPdf,
  lockedPdf,
  portfolioPdf,
  restrictedPdf,
  tailessPdf,
  truncatedPdf,
} from '#fixtures/odd-pdf.ts'
import { brokenTrailerPdf, reportPdf, rootlessPdf, scriptPdf } from '#fixtures/pdf.ts'

type Sample = { readonly name: string; readonly expected: string; readonly bytes: () => Promise<Buffer> }

const headBytes = 65_536
const inspector = openInspector({ children: 2 })
afterAll(() => inspector.close())

const made = (name: string, expected: string, bytes: Buffer | Promise<Buffer>): Sample => {
  return { name, expected, bytes: () => Promise.resolve(bytes) }
}

const classes: Readonly<Record<Outcome, string>> = {
  accepted: 'ACCEPT',
  accepted_with_warnings: 'WARN',
  quarantined: 'QUARANTINE',
  rejected: 'REJECT',
}

const generated = (): Sample[] => [
  ...oddFiles().map(({ name, bytes, codes }) => made(name, classes[worstOutcome(codes)], bytes)),
  made('a slice', 'ACCEPT', ctSlice({ seed: 1 }).bytes),
  made('a capture', 'ACCEPT', secondaryCapture({ seed: 1 }).bytes),
  made('a cut slice', 'QUARANTINE', truncatedCt({ seed: 1 }).bytes),
  made('a program inside', 'REJECT', encapsulatedPdf({ seed: 1, pdf: viewerProgram().bytes }).bytes),
  made('a report', 'ACCEPT', reportPdf({ seed: 1 })),
  made('a script', 'QUARANTINE', scriptPdf()),
  made('a broken trailer', 'WARN', brokenTrailerPdf()),
  made('no catalogue', 'QUARANTINE', rootlessPdf()),
  made('a locked report', 'QUARANTINE', lockedPdf()),
  made('a restricted report', 'WARN', restrictedPdf()),
  made('a hidden script', 'QUARANTINE', hiddenScriptPdf()),
  made('a program start', 'QUARANTINE', launchPdf()),
  made('an attachment', 'QUARANTINE', attachmentPdf()),
  made('a portfolio', 'QUARANTINE', portfolioPdf()),
  made('half a report', 'QUARANTINE', truncatedPdf()),
  made('a report without its table', 'QUARANTINE', tailessPdf()),
  made('a bomb', 'QUARANTINE', bombPdf()),
  ...[viewerProgram(), emptyFile(), textFile(), brokenPdf()].map(({ path, bytes }) =>
    made(path, 'REJECT', bytes),
  ),
]

const readCorpus = async (folder: string): Promise<Sample[]> => {
  const text = await readFile(join(folder, 'MANIFEST.tsv'), 'utf8')
  const [header = [], ...rows] = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))
  const columns = { path: header.indexOf('path'), expected: header.indexOf('expected') }
  return rows.map((row) => {
    const name = row[columns.path] ?? ''
    return { name, expected: row[columns.expected] ?? '', bytes: () => readFile(join(folder, name)) }
  })
}

// A disc's directory and a fragment that names nothing are no records, however well they can be read.
const namesNothing: ReadonlySet<VerdictCode> = new Set(['DICOM_DIRECTORY', 'DICOM_NO_CONTENT'])

const shown = (outcome: Outcome): boolean => outcome === 'accepted' || outcome === 'accepted_with_warnings'

const meets = (expected: string, outcome: Outcome, codes: readonly VerdictCode[]): boolean => {
  const unless = expected.includes('unless') && codes.some((code) => namesNothing.has(code))
  if (expected.startsWith('NOT_REJECT')) return outcome !== 'rejected' || unless
  if (expected.startsWith('NOT_ACCEPT clean')) return outcome !== 'accepted'
  if (expected.startsWith('NOT_ACCEPT')) return !shown(outcome)
  if (expected.startsWith('WARN') || expected.startsWith('QUARANTINE or'))
    return outcome === 'quarantined' || outcome === 'accepted_with_warnings'
  if (expected.startsWith('ACCEPT')) return shown(outcome)
  return classes[outcome] === expected.split(' ')[0]
}

type Judged = { readonly name: string; readonly expected: string; readonly outcome: string; codes: string }

const judge = async (samples: readonly Sample[]): Promise<Judged[]> => {
  const misses: Judged[] = []
  await inLanes(samples, 2, async ({ name, expected, bytes }) => {
    const whole = await bytes()
    const { kind, codes } = await inspector.inspect({
      size: whole.length,
      head: whole.subarray(0, headBytes),
      read: async (offset, length) => whole.subarray(offset, offset + length),
    })
    // An archive that opens is taken apart; it is itself shown to nobody.
    const outcome = kind === 'archive' ? 'rejected' : worstOutcome(codes)
    if (!meets(expected, outcome, codes)) misses.push({ name, expected, outcome, codes: codes.join(' ') })
  })
  if (misses.length > 0) console.table(misses)
  return misses
}

const folder = process.env['CORPUS_DIR'] ?? ''
const sets = [
  { set: 'generated files', most: 0, read: () => Promise.resolve(generated()) },
  ...(folder === '' ? [] : [{ set: folder, most: 0.01, read: () => readCorpus(folder) }]),
]

describe('the inspection judges', () => {
  it.each(sets)('$set', { timeout: 300_000 }, async ({ most, read }) => {
    const samples = await read()
    const misses = await judge(samples)
    expect(samples.length).toBeGreaterThan(20)
    expect(misses.filter(({ name }) => /\.dcm$|^dicom\//.test(name))).toEqual([])
    expect(misses.length / samples.length).toBeLessThanOrEqual(most)
  })
})
