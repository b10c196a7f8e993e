/**
 * A case read over DICOMweb, on a real gateway: by the client that viewers are built on, and by one that looks at every
 * header. What leaves has the digests of the signed manifest.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { api } from 'dicomweb-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { readManifest } from '#fixtures/client/manifest.ts'
import { readZip } from '#fixtures/client/zip.ts'
import { ctStudy, type StudyFile } from '#fixtures/dicom/ct-study.ts'
import { syntaxes } from '#fixtures/dicom/part10.ts'
import {
  ctSlice,
  encapsulatedPdf,
  fragmentedCapture,
  secondaryCapture,
  truncatedCt,
} from '#fixtures/dicom/shapes.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { reportPdf } from '#fixtures/pdf.ts'
import { sendCase } from '#fixtures/sent-case.ts'
import { PageRequest } from '#fixtures/xml-http-request.ts'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

let folder: string
let gateway: Gateway
let desk: Desk

const study = [...ctStudy({ slices: 6, seed: 71, rows: 64, columns: 64, series: 2 })]
const [ct] = study as [StudyFile]
const clip = fragmentedCapture({ seed: 72 })
const odd = fragmentedCapture({ seed: 73, fragments: 3 })
const big = ctSlice({ seed: 74, syntax: syntaxes.explicitBig })
const implicit = ctSlice({ seed: 75, syntax: syntaxes.implicitLittle })
const deflated = ctSlice({ seed: 76, syntax: syntaxes.deflatedLittle })
const old = ctSlice({ seed: 77, preamble: Buffer.from('made by some old station') })
const capture = secondaryCapture({ seed: 78 })
const page = await reportPdf({ seed: 79 })
const report = encapsulatedPdf({ seed: 79, pdf: page })
const cut = truncatedCt({ seed: 80 })
const files = [...study, clip, odd, big, implicit, deflated, old, capture, report, cut]

let id: string
let token: string
/** By SOP Instance UID what goes out. */
const leaving = new Map<string, string>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-dicomweb-'))
  gateway = await startGateway(folder)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  id = await sendCase(gateway.url, desk, files)
  token = (await desk.openGrant(id)).token
  const bundle = await call(`${gateway.url}/api/cases/${id}/bundle`, { token })
  const digests = new Map(
    readManifest(readZip(bundle.body).get('MANIFEST.JSN') ?? Buffer.alloc(0)).map((line) => [
      line.name,
      line.sha256,
    ]),
  )
  for (const [at, { sopUid }] of files.entries()) {
    const digest = digests.get(`${at}.dcm`)
    if (digest !== undefined) leaving.set(sopUid, digest)
  }
}, 240_000)

afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

const base = () => `${gateway.url}/dicomweb/cases/${id}`
const ask = (path: string, headers: Record<string, string> = {}, bearer = token) =>
  call(`${base()}${path}`, { token: bearer, headers })
type Json = Record<string, { vr: string; Value?: unknown[]; BulkDataURI?: string; InlineBinary?: string }>
const json = (answer: { readonly body: Buffer }): Json[] => JSON.parse(answer.body.toString('utf8')) as Json[]
const place = ({ studyUid, seriesUid, sopUid }: StudyFile): string =>
  `/studies/${studyUid}/series/${seriesUid}/instances/${sopUid}`

describe('the client of viewers', () => {
  type Client = Record<string, (options?: object) => Promise<never>>
  const client = new Proxy({} as Client, {
    get: (_, name: string) => (options: object) => {
      const made = new api.DICOMwebClient({
        url: base(),
        headers: { Authorization: `Bearer ${token}` },
        verbose: false,
      } as ConstructorParameters<typeof api.DICOMwebClient>[0]) as unknown as Client
      return made[name]?.({ ...options, request: { instance: new PageRequest() } })
    },
  })
  const ask = <Reply>(name: string, options: object = {}) => client[name]?.(options) as Promise<Reply>

  it('finds everything, and retrieves each object with the digest that was signed', async () => {
    const studies = await ask<Json[]>('searchForStudies')
    expect(new Set(studies.map((one) => one['0020000D']?.Value?.[0]))).toEqual(
      new Set(files.filter((file) => file !== cut).map(({ studyUid }) => studyUid)),
    )
    const got = new Map<string, string>()
    for (const one of studies) {
      const studyInstanceUID = String(one['0020000D']?.Value?.[0])
      const instances = await ask<Json[]>('searchForInstances', { studyInstanceUID })
      expect(instances).toHaveLength(Number(one['00201208']?.Value?.[0]))
      const retrieved = await ask<ArrayBuffer[]>('retrieveStudy', { studyInstanceUID })
      const digests = retrieved.map((bytes) => sha256(new Uint8Array(bytes)))
      const uids = instances.map((instance) => String(instance['00080018']?.Value?.[0]))
      expect(new Set(digests)).toEqual(new Set(uids.map((uid) => leaving.get(uid))))
      for (const instance of instances) {
        const [sopInstanceUID, seriesInstanceUID] = ['00080018', '0020000E'].map((tag) =>
          String(instance[tag]?.Value?.[0]),
        )
        const names = { studyInstanceUID, seriesInstanceUID, sopInstanceUID }
        const bytes = await ask<ArrayBuffer>('retrieveInstance', names)
        got.set(sopInstanceUID ?? '', sha256(new Uint8Array(bytes)))
      }
    }
    expect(got).toEqual(leaving)
    expect(got.size).toBe(files.length - 1)
  })

  it('reads metadata and frames of a series', async () => {
    const names = { studyInstanceUID: ct.studyUid, seriesInstanceUID: ct.seriesUid }
    const series = await ask<Json[]>('searchForSeries', { studyInstanceUID: ct.studyUid })
    expect(series.map((one) => one['00201209']?.Value)).toEqual([[6], [6]])
    const metadata = await ask<Json[]>('retrieveSeriesMetadata', names)
    const inSeries = study.filter(({ seriesUid }) => seriesUid === ct.seriesUid)
    expect(metadata.map((one) => one['00080018']?.Value?.[0])).toEqual(inSeries.map(({ sopUid }) => sopUid))
    const frames = await ask<ArrayBuffer[]>('retrieveInstanceFrames', {
      ...names,
      sopInstanceUID: ct.sopUid,
      frameNumbers: [1],
    })
    expect(frames).toHaveLength(1)
    expect(Buffer.from(frames[0] ?? new ArrayBuffer(0)).equals(ct.bytes.subarray(-64 * 64 * 2))).toBe(true)
    const bulk = await ask<ArrayBuffer[]>('retrieveBulkData', {
      BulkDataURI: metadata[0]?.['7FE00010']?.BulkDataURI,
    })
    expect(Buffer.from(bulk[0] ?? new ArrayBuffer(0)).equals(ct.bytes.subarray(-64 * 64 * 2))).toBe(true)
  })
})

describe('search', () => {
  const uidsOf = async (query: string): Promise<unknown[]> => {
    const answer = await ask(`/studies?${query}`)
    return answer.status === 204 ? [] : json(answer).map((one) => one['0020000D']?.Value?.[0])
  }

  it('answers every attribute that the standard requires, and addresses that can be followed', async () => {
    const [one] = json(await ask(`/studies?StudyInstanceUID=${ct.studyUid}`))
    const required =
      '00080020 00080030 00080050 00080061 00080090 00100010 00100020 00100030 00100040 0020000D 00200010'
    for (const tag of [...required.split(' '), '00201206', '00201208', '00081190', '00081030'])
      expect([tag, one?.[tag] !== undefined]).toEqual([tag, true])
    expect(one?.['00100010']).toEqual({ vr: 'PN', Value: [{ Alphabetic: canaryPatient.name }] })
    expect(one?.['00081190']?.Value).toEqual([`${base()}/studies/${ct.studyUid}`])
    expect(Object.keys(one ?? {})).toEqual(Object.keys(one ?? {}).toSorted())
    const [series] = json(await ask(`/series?SeriesInstanceUID=${ct.seriesUid}`))
    for (const tag of '00080060 0020000E 00200011 00201209 00081190 0020000D 00100010'.split(' '))
      expect([tag, series?.[tag] !== undefined]).toEqual([tag, true])
    const [instance] = json(await ask(`${place(ct).split('/instances')[0]}/instances?limit=1`))
    for (const tag of '00080016 00080018 00200013 00081190 0020000D 0020000E 00280010 00280011 00280100'.split(
      ' ',
    ))
      expect([tag, instance?.[tag] !== undefined]).toEqual([tag, true])
    expect(instance?.['00100010']).toBeUndefined()
    const address = String(instance?.['00081190']?.Value?.[0])
    expect((await call(address, { token, headers: { accept: 'application/dicom' } })).status).toBe(200)
  })

  it('matches as asked, and never more', async () => {
    const all = await uidsOf('')
    const [family] = canaryPatient.name.split('^')
    expect(await uidsOf(`PatientName=${family?.toLowerCase()}*`)).toEqual(all)
    expect(await uidsOf('00100010=*nobody*')).toEqual([])
    expect(await uidsOf('PatientName=')).toEqual(all)
    expect(await uidsOf(`StudyInstanceUID=${ct.studyUid}%5C${clip.studyUid},1.2.3`)).toHaveLength(2)
    expect(await uidsOf('ModalitiesInStudy=DOC')).toEqual([report.studyUid])
    expect(await uidsOf('StudyDate=20261019')).toEqual(all)
    expect(await uidsOf('StudyDate=-20261018')).toEqual([])
    expect(await uidsOf('StudyDate=20260101-20261231&StudyTime=0000-2359')).toEqual(all)
    const numbers = async (query: string) =>
      json(await ask(`/studies/${ct.studyUid}/instances?${query}`)).map((one) => one['00200013']?.Value?.[0])
    expect(await numbers('InstanceNumber=3')).toEqual([3, 3])
    expect(await numbers(`SeriesInstanceUID=${ct.seriesUid}&limit=2&offset=1`)).toEqual([2, 3])
    expect(await numbers(`SOPInstanceUID=${ct.sopUid}`)).toEqual([1])
  })

  it('pages with a warning, ends with 204, and says what it ignored', async () => {
    const page = await ask('/instances?limit=3')
    expect(page.headers['warning']).toBe(
      `299 ${base()}: There are ${leaving.size - 3} additional results that can be requested`,
    )
    const past = await ask('/instances?offset=1000')
    expect([past.status, past.body.length, past.headers['content-type']]).toEqual([204, 0, undefined])
    const ignored = await ask('/studies?Manufacturer=x&fuzzymatching=true&&includefield=')
    expect(ignored.status).toBe(200)
    expect(ignored.headers['warning']).toMatch(/1 of the attributes.*fuzzymatching/)
    const more = json(await ask(`${place(ct).split('/instances')[0]}/instances?includefield=all&limit=1`))[0]
    expect(more?.['00200032']?.Value).toHaveLength(3)
    expect(more?.['00100010']?.Value).toEqual([{ Alphabetic: canaryPatient.name }])
  })

  it.each([
    'StudyDate=yesterday',
    'StudyInstanceUID=1.2.x',
    'PatientID=1&PatientID=2',
    'limit=-1',
    'offset=x',
    'PatientName=%ff',
  ])('refuses %s', async (query) => {
    const answer = await ask(`/studies?${query}`)
    expect([answer.status, answer.headers['content-type']]).toEqual([400, 'application/problem+json'])
  })

  it.each([
    ['*/*', 'application/dicom+json'],
    ['application/dicom+json, multipart/related; type=application/octet-stream', 'application/dicom+json'],
    ['application/json', 'application/json'],
    ['multipart/related; type="application/dicom+xml"', null],
  ])('to a client that takes %s sends %s', async (accept, type) => {
    const answer = await ask('/studies', { accept })
    expect([answer.status, answer.headers['content-type']]).toEqual(
      type === null ? [406, 'application/problem+json'] : [200, type],
    )
    const path = `/studies?accept=${encodeURIComponent(accept)}`
    expect((await ask(path, { accept: 'image/png' })).status).toBe(answer.status)
  })
})

describe('retrieval', () => {
  it('sends an object alone, whole or a range of it, as it leaves', async () => {
    for (const file of files.filter((one) => one !== cut)) {
      const whole = await ask(place(file), { accept: 'application/dicom' })
      expect([whole.status, whole.headers['content-type']]).toEqual([200, 'application/dicom'])
      expect(sha256(whole.body)).toBe(leaving.get(file.sopUid))
    }
    const piece = await ask(place(old), { accept: 'application/dicom', range: 'bytes=100-131' })
    expect([piece.status, piece.body.toString('latin1')]).toEqual([206, `${'\0'.repeat(28)}DICM`])
  })

  it('keeps what a file does not pass from being a silent gap', async () => {
    expect((await ask(place(cut))).status).toBe(404)
    expect((await ask(`${place(cut)}/metadata`)).status).toBe(404)
    expect((await ask(`${place(cut)}/frames/1`)).status).toBe(404)
    const both = await sendCase(
      gateway.url,
      desk,
      [...ctStudy({ slices: 2, seed: 90, rows: 64, columns: 64 })].map((file, at) =>
        at === 0 ? file : { ...file, bytes: file.bytes.subarray(0, file.bytes.length - 900) },
      ),
    )
    const { token: theirs } = await desk.openGrant(both)
    const found = await call(`${gateway.url}/dicomweb/cases/${both}/studies`, { token: theirs })
    const uid = json(found)[0]?.['0020000D']?.Value?.[0]
    const answer = await call(`${gateway.url}/dicomweb/cases/${both}/studies/${String(uid)}`, {
      token: theirs,
    })
    expect(answer.headers['warning']).toMatch(/: 1 instance waits for a decision/)
    expect(answer.headers['content-type']).toMatch(
      /^multipart\/related; type="application\/dicom"; boundary=part_[0-9a-f]{36}$/,
    )
  })

  it.each([
    ['multipart/related; type="application/dicom"; transfer-syntax=*', 200],
    ['multipart/related;type=application/dicom;transfer-syntax="1.2.840.10008.1.2.1"', 200],
    ['multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.90', 406],
    ['application/dicom', 406],
    ['image/jpeg', 406],
    ['image/jpeg, multipart/related; type="application/dicom"; q=0.1', 200],
  ])('of a study to a client that takes %s is %i', async (accept, status) => {
    const answer = await ask(`/studies/${ct.studyUid}`, { accept })
    expect(answer.status).toBe(status)
    const available = 'multipart/related; type=\\"application/dicom\\"; transfer-syntax=1.2.840.10008.1.2.1"'
    expect(answer.body.includes(available)).toBe(status === 406)
  })

  it('is 404 for what is not there and 400 for what is no UID', async () => {
    expect((await ask('/studies/1.2.3')).status).toBe(404)
    expect((await ask('/studies/1.2.3/metadata')).status).toBe(404)
    for (const wrong of ['1.2.x', '1..2', `1.${'2'.repeat(70)}`, '..%2f', '%27'])
      for (const path of [
        `/studies/${wrong}`,
        `/studies/1.2/series/${wrong}/metadata`,
        `/studies/1.2/series/1.3/instances/${wrong}`,
      ])
        expect([path, (await ask(path)).status]).toEqual([path, 400])
    for (const frames of ['0', '1,1', 'x', '1,', '01'])
      expect((await ask(`${place(ct)}/frames/${frames}`)).status).toBe(400)
  })
})

describe('metadata', () => {
  it('has every attribute, whatever the file is written in', async () => {
    const tags = async (file: StudyFile): Promise<Json> => json(await ask(`${place(file)}/metadata`))[0] ?? {}
    const usual = Object.keys(await tags(ct))
    expect(usual).toEqual(usual.toSorted())
    for (const file of [big, implicit, deflated]) {
      const read = await tags(file)
      expect(Object.keys(read)).toEqual(usual)
      const same = await tags(ct)
      for (const tag of usual.filter(
        (one) => !/^(0008001[48]|00080018|0020000[DE]|00083002|7FE00010)/.test(one),
      ))
        expect([tag, read[tag]?.vr]).toEqual([tag, same[tag]?.vr])
      expect(read['00280010']).toEqual({ vr: 'US', Value: [64] })
      expect(read['00100010']).toEqual(same['00100010'])
    }
  })

  it('is packed for who takes it so, and the same', async () => {
    const plain = await ask(`/studies/${ct.studyUid}/metadata`)
    const packed = await fetch(`${base()}/studies/${ct.studyUid}/metadata`, {
      headers: { authorization: `Bearer ${token}`, 'accept-encoding': 'gzip' },
    })
    expect(packed.headers.get('content-encoding')).toBe('gzip')
    expect(await packed.json()).toEqual(json(plain))
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(json(plain)).toHaveLength(12)
  })
})

describe('frames', () => {
  const accept = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'

  it('are cut from native pixels, little-endian, whatever the file', async () => {
    const frame = async (file: StudyFile) =>
      (await ask(`${place(file)}/frames/1`, { accept: 'application/octet-stream' })).body
    const native = big.bytes.subarray(-64 * 64 * 2)
    expect((await frame(big)).equals(Buffer.from(native).swap16())).toBe(true)
    expect((await frame(implicit)).equals(implicit.bytes.subarray(-64 * 64 * 2))).toBe(true)
    expect(await frame(deflated)).toHaveLength(64 * 64 * 2)
    expect((await frame(capture)).equals(capture.bytes.subarray(-64 * 64 * 3))).toBe(true)
  })

  it('are taken from fragments, under the type of their syntax', async () => {
    const both = await ask(`${place(clip)}/frames/2,1`, { accept })
    expect(both.headers['content-type']).toMatch(/^multipart\/related; type="application\/octet-stream"/)
    const one = await ask(`${place(clip)}/frames/1`, { accept: 'image/jpeg' })
    expect(one.headers['content-type']).toBe('image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.50')
    expect(one.body.subarray(0, 2)).toEqual(Buffer.of(0xff, 0xd8))
    expect(both.body.includes(one.body)).toBe(true)
    expect(clip.bytes.includes(one.body)).toBe(true)
  })

  it.each([
    ['a frame it does not have', () => `${place(clip)}/frames/3`, accept, 404],
    ['frames that nothing tells apart', () => `${place(odd)}/frames/1`, accept, 406],
    ['pixels it would have to decode', () => `${place(clip)}/frames/1`, 'application/octet-stream', 406],
    ['a value it does not have', () => `${place(ct)}/bulkdata/00420011`, accept, 404],
    ['an object without pixels', () => `${place(report)}/frames/1`, accept, 404],
  ])('of %s are refused', async (_, path, accept, status) => {
    expect((await ask(path(), { accept })).status).toBe(status)
  })

  it('have beside them the document of an object', async () => {
    const [metadata] = json(await ask(`${place(report)}/metadata`))
    expect(metadata?.['00420011']).toEqual({
      vr: 'OB',
      BulkDataURI: `${base()}${place(report)}/bulkdata/00420011`,
    })
    const bulk = await ask(`${place(report)}/bulkdata/00420011`, { accept: 'application/octet-stream' })
    expect(bulk.body.subarray(0, page.length).equals(page)).toBe(true)
  })
})
