import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listFiles, placeItems, writeCounter } from './file-set.ts'
import { sampleItem } from './sample-case.ts'

const paths = (items: Parameters<typeof placeItems>[0]): Record<string, string> =>
  Object.fromEntries(listFiles(placeItems(items)).map(({ path, item }) => [path, item.id.slice(-2)]))

const anyItem = fc
  .record({
    kind: fc.constantFrom('dicom', 'pdf', 'other'),
    instance: fc.boolean(),
    study: fc.constantFrom('1.1', '1.2', '1.10'),
    series: fc.constantFrom('1.1.1', '1.1.2'),
    number: fc.option(fc.integer({ min: -5, max: 5 })),
    patient: fc.constantFrom('A', 'B', undefined),
    date: fc.constantFrom('20200101', '19991231', undefined),
  })
  .map(
    (draw) => (at: number) =>
      sampleItem(
        at,
        draw.kind,
        draw.instance
          ? {
              studyUid: draw.study,
              seriesUid: draw.series,
              seriesNumber: draw.number,
              instanceNumber: draw.number,
            }
          : null,
        { ...(draw.patient && { patientId: draw.patient }), ...(draw.date && { studyDate: draw.date }) },
      ),
  )
const anyItems = fc.array(anyItem, { maxLength: 40 }).map((makers) => makers.map((make, at) => make(at)))

describe('placeItems', () => {
  it('names a picture by what it was found to be', () => {
    const types = ['image/jpeg', 'image/png', 'image/tiff', 'image/heic', undefined]
    const items = types.map((mediaType, at) =>
      sampleItem(at, 'picture', null, mediaType === undefined ? {} : { mediaType }),
    )
    const endings = Object.keys(paths(items)).map((path) => path.slice(-4))
    expect(endings).toEqual(['.JPG', '.PNG', '.TIF', '.HEI', '.IMG'])
  })

  it('orders patients, studies, series and instances', () => {
    const late = { studyDate: '20240101', patientId: '1', patientName: 'DOE^JANE' }
    const early = { ...late, studyDate: '20230101' }
    const undated = { patientId: '1', patientName: 'DOE^JANE' }
    expect(
      paths([
        sampleItem(1, 'dicom', { studyUid: '1.1', seriesNumber: 10, seriesUid: '9' }, late),
        sampleItem(2, 'dicom', { studyUid: '1.1', seriesNumber: 9, instanceNumber: 2, seriesUid: '8' }, late),
        sampleItem(3, 'dicom', { studyUid: '1.1', seriesNumber: 9, instanceNumber: 1, seriesUid: '8' }, late),
        sampleItem(4, 'dicom', { studyUid: '1.1', seriesNumber: null, seriesUid: '7' }, late),
        sampleItem(5, 'dicom', { studyUid: '1.9' }, early),
        sampleItem(6, 'dicom', { studyUid: '1.0' }, undated),
        sampleItem(7, 'dicom', { studyUid: '1.1' }, { ...late, patientName: 'ABEL^JO' }),
      ]),
    ).toEqual({
      'DICOM/P0000001/ST000001/SE000001/IM000001': '07',
      'DICOM/P0000002/ST000001/SE000001/IM000001': '05',
      'DICOM/P0000002/ST000002/SE000001/IM000001': '03',
      'DICOM/P0000002/ST000002/SE000001/IM000002': '02',
      'DICOM/P0000002/ST000002/SE000002/IM000001': '01',
      'DICOM/P0000002/ST000002/SE000003/IM000001': '04',
      'DICOM/P0000002/ST000003/SE000001/IM000001': '06',
    })
  })

  it('puts everything without a place in a study among the documents, by id', () => {
    expect(
      paths([
        sampleItem(3, 'other'),
        sampleItem(2, 'dicom'),
        sampleItem(1, 'pdf', {}),
        sampleItem(4, 'dicom', {}),
      ]),
    ).toEqual({
      'OTHER/D0000001.PDF': '01',
      'OTHER/D0000002.DCM': '02',
      'OTHER/D0000003.DAT': '03',
      'DICOM/P0000001/ST000001/SE000001/IM000001': '04',
    })
  })

  it('puts documents with everything XDM asks for into the submission set, under one count with the rest', () => {
    const sha1 = '0'.repeat(40)
    expect(
      paths([
        sampleItem(1, 'pdf', null, { sha1 }),
        sampleItem(2, 'archive'),
        sampleItem(3, 'picture', null, { sha1, mediaType: 'image/jpeg' }),
      ]),
    ).toEqual({
      'IHE_XDM/SUBSET01/D0000001.PDF': '01',
      'OTHER/D0000002.ZIP': '02',
      'IHE_XDM/SUBSET01/D0000003.JPG': '03',
    })
  })

  it('puts series of reports and key images first, whatever their numbers', () => {
    const sopClass = '1.2.840.10008.5.1.4.1.1.88.59'
    expect(
      paths([
        sampleItem(1, 'dicom', { seriesUid: '9.1', seriesNumber: 1 }),
        sampleItem(2, 'dicom', { seriesUid: '9.2', seriesNumber: 99, sopClass }),
        sampleItem(3, 'dicom', {
          seriesUid: '9.3',
          seriesNumber: null,
          sopClass: '1.2.840.10008.5.1.4.1.1.88.11',
        }),
      ]),
    ).toEqual({
      'DICOM/P0000001/ST000001/SE000001/IM000001': '02',
      'DICOM/P0000001/ST000001/SE000002/IM000001': '03',
      'DICOM/P0000001/ST000001/SE000003/IM000001': '01',
    })
  })

  it('keeps one study together when only some of its files have the date or the number', () => {
    const set = placeItems([
      sampleItem(1, 'dicom', { seriesNumber: null }),
      sampleItem(2, 'dicom', { seriesNumber: 4 }, { studyDate: '20240102' }),
      sampleItem(3, 'dicom', { seriesNumber: 3 }, { studyDate: '20240101' }),
    ])
    const study = set.patients[0]?.studies[0]
    expect(set.patients[0]?.studies).toHaveLength(1)
    expect([study?.date, study?.series[0]?.number]).toEqual(['20240101', 3])
  })

  it('gives every item one path of the allowed form, the same in any order', () => {
    fc.assert(
      fc.property(anyItems, fc.infiniteStream(fc.nat()), (items, weights) => {
        const files = listFiles(placeItems(items))
        expect(files.map(({ item }) => item.id).sort()).toEqual(items.map(({ id }) => id).sort())
        expect(new Set(files.map(({ path }) => path)).size).toBe(items.length)
        for (const { path } of files)
          expect(path).toMatch(/^(DICOM(\/[A-Z0-9_]{8}){4}|OTHER\/D[0-9A-Z]{7}\.[A-Z]{3})$/)
        const shuffled = items.toSorted(() => ((weights.next().value ?? 0) % 3) - 1)
        expect(listFiles(placeItems(shuffled))).toEqual(files)
      }),
    )
  })
})

describe('writeCounter', () => {
  it('stays six characters, unique and in order past the last decimal', () => {
    expect([1, 999_999, 1_000_000, 1_679_616].map((n) => writeCounter(n, 6))).toEqual([
      '000001',
      '999999',
      'A00000',
      'A0EKE8',
    ])
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 1e9 }), (a, b) => {
        const [x, y] = [writeCounter(a, 6), writeCounter(b, 6)]
        expect(x).toMatch(/^[0-9A-Z]{6}$/)
        expect(Math.sign(a - b)).toBe(x < y ? -1 : Number(x > y))
      }),
    )
  })
})
