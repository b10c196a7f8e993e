import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Cover } from './cover.ts'
import { type BundleItem, listFiles, placeItems } from './file-set.ts'
import { writeIndexPage } from './index-page.ts'
import { sampleId, sampleItem } from './sample-case.ts'

const cover: Cover = {
  case: sampleId(0xca5e) as never,
  revision: 3,
  institution: 'St. "Mary" & Sons',
  contact: '<b>desk</b>',
  software: 'Second Read 0.1.0',
  keys: 'https://hospital.example/keys',
}

const page = (items: readonly BundleItem[]): string => writeIndexPage(cover, placeItems(items)).toString()

/** Tags and attributes as another program's HTML parser sees them, one `name=value` list a tag. */
const readTags = (markup: string): [string, [string, string | null][]][] => {
  const program = `
import sys, json, html.parser
seen = []
class Reader(html.parser.HTMLParser):
    def handle_starttag(self, tag, attributes): seen.append([tag, attributes])
Reader().feed(sys.stdin.buffer.read().decode('utf-8'))
print(json.dumps(seen))`
  return JSON.parse(execFileSync('python3', ['-c', program], { input: markup, encoding: 'utf8' }))
}

const hostile = '"><script>alert(1)</script><img src=x onerror=alert(2)>\'&amp;\u0000\u202e'

describe('writeIndexPage', () => {
  it('says which files were changed on the way out, and nothing where none was', () => {
    const original = { sha256: Buffer.alloc(32), codes: [] }
    const items = [
      sampleItem(1, 'dicom', {}),
      { ...sampleItem(2, 'dicom', {}), original },
      { ...sampleItem(3, 'picture'), original },
    ]
    const text = page(items)
    expect(text).toContain('2 files were changed on the way out')
    expect(text).toContain('SE000001</code>, 1 changed on the way out')
    expect(text).toContain('.IMG</code>, changed on its way out')
    expect(page(items.slice(0, 1))).not.toMatch(/changed/)
  })

  it('lists studies, series and documents with links that are in the bundle', () => {
    const items = [
      sampleItem(1, 'pdf', null, { title: 'Discharge letter', pages: 2 }),
      sampleItem(
        2,
        'dicom',
        {},
        { patientName: 'DOE^JANE=ドウ^ジェーン', studyDate: '20240131', studyDescription: 'CT head' },
      ),
      sampleItem(3, 'dicom', {}, { patientName: 'DOE^JANE=ドウ^ジェーン', seriesDescription: 'axial' }),
    ]
    const text = page(items)
    for (const words of [
      'DOE JANE / ドウ ジェーン',
      '2024-01-31',
      'CT head',
      '1 series, 2 files',
      'Discharge letter',
      '2 pages',
    ])
      expect(text).toContain(words)
    const links = readTags(text).flatMap(([tag, list]) =>
      tag === 'a' ? [Object.fromEntries(list).href] : [],
    )
    expect(links).toEqual(['README.TXT', 'DOCUMENTS/D0000001.PDF'])
  })

  it('lets no text of a record become markup, wherever it stands', () => {
    const plain = {
      title: 'a',
      patientName: 'a',
      patientId: 'a',
      studyDate: 'a',
      studyDescription: 'a',
      seriesDescription: 'a',
    }
    const tagsWith = (text: string) => {
      const facts = Object.fromEntries(Object.keys(plain).map((key) => [key, text]))
      const instance = { modality: text, studyUid: text }
      return readTags(page([sampleItem(1, 'pdf', null, facts), sampleItem(2, 'dicom', instance, facts)]))
    }
    expect(tagsWith(hostile)).toEqual(tagsWith('a'))
  })

  it('escapes any text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (title) => {
        const text = page([sampleItem(1, 'pdf', null, { title })])
        expect(text.match(/</g)?.length).toBe(page([sampleItem(1, 'pdf')]).match(/</g)?.length)
      }),
    )
  })

  it('loads and runs nothing', () => {
    const tags = readTags(page([sampleItem(1, 'pdf'), sampleItem(2, 'dicom', {})]))
    for (const [tag, list] of tags) {
      expect(['script', 'link', 'img', 'iframe', 'object', 'form', 'base']).not.toContain(tag)
      for (const [name] of list) expect(name).not.toMatch(/^(on|src|style$)/)
    }
    expect(tags).toContainEqual([
      'meta',
      [
        ['name', 'viewport'],
        ['content', 'width=device-width, initial-scale=1'],
      ],
    ])
  })

  it('is the same for the same items and says so when there are none', () => {
    const items = [sampleItem(2, 'dicom', {}), sampleItem(1, 'pdf')]
    expect(page(items)).toBe(page(items.toReversed()))
    expect(page([]).match(/None\./g)).toHaveLength(2)
    expect(listFiles(placeItems([]))).toEqual([])
  })
})
