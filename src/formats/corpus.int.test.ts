/**
 * The whole inspection, in its own process as in service, over sets of files whose right verdict is known: the
 * generated ones always, and those of the folder `CORPUS_DIR` when it is given. `./scripts/corpus` judges the same
 * way and says more. Disagreements are printed.
 */
import { describe, expect, it } from 'vitest'
import { generatedSamples } from '#fixtures/corpus/generated.ts'
import { inspectSamples } from '#fixtures/corpus/inspect-samples.ts'
import { classOf, figuresOf, isMissed, meets } from '#fixtures/corpus/judge.ts'
import { disagreementLines, figureLines } from '#fixtures/corpus/report.ts'
import { readFolder } from '#fixtures/corpus/sample.ts'

const folder = process.env['CORPUS_DIR'] ?? ''
const sets = [
  { set: 'generated files', most: 0, read: generatedSamples },
  ...(folder === ''
    ? []
    : [{ set: folder, most: 0.01, read: async () => (await readFolder(folder)).samples }]),
]

describe('the inspection judges', () => {
  it.each(sets)('$set', { timeout: 300_000 }, async ({ most, read }) => {
    const { inspected, unread } = await inspectSamples(await read())
    const judged = inspected.filter(({ expected }) => classOf(expected) !== 'none')
    const wrong = judged.filter(({ expected, codes, kind }) => !meets(expected, codes, kind))
    for (const line of disagreementLines(wrong)) console.log(line)
    expect(unread).toEqual([])
    expect(judged.length).toBeGreaterThan(20)
    expect(wrong.filter(({ group }) => group === 'DICOM')).toEqual([])
    expect(figureLines(figuresOf(judged).filter(isMissed))).toEqual([])
    expect(wrong.length / judged.length).toBeLessThanOrEqual(most)
  })
})
