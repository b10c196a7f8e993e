/** DICOMDIR of any files at all: every offset leads to a record, every record to its place, and it never changes. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CaseId } from '#domain/id.ts'
import { inspectDicom } from '#formats/dicom/inspect-dicom.ts'
import { writeDicomdir } from './dicomdir.ts'
import { countUnnamed, nameFiles } from './directory-tree.ts'
import { type BundleItem, listFiles, placeItems } from './file-set.ts'
import { sampleId, sampleItem } from './sample-case.ts'

const caseId = sampleId(0xca5e) as string as CaseId
const directory = { case: caseId, revision: 3, revised: new Date('2026-10-21T23:59:59Z') }

const write = (items: readonly BundleItem[]): Buffer =>
  writeDicomdir(nameFiles(placeItems(items), caseId), directory)

type Found = {
  readonly type: string
  readonly values: ReadonlyMap<number, string>
  readonly children: Found[]
}

/** Elements of a flat run of bytes: tag → value. Every VR with a long length is a sequence here, and is left closed. */
const readElements = (bytes: Buffer): Map<number, Buffer> => {
  const found = new Map<number, Buffer>()
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes.readUInt16LE(at) * 0x10000 + bytes.readUInt16LE(at + 2)
    const long = ['SQ', 'OB'].includes(bytes.toString('latin1', at + 4, at + 6))
    const length = long ? bytes.readUInt32LE(at + 8) : bytes.readUInt16LE(at + 6)
    const start = at + (long ? 12 : 8)
    expect(length % 2).toBe(0)
    expect(tag).toBeGreaterThan([...found.keys()].at(-1) ?? 0)
    found.set(tag, bytes.subarray(start, start + length))
    at = start + length
  }
  return found
}

const text = (value: Buffer | undefined): string => (value?.toString('utf8') ?? '').replace(/[\0 ]+$/, '')

/** The tree as the offsets link it; every record must be reached, once. */
const readTree = (bytes: Buffer): Found[] => {
  const meta = 132 + 12 + bytes.readUInt32LE(140)
  const set = readElements(bytes.subarray(meta))
  const records = set.get(0x00041220)?.length ?? 0
  const seen = new Set<number>()
  let last = 0
  const follow = (first: number): Found[] => {
    const found: Found[] = []
    for (let at = first; at !== 0; ) {
      expect(seen.has(at)).toBe(false)
      seen.add(at)
      expect(bytes.readUInt32LE(at)).toBe(0xe000fffe)
      const values = readElements(bytes.subarray(at + 8, at + 8 + bytes.readUInt32LE(at + 4)))
      last = first === set.get(0x00041200)?.readUInt32LE() ? at : last
      found.push({
        type: text(values.get(0x00041430)),
        values: new Map([...values].map(([tag, value]) => [tag, text(value)])),
        children: follow(values.get(0x00041420)?.readUInt32LE() ?? 0),
      })
      at = values.get(0x00041400)?.readUInt32LE() ?? 0
    }
    return found
  }
  const tree = follow(set.get(0x00041200)?.readUInt32LE() ?? 0)
  expect(set.get(0x00041202)?.readUInt32LE()).toBe(last)
  const lengths = [...seen].map((at) => 8 + bytes.readUInt32LE(at + 4))
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(records)
  return tree
}

const anyText = fc.oneof(
  fc.constantFrom('', 'राम^कुमार', 'A\\B', 'x'.repeat(200), '=^=^=', ' '),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
)
const anyUid = (root: string) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 3 }).map((end) => `${root}.${end}`) },
    { weight: 1, arbitrary: fc.constantFrom('', 'no-uid', `1.${'2'.repeat(80)}`, '1.02.3') },
  )

const anyItem = fc
  .record({
    dicom: fc.boolean(),
    studyUid: anyUid('1.1'),
    seriesUid: anyUid('1.2'),
    sopUid: fc.oneof(fc.constant(null), anyUid('1.3')),
    sopClass: fc.constantFrom(
      '1.2.840.10008.5.1.4.1.1.2',
      '1.2.840.10008.5.1.4.1.1.88.11',
      '1.2.840.10008.5.1.4.1.1.88.59',
      '1.2.840.10008.5.1.4.1.1.11.1',
      '1.2.840.10008.5.1.4.1.1.4.2',
      '1.2.840.10008.5.1.4.1.1.104.1',
      '1.2.840.10008.5.1.4.1.1.481.2',
      '1.2.840.10008.5.1.4.1.1.481.3',
      '1.2.840.10008.5.1.4.1.1.481.4',
      '1.2.840.10008.5.1.4.1.1.481.5',
      '1.2.840.10008.5.1.4.1.1.66',
      '1.2.840.10008.5.1.4.1.1.66.1',
      '1.2.840.10008.5.1.4.1.1.90.1',
      '1.3.12.2.1107.5.9.1',
    ),
    numbers: fc.option(fc.integer()),
    modality: fc.constantFrom('CT', '', 'A VERY LONG ONE X'),
    patientName: anyText,
    patientId: fc.oneof(fc.constantFrom('', 'P1'), anyText),
    dates: fc.constantFrom('20260101', '2026.01.01', '20261399', '', 'yesterday'),
    times: fc.constantFrom('101112.123456', '10:11:12', '99', ''),
    texts: anyText,
    bare: fc.boolean(),
  })
  .map(
    ({ dicom, numbers, dates, times, texts, bare, patientName, patientId, sopUid, ...rest }) =>
      (at: number) => ({
        ...sampleItem(
          at,
          'dicom',
          dicom
            ? {
                ...rest,
                sopUid: sopUid ?? `1.9.${at}`,
                seriesNumber: numbers,
                instanceNumber: numbers,
                rows: numbers === null ? null : 1,
              }
            : null,
          {
            patientName,
            patientId,
            studyDate: dates,
            studyTime: times,
            studyDescription: texts,
            studyId: texts,
            record: {
              contentDate: dates,
              label: texts,
              documentTitle: texts,
              creator: texts,
              verification: texts,
            },
          },
        ),
        bare: bare && at % 3 === 0,
      }),
  )
const anyItems = fc.array(anyItem, { maxLength: 30 }).map((makers) => makers.map((make, at) => make(at)))

const leaves = (found: readonly Found[]): Found[] =>
  found.flatMap((one) => (one.children.length === 0 ? [one] : leaves(one.children)))

describe('writeDicomdir', () => {
  it('links every record, names every file it may and no other, and our own reader finds them', async () => {
    await fc.assert(
      fc.asyncProperty(anyItems, fc.infiniteStream(fc.nat()), async (items, weights) => {
        const set = placeItems(items)
        const bytes = write(items)
        const tree = readTree(bytes)
        const named = leaves(tree)
        const paths = new Map(listFiles(set).map(({ path, item }) => [path.replaceAll('/', '\\'), item]))
        for (const { values } of named) {
          const item = paths.get(values.get(0x00041500) ?? '')
          expect(values.get(0x00041511)).toBe(item?.instance?.sopUid)
          expect(values.get(0x00041512)).toBe(item?.instance?.transferSyntax)
          expect(item?.bare).toBe(false)
          expect(values.get(0x00200013) ?? '0').toMatch(/^-?\d+$/)
        }
        expect(named.length).toBe(new Set(named.map(({ values }) => values.get(0x00041511))).size)
        const instances = items.filter(({ instance }) => instance !== null).length
        expect(named.length).toBe(instances - countUnnamed(set, nameFiles(set, caseId)))
        const ids = tree.map(({ values }) => values.get(0x00100020))
        expect(new Set(ids).size).toBe(ids.length)
        for (const patient of tree) {
          expect([patient.type, patient.values.get(0x00100020) === '']).toEqual(['PATIENT', false])
          for (const study of patient.children) {
            expect(study.type).toBe('STUDY')
            expect(study.values.get(0x00080020)).toMatch(/^\d{8}$/)
            expect(study.values.get(0x00080030)).toMatch(/^\d{2,6}(\.\d+)?$/)
            expect(study.values.get(0x00200010)).toMatch(/^.{1,16}$/su)
            expect(study.children.map(({ type }) => type)).toEqual(study.children.map(() => 'SERIES'))
          }
        }
        const read = async (at: number, length: number) => bytes.subarray(at, at + length)
        const report = await inspectDicom({ size: bytes.length, read }, bytes.subarray(0, 1024), false)
        expect([...(report.listed ?? [])]).toEqual(named.map(({ values }) => values.get(0x00041511)))
        const shuffled = items.toSorted(() => ((weights.next().value ?? 0) % 3) - 1)
        expect(write(shuffled).equals(bytes)).toBe(true)
      }),
    )
  })

  it('of nothing has no record', () => {
    expect(readTree(write([]))).toEqual([])
  })

  it('makes up only what is missing', () => {
    const [patient] = readTree(
      write([
        sampleItem(1, 'dicom', { instanceNumber: null, seriesNumber: null, modality: '' }),
        sampleItem(2, 'dicom', { instanceNumber: 7, seriesNumber: null, modality: '' }),
      ]),
    )
    const study = patient?.children[0]
    const series = study?.children[0]
    expect(patient?.values.get(0x00100020)).toBe(caseId)
    expect([0x00080020, 0x00080030, 0x00200010].map((tag) => study?.values.get(tag))).toEqual([
      '20261021',
      '000000',
      '1',
    ])
    expect([0x00080060, 0x00200011].map((tag) => series?.values.get(tag))).toEqual(['OT', '1'])
    expect(series?.children.map(({ values }) => values.get(0x00200013))).toEqual(['7', '8'])
  })

  it('keeps one study of a patient spelled twice together, and two patients without a number apart', () => {
    const tree = readTree(
      write([
        sampleItem(1, 'dicom', {}, { patientName: 'Doe^Jane', patientId: '1' }),
        sampleItem(2, 'dicom', {}, { patientName: 'DOE^JANE', patientId: '1' }),
        sampleItem(3, 'dicom', {}, { patientName: 'Roe^Ann' }),
        sampleItem(4, 'dicom', {}, { patientName: 'Roe^Bo' }),
      ]),
    )
    const shown = tree.map(({ values, children }) => [
      values.get(0x00100020),
      values.get(0x00100010),
      leaves(children).length,
    ])
    expect(shown).toEqual([
      [caseId, 'Roe^Ann', 1],
      [`${caseId}.2`, 'Roe^Bo', 1],
      ['1', 'DOE^JANE', 2],
    ])
    expect(tree[2]?.children).toHaveLength(1)
    expect(tree[2]?.children[0]?.children).toHaveLength(1)
  })

  it('takes one buffer and little more for 50,000 files', () => {
    const named = nameFiles(
      placeItems(
        Array.from({ length: 50_000 }, (_, at) => sampleItem(at, 'dicom', { seriesUid: `1.${at % 40}` })),
      ),
      caseId,
    )
    const before = process.memoryUsage().arrayBuffers
    const bytes = writeDicomdir(named, directory)
    expect(bytes.length).toBeLessThan(50_000 * 260)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(bytes.length + 2_000_000)
  })
})
