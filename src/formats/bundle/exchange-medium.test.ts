/** A whole bundle as a medium, before other people's readers: dcmtk, pydicom, GDCM, Info-ZIP, 7-Zip, and our own. */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CaseId, ItemId } from '#domain/id.ts'
import { type ExchangeFile, exchangeFiles } from '#fixtures/dicom/exchange-study.ts'
import { reportPdf } from '#fixtures/pdf.ts'
import { inspectDicom } from '#formats/dicom/inspect-dicom.ts'
import { sniff } from '#formats/sniff.ts'
import { bundleEntries, pageEntry } from './bundle-entries.ts'
import type { Cover } from './cover.ts'
import { type BundleItem, listFiles, placeItems } from './file-set.ts'
import { listManifest, writeManifest } from './manifest.ts'
import { writePages } from './pages.ts'
import { readPlan, sampleId, sampleItem } from './sample-case.ts'
import { planZip } from './zip-plan.ts'

/** Debian's own, which has python3-pydicom. */
const python = '/usr/bin/python3'
const modified = new Date('2026-10-21T07:08:10Z')
const cover: Cover = {
  case: sampleId(0xca5e) as string as CaseId,
  revision: 4,
  institution: 'A hospital & clinic',
  contact: 'desk',
  software: 'Second Read',
  keys: 'https://hospital.example/keys',
}

type Node = { readonly type: string; readonly uid: string; readonly children: readonly Node[] }

let folder = ''
let disc = ''
let files: readonly ExchangeFile[] = []
/** Paths by the word of what lies there. */
const pathOf = new Map<string, string>()
const tool = (program: string, ...args: string[]): string =>
  execFileSync(program, args, {
    encoding: 'utf8',
    cwd: disc,
    maxBuffer: 1e8,
    stdio: ['ignore', 'pipe', 'pipe'],
  })

const asItem = async ({ bytes }: ExchangeFile, nth: number): Promise<BundleItem> => {
  const read = async (at: number, length: number) => bytes.subarray(at, at + length)
  const bare = sniff(bytes) === 'dicom-bare'
  const { instance, facts, codes } = await inspectDicom({ size: bytes.length, read }, bytes, bare)
  return {
    id: sampleId(nth),
    kind: 'dicom',
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest(),
    crc32: crc32(bytes),
    instance,
    bare: codes.includes('NO_PREAMBLE'),
    facts,
  }
}

const document = (nth: number, bytes: Buffer, kind: 'pdf' | 'picture', name: string): BundleItem => ({
  ...sampleItem(nth, kind),
  size: bytes.length,
  sha256: createHash('sha256').update(bytes).digest(),
  crc32: crc32(bytes),
  facts: {
    name,
    modified: Date.UTC(2026, 9, 20, 1, 2, 3),
    sha1: createHash('sha1').update(bytes).digest('hex'),
    ...(kind === 'picture' ? { mediaType: 'image/jpeg' } : {}),
  },
})

const walk = (at: string): string[] =>
  readdirSync(join(disc, at), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? walk(`${at}${entry.name}/`) : [`${at}${entry.name}`],
  )

const named = (): string[] =>
  [...pathOf].filter(([word]) => word !== 'bare' && word !== 'twin').map(([, path]) => path)

/** The records of a directory as its offsets link them, and what they are about. */
const readTree = (path: string): Node[] =>
  JSON.parse(
    execFileSync(
      python,
      [
        '-c',
        `import sys, json, pydicom
ds = pydicom.dcmread(sys.argv[1])
at = {r.seq_item_tell: r for r in ds.DirectoryRecordSequence}
def follow(offset):
    out = []
    while offset:
        r = at.pop(offset)
        uid = r.get('ReferencedSOPInstanceUIDInFile') or r.get('SeriesInstanceUID') or r.get('StudyInstanceUID') or ''
        out.append({'type': r.DirectoryRecordType, 'uid': uid, 'children': follow(r.OffsetOfReferencedLowerLevelDirectoryEntity)})
        offset = r.OffsetOfTheNextDirectoryRecord
    return sorted(out, key=lambda n: (n['type'], n['uid'], json.dumps(n)))
tree = follow(ds.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity)
assert not at, 'records that nothing leads to'
print(json.dumps(tree))`,
        path,
      ],
      { encoding: 'utf8' },
    ),
  )

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'medium-'))
  disc = join(folder, 'disc')
  mkdirSync(disc)
  const pdf = Buffer.from(await reportPdf({ seed: 1, patientName: 'Doe^Jane' }))
  files = exchangeFiles(pdf)
  const contents = new Map<ItemId, Buffer>(files.map(({ bytes }, nth) => [sampleId(nth), bytes]))
  const jpeg = Buffer.concat([Buffer.of(0xff, 0xd8, 0xff), Buffer.alloc(500, 3)])
  contents.set(sampleId(100), pdf)
  contents.set(sampleId(101), jpeg)
  contents.set(sampleId(102), Buffer.from('PK'))
  const items = [
    ...(await Promise.all(files.map(asItem))),
    document(100, pdf, 'pdf', 'रिपोर्ट <1> & "२".pdf'),
    document(101, jpeg, 'picture', 'scar.jpg'),
    { ...document(102, Buffer.from('PK'), 'pdf', 'locked.zip'), kind: 'archive' as const, facts: {} },
  ]
  const set = placeItems(items)
  for (const { path, item } of listFiles(set))
    pathOf.set(files[Number.parseInt(item.id.slice(-12), 16)]?.word ?? path, path)
  const pages = writePages(cover, set, modified).map(({ path, bytes }) => pageEntry(path, bytes, modified))
  const manifest = Buffer.from(writeManifest(listManifest(cover.case, cover.revision, pages, set)))
  const plan = planZip(bundleEntries(pages, { manifest, signature: Buffer.from('signed') }, set, modified))
  const zip = readPlan(plan, 0, plan.length, (id) => contents.get(id) ?? Buffer.alloc(0))
  writeFileSync(join(folder, 'bundle.zip'), zip)
  tool('unzip', '-q', join(folder, 'bundle.zip'), '-d', disc)
  for (const [word, path] of pathOf) if (path === word) pathOf.delete(word)
}, 60_000)

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('the ZIP', () => {
  it('is whole for Info-ZIP and 7-Zip', () => {
    expect(tool('unzip', '-t', join(folder, 'bundle.zip'))).toContain('No errors detected')
    expect(tool('7z', 't', join(folder, 'bundle.zip'))).toContain('Everything is Ok')
  })

  it('has names of 8.3 in few letters, and no ending on any DICOM file', () => {
    for (const path of walk('')) {
      expect(path).toMatch(/^([A-Z0-9_]{1,8}\/){0,7}[A-Z0-9_]{1,8}(\.[A-Z]{3})?$/)
    }
    for (const path of walk('DICOM/')) expect(path).toMatch(/^(\w+\/){4}\w+$/)
    expect(walk('IHE_XDM/')).toEqual(
      ['D0000001.PDF', 'D0000002.JPG', 'METADATA.XML'].map((name) => `IHE_XDM/SUBSET01/${name}`),
    )
    expect(walk('OTHER/')).toEqual(['OTHER/D0000003.ZIP'])
  })
})

describe('dcmtk', () => {
  it('takes DICOMDIR and every file it names for DICOM', () => {
    expect(tool('dcmftest', 'DICOMDIR', ...named())).not.toContain('no:')
    for (const path of ['DICOMDIR', ...named()]) {
      const said = spawnSync('dcmdump', ['-q', path], { cwd: disc, encoding: 'utf8' })
      expect([path, said.status, said.stderr]).toEqual([path, 0, ''])
    }
  })

  it('makes the same tree of records from the same files', () => {
    const own = join(folder, 'again')
    const standard = named().filter(
      (path) => ![pathOf.get('maker one'), pathOf.get('maker two')].includes(path),
    )
    tool('dcmmkdir', '-W', '+I', '+D', own, ...standard)
    const drop = (nodes: readonly Node[]): Node[] =>
      nodes
        .filter(({ type }) => type !== 'PRIVATE')
        .map((node) => ({ ...node, children: drop(node.children) }))
        .filter(({ type, children }) => type !== 'SERIES' || children.length > 0)
    const tree = readTree(join(disc, 'DICOMDIR'))
    expect(drop(tree)).toEqual(readTree(own))
    const types = JSON.stringify(tree).match(/"type": ?"[A-Z ]+"/g)
    expect(new Set(types)).toHaveLength(9)
  })
})

describe('pydicom', () => {
  it('opens the file-set, finds every file and reads it', () => {
    const read = JSON.parse(
      tool(
        python,
        '-c',
        `import json, warnings
warnings.simplefilter('error', UserWarning)
from pydicom.fileset import FileSet
fs = FileSet('DICOMDIR')
out = [[str(i.path).split('/disc/')[1], i.load().SOPInstanceUID, i.SOPInstanceUID, str(i.PatientName), i.PatientID, i.StudyDate, i.StudyTime, i.StudyID] for i in fs]
print(json.dumps([fs.ID, out]))`,
      ),
    ) as [string, string[][]]
    expect(read[0]).toBe('SR_000000000000')
    expect(new Set(read[1].map(([path]) => path))).toEqual(new Set(named()))
    expect(read[1]).toHaveLength(named().length)
    for (const [path, inFile, inRecord] of read[1]) expect([path, inFile]).toEqual([path, inRecord])
    const of = (word: string) => read[1].find(([path]) => path === pathOf.get(word))?.slice(3)
    expect(of('other')).toEqual(['Kumar^Ram=कुमार^राम', 'रोगी-२', '20261019', '091500', '1'])
    // What is missing is made up in the record alone: the case as number, the day of the content or the revision.
    expect(of('undated')).toEqual(['Kumar^Ram=कुमार^राम', cover.case, '20261021', '000000', '1'])
    // Two spellings of one number are one patient of the directory.
    expect(of('shouted')?.slice(0, 2)).toEqual(of('first')?.slice(0, 2))
    expect(pathOf.get('shouted')?.slice(0, 14)).not.toBe(pathOf.get('first')?.slice(0, 14))
  })

  it('finds the keys that each kind of record must have, as the objects have them', () => {
    const records = JSON.parse(
      tool(
        python,
        '-c',
        `import json, pydicom
ds = pydicom.dcmread('DICOMDIR')
print(json.dumps({r.get('ReferencedSOPInstanceUIDInFile'): {e.keyword: str(e.value) if e.VR != 'SQ' else [[str(x.value) for x in i] for i in e.value] for e in r} for r in ds.DirectoryRecordSequence if 'ReferencedFileID' in r}))`,
      ),
    ) as Record<string, Record<string, unknown>>
    const of = (word: string) => records[files.find((file) => file.word === word)?.sopUid ?? '']
    expect(of('report')).toMatchObject({
      DirectoryRecordType: 'SR DOCUMENT',
      CompletionFlag: 'COMPLETE',
      VerificationFlag: 'VERIFIED',
      VerificationDateTime: '20261020101112',
      ContentDate: '20261019',
      ContentTime: '091800',
      ConceptNameCodeSequence: [['18748-4', 'LN', 'Diagnostic imaging report']],
    })
    expect(of('key images')?.['ConceptNameCodeSequence']).toEqual([
      ['113001', 'DCM', 'Rejected for Quality Reasons'],
    ])
    expect(of('state')).toMatchObject({
      DirectoryRecordType: 'PRESENTATION',
      ContentLabel: 'LUNG',
      ContentDescription: 'दायाँ फेफड़ा',
      PresentationCreationDate: '20261019',
      PresentationCreationTime: '101500',
      ContentCreatorName: 'Reader^Able',
      SpecificCharacterSet: 'ISO_IR 192',
    })
    expect(of('document')).toMatchObject({
      DocumentTitle: 'छाती की रिपोर्ट',
      MIMETypeOfEncapsulatedDocument: 'application/pdf',
      ConceptNameCodeSequence: [],
    })
    // Behind the highest that the series has; a copy that lies with another spelling counts too.
    expect(of('no number')?.['InstanceNumber']).toBe('4')
    expect(of('maker one')).toMatchObject({ DirectoryRecordType: 'PRIVATE', InstanceNumber: '1' })
  })
})

describe('GDCM', () => {
  it('reads DICOMDIR and every image', () => {
    expect(tool('gdcmdump', 'DICOMDIR')).toContain('DICOM\\P0000001\\ST000001')
    for (const word of ['first', 'shouted', 'other', 'undated']) {
      const path = pathOf.get(word) ?? ''
      expect(tool('gdcminfo', path)).toContain('Dimensions: (16,16,1)')
    }
  })
})

describe('METADATA.XML', () => {
  it('tells of every document beside it its size, SHA-1 and media type, and nothing else', () => {
    const rows = JSON.parse(
      tool(
        python,
        '-c',
        `import json, hashlib, xml.etree.ElementTree as E
r = '{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}'
root = E.parse('IHE_XDM/SUBSET01/METADATA.XML').getroot()
rows, ids = [], []
for o in root.iter(r + 'ExtrinsicObject'):
    s = {x.get('name'): x.find('.//' + r + 'Value').text for x in o.findall(r + 'Slot')}
    b = open('IHE_XDM/SUBSET01/' + s['URI'], 'rb').read()
    rows.append([s['URI'], o.get('mimeType'), int(s['size']) == len(b), hashlib.sha1(b).hexdigest() == s['hash'], s['creationTime'],
      o.find(r + 'Name/' + r + 'LocalizedString').get('value'), len(o.findall(r + 'Classification')), len(o.findall(r + 'ExternalIdentifier'))])
targets = [a.get('targetObject') for a in root.iter(r + 'Association')]
ids = [x.get('id') for x in root.iter() if x.get('id')]
print(json.dumps([rows, targets == [o.get('id') for o in root.iter(r + 'ExtrinsicObject')], len(ids) == len(set(ids))]))`,
      ),
    )
    const made = '20261020010203'
    expect(rows).toEqual([
      [
        ['D0000001.PDF', 'application/pdf', true, true, made, 'रिपोर्ट <1> & "२".pdf', 6, 2],
        ['D0000002.JPG', 'image/jpeg', true, true, made, 'scar.jpg', 6, 2],
      ],
      true,
      true,
    ])
  })
})

describe('our own reader', () => {
  it('finds in DICOMDIR what the writer named', async () => {
    const bytes = readFileSync(join(disc, 'DICOMDIR'))
    const read = async (at: number, length: number) => bytes.subarray(at, at + length)
    const { listed, codes } = await inspectDicom({ size: bytes.length, read }, bytes.subarray(0, 4096), false)
    expect(codes).toEqual(['DICOM_DIRECTORY'])
    const wanted = files.filter(({ word }) => word !== 'bare' && word !== 'twin').map(({ sopUid }) => sopUid)
    expect([...(listed ?? [])].sort()).toEqual(wanted.sort())
    expect(readFileSync(join(disc, 'README.TXT'), 'latin1')).toContain(
      'It does not name 2 files of the folder DICOM',
    )
  })
})
