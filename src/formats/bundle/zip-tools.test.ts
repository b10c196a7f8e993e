/** The plan as another implementation reads it: Python's `zipfile`, which knows ZIP64. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CaseId } from '#domain/id.ts'
import { bundleEntries, pageEntry } from './bundle-entries.ts'
import type { Cover } from './cover.ts'
import { combineCrc32 } from './crc32-combine.ts'
import { entityTag } from './entity-tag.ts'
import { placeItems } from './file-set.ts'
import { listManifest, writeManifest } from './manifest.ts'
import { writePages } from './pages.ts'
import { sampleContent, sampleId, sampleItem } from './sample-case.ts'
import { cut, planZip, type ZipEntry, type ZipPlan } from './zip-plan.ts'

const modified = new Date('2024-05-06T07:08:10Z')
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** Writes a plan's file; zeros stay holes, so a file of many GiB takes next to no room. */
const writeFile = (plan: ZipPlan, zeros: boolean): string => {
  const path = join(folder, 'bundle.zip')
  const file = openSync(path, 'w')
  let at = 0
  for (const segment of cut(plan, 0, plan.length)) {
    if (segment.kind === 'bytes') writeSync(file, segment.bytes, 0, segment.bytes.length, at)
    else if (!zeros) writeSync(file, sampleContent(segment.item), segment.offset, segment.length, at)
    at += segment.kind === 'bytes' ? segment.bytes.length : segment.length
  }
  ftruncateSync(file, plan.length)
  closeSync(file)
  return path
}

const python = (program: string, path: string): unknown => {
  const code = `import json, sys, zipfile, hashlib, struct\nzip = zipfile.ZipFile(sys.argv[1])\n${program}`
  return JSON.parse(execFileSync('python3', ['-c', code, path], { encoding: 'utf8', maxBuffer: 1e8 }))
}

/** CRC-32 of that many zeros, a power of two from 1 MiB on. */
const crcOfZeros = (length: number): number => {
  let crc = crc32(Buffer.alloc(2 ** 20))
  for (let have = 2 ** 20; have < length; have *= 2) crc = combineCrc32(crc, crc, have)
  return crc
}

const zeros = (path: string, size: number, number: number): ZipEntry => ({
  path,
  size,
  crc32: crcOfZeros(size),
  sha256: Buffer.alloc(32),
  modified,
  body: { kind: 'item', id: sampleId(number) },
})

describe('Python reads', () => {
  it('a whole bundle, in order, with every digest of its manifest', () => {
    const cover: Cover = {
      case: sampleId(0xca5e) as string as CaseId,
      revision: 2,
      institution: 'A hospital',
      contact: 'desk',
      software: 'Second Read',
      keys: 'https://hospital.example/keys',
    }
    const build = (items: Parameters<typeof placeItems>[0]): ZipPlan => {
      const set = placeItems(items)
      const pages = writePages(cover, set, modified).map(({ path, bytes }) =>
        pageEntry(path, bytes, modified),
      )
      const manifest = Buffer.from(writeManifest(listManifest(cover.case, cover.revision, pages, set)))
      const signature = Buffer.from('signed')
      return planZip(bundleEntries(pages, { manifest, signature }, set, modified))
    }
    const items = Array.from({ length: 300 }, (_, i) =>
      i % 3 === 0
        ? sampleItem(i, 'pdf', null, { sha1: '0'.repeat(40) })
        : sampleItem(i, 'dicom', { seriesUid: `1.${i % 2}` }),
    )
    const plan = build(items)
    const path = writeFile(plan, false)
    expect(
      python(
        `manifest = json.loads(zip.read('MANIFEST.JSN'))
files = manifest['pages'] + manifest['files']
bad = [f['path'] for f in files if hashlib.sha256(zip.read(f['path'])).hexdigest() != f['sha256']]
infos = zip.infolist()
first = infos[0]
print(json.dumps([zip.testzip(), bad, len(files), [i.filename for i in infos][:9], infos[-1].filename,
  first.date_time, first.external_attr >> 16, first.flag_bits, first.compress_type,
  sorted({(i.create_system, i.extract_version, len(i.extra)) for i in infos})]))`,
        path,
      ),
    ).toEqual([
      null,
      [],
      306,
      [
        'README.TXT',
        'INDEX.HTM',
        'DICOMDIR',
        'IHE_PDI/HINDI.HTM',
        'IHE_PDI/MARATHI.HTM',
        'IHE_XDM/SUBSET01/METADATA.XML',
        'MANIFEST.JSN',
        'MANIFEST.JWS',
        'IHE_XDM/SUBSET01/D0000001.PDF',
      ],
      'DICOM/P0000001/ST000001/SE000002/IM000100',
      [2024, 5, 6, 7, 8, 10],
      0o100644,
      0,
      0,
      [[3, 10, 0]],
    ])

    const digest = (of: ZipPlan): string => {
      const hash = createHash('sha256')
      for (const part of cut(of, 0, of.length))
        hash.update(part.kind === 'bytes' ? part.bytes : sampleContent(part.item))
      return hash.digest('hex')
    }
    const again = build(items.toReversed())
    expect([digest(again), entityTag(again)]).toEqual([digest(plan), entityTag(plan)])
  })

  it('more than 65,535 entries', () => {
    const count = 70_000
    const plan = planZip(
      Array.from({ length: count }, (_, i) => pageEntry(`F${i}`, Buffer.from(`${i}`), modified)),
    )
    const path = writeFile(plan, false)
    expect(
      python(
        `infos = zip.infolist()
print(json.dumps([len(infos), zip.testzip(), infos[-1].filename, zip.read('F65536').decode()]))`,
        path,
      ),
    ).toEqual([count, null, `F${count - 1}`, '65536'])
  })

  it.each([
    [65_534, false],
    [65_535, true],
  ])('%i entries, with ZIP64 records: %s', (count, expected) => {
    const plan = planZip(
      Array.from({ length: count }, (_, i) => pageEntry(`F${i}`, Buffer.alloc(0), modified)),
    )
    expect(plan.ends.length > 22).toBe(expected)
    expect(python('print(json.dumps(len(zip.namelist())))', writeFile(plan, false))).toBe(count)
  })

  it('entries of 4 GiB and more, and those that lie behind them', () => {
    const plan = planZip([
      pageEntry('A.TXT', Buffer.from('before'), modified),
      zeros('BIG1', 2 ** 32, 1),
      zeros('BIG2', 2 ** 33, 2),
      pageEntry('Z.TXT', Buffer.from('behind'), modified),
    ])
    const path = writeFile(plan, true)
    const read = python(
      `rows = []
for i in zip.infolist():
    zip.fp.seek(i.header_offset)
    local = struct.unpack('<4s5H3I2H', zip.fp.read(30))
    extra = zip.fp.read(local[9] + local[10])[local[9]:]
    sizes = struct.unpack('<HHQQ', extra) if extra else [0, 0, local[7], local[8]]
    with zip.open(i) as f: head = f.read(6)
    rows.append([i.filename, i.file_size, i.compress_size, i.CRC == local[6], list(sizes[2:]), i.header_offset,
      i.extract_version, local[1], head.hex()])
print(json.dumps(rows))`,
      path,
    )
    const [before, behind] = [Buffer.from('before').toString('hex'), Buffer.from('behind').toString('hex')]
    const none = '000000000000'
    expect(read).toEqual([
      ['A.TXT', 6, 6, true, [6, 6], 0, 10, 10, before],
      ['BIG1', 2 ** 32, 2 ** 32, true, [2 ** 32, 2 ** 32], 41, 45, 45, none],
      ['BIG2', 2 ** 33, 2 ** 33, true, [2 ** 33, 2 ** 33], plan.offsets[2], 45, 45, none],
      ['Z.TXT', 6, 6, true, [6, 6], plan.offsets[3], 45, 45, behind],
    ])
  })

  it('files older than the format as of 1980', () => {
    const plan = planZip([pageEntry('OLD', Buffer.from('x'), new Date('1931-01-01T00:00:00Z'))])
    const program = 'print(json.dumps([zip.testzip(), zip.getinfo("OLD").date_time]))'
    expect(python(program, writeFile(plan, false))).toEqual([null, [1980, 1, 1, 0, 0, 0]])
  })

  it('a bundle of nothing', () => {
    expect(python('print(json.dumps(zip.namelist()))', writeFile(planZip([]), false))).toEqual([])
  })
})
