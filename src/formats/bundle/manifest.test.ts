import { describe, expect, it } from 'vitest'
import type { CaseId } from '#domain/id.ts'
import { readId } from '#domain/id.ts'
import { pageEntry } from './bundle-entries.ts'
import { placeItems } from './file-set.ts'
import { listManifest, writeManifest } from './manifest.ts'
import { sampleId, sampleItem } from './sample-case.ts'

const id = readId<CaseId>(sampleId(0xca5e)) as CaseId
const items = [
  sampleItem(2, 'dicom', {}, { name: 'CD/IMG \ud800.dcm', patientName: 'DOE^JANE' }),
  sampleItem(1, 'pdf'),
]
const pages = [pageEntry('README.TXT', Buffer.from('hello world'), new Date(0))]

describe('writeManifest', () => {
  it('is the canonical list of pages and files', () => {
    const text = writeManifest(listManifest(id, 7, pages, placeItems(items)))
    expect(text).toBe(
      `{"case":"${id}","files":[` +
        `{"item":"${sampleId(1)}","kind":"pdf","path":"OTHER/D0000001.PDF",` +
        `"sha256":"${Buffer.from(items[1]?.sha256 ?? []).toString('hex')}","size":1},` +
        `{"item":"${sampleId(2)}","kind":"dicom","name":"CD/IMG \ufffd.dcm",` +
        `"path":"DICOM/P0000001/ST000001/SE000001/IM000001",` +
        `"sha256":"${Buffer.from(items[0]?.sha256 ?? []).toString('hex')}","size":2}],` +
        `"pages":[{"path":"README.TXT",` +
        `"sha256":"b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9","size":11}],` +
        `"revision":7,"version":1}`,
    )
  })

  it('has both digests of a file that was changed on its way out, and why', () => {
    const [item = sampleItem(1, 'pdf')] = items
    const original = { sha256: Buffer.alloc(32, 7), codes: ['PREAMBLE_EXECUTABLE' as const] }
    const { files } = listManifest(id, 7, [], placeItems([{ ...item, original }]))
    expect(files).toMatchObject([
      {
        size: item.size,
        sha256: Buffer.from(item.sha256).toString('hex'),
        original: { sha256: '07'.repeat(32), codes: ['PREAMBLE_EXECUTABLE'] },
      },
    ])
    expect(listManifest(id, 7, [], placeItems([item])).files[0]).not.toHaveProperty('original')
  })

  it('is the same for the same revision, however the ledger gave its rows', () => {
    const [a, b] = [items, items.toReversed()].map((rows) =>
      writeManifest(listManifest(id, 7, pages, placeItems(rows))),
    )
    expect(a).toEqual(b)
  })
})
