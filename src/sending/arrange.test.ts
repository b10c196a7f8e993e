/** Arranging: what goes first, and names that the gateway takes and can tell apart. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filesPerPlan, planRequest } from '#contract/send.ts'
import { arrangeFiles } from './arrange.ts'
import type { ListedFile } from './listed-file.ts'
import { pagesOf } from './plan-pages.ts'

const listed = (path: string, size = 1): ListedFile => ({
  path,
  size,
  modified: 1,
  open: async () => new Uint8Array(size),
})

describe('arranging', () => {
  it('sends the list of a disc, reports, small files folder by folder, then large ones', () => {
    const paths = ['d/S2/1', 'd/video', 'd/S1/2', 'd/b.PDF', 'd/S1/1', 'd/DICOMDIR']
    const files = paths.map((path) => listed(path, path === 'd/video' ? 2 ** 30 : 9))
    expect(arrangeFiles(files).map(({ told }) => told)).toEqual([
      'd/DICOMDIR',
      'd/b.PDF',
      'd/S1/1',
      'd/S1/2',
      'd/S2/1',
      'd/video',
    ])
  })

  it('tells every file under a name of its own which the contract takes, the same whatever the order', () => {
    const odd = fc.constantFrom('\n', '\u0000', '\ud800', 'नाम', '/', 'x', '\uFFFD', 'y'.repeat(1_100))
    const path = fc.array(odd, { minLength: 1, maxLength: 6 }).map((letters) => letters.join(''))
    fc.assert(
      fc.property(fc.uniqueArray(path, { minLength: 1, maxLength: 12 }), (paths) => {
        const told = arrangeFiles(paths.map((one) => listed(one)))
        const files = told.map(({ told: name, file }) => ({
          path: name,
          size: file.size,
          modified: file.modified,
        }))
        expect(planRequest.safeParse({ files }).success).toBe(true)
        expect(new Set(files.map(({ path: name }) => name)).size).toBe(paths.length)
        const again = arrangeFiles(paths.toReversed().map((one) => listed(one)))
        expect(again.map(({ told: name }) => name)).toEqual(told.map(({ told: name }) => name))
      }),
    )
  })

  it('announces in pages that a request may hold', () => {
    const files = arrangeFiles(Array.from({ length: 9_001 }, (_, n) => listed(`${'न'.repeat(n % 900)}${n}`)))
    const pages = pagesOf(files)
    expect(pages.flat()).toEqual(files)
    for (const page of pages) {
      expect(page.length).toBeLessThanOrEqual(filesPerPlan)
      expect(Buffer.byteLength(JSON.stringify(page.map(({ told }) => told)))).toBeLessThan(8_000_000)
    }
  })
})
