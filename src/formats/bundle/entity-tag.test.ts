import { describe, expect, it } from 'vitest'
import { bundleEntries, pageEntry } from './bundle-entries.ts'
import { entityTag } from './entity-tag.ts'
import { placeItems } from './file-set.ts'
import { sampleItem } from './sample-case.ts'
import { planZip, type ZipEntry } from './zip-plan.ts'

const modified = new Date('2024-05-06T07:08:09Z')
const page = Buffer.from('x')
const entries = () =>
  bundleEntries(
    [pageEntry('README.TXT', page, modified)],
    { manifest: page, signature: page },
    placeItems([sampleItem(1, 'pdf'), sampleItem(2, 'dicom', {}), sampleItem(3, 'dicom', {})]),
    modified,
  )

/** The tag when the last entry differs. */
const tagWith = (change: Partial<ZipEntry>): string =>
  entityTag(
    planZip(entries().map((entry, at, all) => (at === all.length - 1 ? { ...entry, ...change } : entry))),
  )

describe('entityTag', () => {
  it('is a strong tag and the same for the same file', () => {
    expect(entityTag(planZip(entries()))).toMatch(/^"[0-9a-f]{32}"$/)
    expect(entityTag(planZip(entries()))).toBe(tagWith({}))
  })

  it('changes with everything that changes the file', () => {
    const tags = [
      tagWith({}),
      tagWith({ path: 'DICOM/X' }),
      tagWith({ size: 4 }),
      tagWith({ crc32: 4 }),
      tagWith({ sha256: Buffer.alloc(32) }),
      tagWith({ modified: new Date('2024-05-06T07:08:10Z') }),
      entityTag(planZip(entries().toReversed())),
      entityTag(planZip(entries().slice(1))),
      entityTag(planZip([])),
      entityTag(planZip([pageEntry('A', page, modified)])),
    ]
    expect(new Set(tags).size).toBe(tags.length)
  })
})
