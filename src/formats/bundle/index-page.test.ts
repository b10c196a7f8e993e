import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Cover } from './cover.ts'
import { type BundleItem, listFiles, placeItems } from './file-set.ts'
import { writeIndexPages } from './index-page.ts'
import { sampleId, sampleItem } from './sample-case.ts'

const cover: Cover = {
  case: sampleId(0xca5e) as never,
  revision: 3,
  institution: 'St. "Mary" & Sons',
  contact: '<b>desk</b>',
  software: 'Second Read 0.1.0',
  keys: 'https://hospital.example/keys',
}

const pages = (items: readonly BundleItem[]): string[] =>
  writeIndexPages(cover, placeItems(items)).map(({ bytes }) => bytes.toString())

const page = (items: readonly BundleItem[]): string => pages(items)[0] ?? ''

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

describe('writeIndexPages', () => {
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
    const languages = ['IHE_PDI/HINDI.HTM', 'IHE_PDI/MARATHI.HTM']
    expect(links).toEqual([...languages, ...Array(3).fill('README.TXT'), 'OTHER/D0000001.PDF'])
  })

  it('is in English, Hindi and Marathi, the same in each but for its words', () => {
    const items = [
      sampleItem(1, 'pdf', null, { title: 'Discharge letter', pages: 2, sha1: '0'.repeat(40) }),
      sampleItem(
        2,
        'dicom',
        {},
        { patientName: 'राम^कुमार', studyDate: '20240131', seriesDescription: 'axial' },
      ),
      { ...sampleItem(3, 'dicom', {}), original: { sha256: Buffer.alloc(32), codes: [] } },
    ]
    const set = placeItems(items)
    const written = writeIndexPages(cover, set)
    expect(written.map(({ path }) => path)).toEqual(['INDEX.HTM', 'IHE_PDI/HINDI.HTM', 'IHE_PDI/MARATHI.HTM'])
    const [english = '', ...others] = pages(items)
    const paths = new Set([...written, ...listFiles(set)].map(({ path }) => path).concat('README.TXT'))
    for (const [at, text] of [english, ...others].entries()) {
      for (const words of [
        'राम कुमार',
        'Discharge letter',
        '2024-01-31',
        'axial',
        'DICOM/P0000001/ST000001/SE000001',
      ])
        expect(text).toContain(words)
      const base = `https://here/${written[at]?.path}`
      const links = [...text.matchAll(/href="([^"]*)"/g)].map(([, href = '']) =>
        new URL(href, base).pathname.slice(1),
      )
      expect(links.every((path) => paths.has(path))).toBe(true)
      expect(links).toContain('IHE_XDM/SUBSET01/D0000001.PDF')
      expect(text.length).toBeLessThan(12_000)
    }
    // What matters most stands in all three on the page that is opened; no word of another language is left in one.
    for (const words of ['Not for primary diagnosis', 'प्राथमिक निदान के लिए नहीं', 'प्राथमिक निदानासाठी नाही'])
      expect(english).toContain(words)
    const plain = (text: string) => text.replace(/<[^>]*>/g, ' ').replace(/[\s\S]*\}/, '')
    for (const text of others)
      expect(plain(text)).not.toMatch(/\b(files?|series|changed|Study|Case|pages|None)\b/)
  })

  it('is well-formed XML in every language, whatever the texts are', () => {
    const program = `
import sys, json, xml.dom.minidom
for text in json.load(sys.stdin): xml.dom.minidom.parseString(text.encode('utf-8'))
print('fine')`
    const given = [hostile, '\ufffe\uffff\ud800 ]]> -->', 'मराठी & <b>']
    const texts = given.flatMap((title) =>
      pages([sampleItem(1, 'pdf', null, { title }), sampleItem(2, 'dicom', {}, { patientName: title })]),
    )
    const said = execFileSync('python3', ['-c', program], { input: JSON.stringify(texts), encoding: 'utf8' })
    expect(said.trim()).toBe('fine')
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
