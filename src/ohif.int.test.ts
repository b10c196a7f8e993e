/**
 * What OHIF version 3 asks of a case opened in it, in its order and with its headers, of a gateway that runs. OHIF itself
 * is not here: what it does is read from its source, and the files are named by their paths in OHIF's repository.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, call, must } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { ctStudy, type StudyFile } from '#fixtures/dicom/ct-study.ts'
import { encapsulatedPdf, fragmentedCapture } from '#fixtures/dicom/shapes.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { reportPdf } from '#fixtures/pdf.ts'
import { sendCase } from '#fixtures/sent-case.ts'

const viewer = 'https://viewer.example.org'
const side = 64
const study = [...ctStudy({ slices: 3, seed: 61, rows: side, columns: side, series: 2 })]
const [ct] = study as [StudyFile]
const clip = fragmentedCapture({ seed: 62 })
const page = await reportPdf({ seed: 63 })
const report = encapsulatedPdf({ seed: 63, pdf: page })

let folder: string
let gateway: Gateway
let desk: Desk
let id: string
let reader: string
let session: string
/** The grant that OHIF read everything with. */
let first: string

type Minted = { grant: string; capability: string }
const mint = () =>
  must<Minted>(`${gateway.url}/api/read/grants`, {
    token: session,
    json: { scopes: ['case:read'], capability: true },
  })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-ohif-'))
  gateway = await startGateway(folder, { OHIF_URL: `${viewer}/imaging/` })
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  id = await sendCase(gateway.url, desk, [...study, clip, report])
  const invited = await must<{ reader: string; url: string; code: string }>(
    `${gateway.url}/api/cases/${id}/readers`,
    { token: desk.token, json: { name: 'Dr. Rao' } },
  )
  reader = invited.reader
  const entered = await must<{ session: string }>(`${gateway.url}/api/read/enter`, {
    json: { link: invited.url.split('#')[1], code: invited.code },
  })
  session = entered.session
})

afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

type Asked = {
  readonly what: string
  readonly url: string
  readonly accept: string
  readonly holds: (body: Buffer, type: string) => void
}

type Sets = Record<string, { Value?: unknown[]; BulkDataURI?: string }>[]
const sets = (body: Buffer) => JSON.parse(body.toString('utf8')) as Sets
const uids = (body: Buffer, tag: string) => sets(body).map((set) => set[tag]?.Value?.[0])
const seriesOf = (base: string, { studyUid, seriesUid }: StudyFile) =>
  `${base}/studies/${studyUid}/series/${seriesUid}`
const instanceOf = (base: string, file: StudyFile) => `${seriesOf(base, file)}/instances/${file.sopUid}`

/** The part of a body of one part, as Cornerstone's `wadors/getPixelData.ts` cuts it out. */
const onlyPart = (body: Buffer): { readonly head: string; readonly part: Buffer } => {
  const start = body.indexOf('\r\n\r\n') + 4
  const head = body.subarray(0, start).toString('latin1')
  const boundary = head.split('\r\n').find((line) => line.startsWith('--')) ?? 'none'
  return { head, part: body.subarray(start, body.indexOf(boundary, start) - 2) }
}

/**
 * `mapParams` of `extensions/default/src/DicomWebDataSource/qido.js`, which its `DicomWebDataSource/index.ts` gives to
 * dicomweb-client.
 */
const searched = (base: string, asked: Record<string, string>): string => {
  const { StudyInstanceUID, ...first } = asked
  const query = new URLSearchParams({
    ...first,
    limit: '101',
    offset: '0',
    fuzzymatching: 'false',
    includefield: '00081030,00080060,00080090,00100030',
    ...(StudyInstanceUID === undefined ? {} : { StudyInstanceUID }),
  })
  return `${base}/studies?${query.toString()}`
}

const dicomJson = 'application/dicom+json'
/** `platform/core/src/utils/generateAcceptHeader.ts`, as our file has it and as a version without `getConfig` has it. */
const bare = 'multipart/related; type=application/octet-stream; transfer-syntax=*'
const quoted = 'multipart/related; type="application/octet-stream"; transfer-syntax="*"'

const holdsSlice = (body: Buffer, type: string): void => {
  expect(type).toContain('multipart/related')
  const { head, part } = onlyPart(body)
  expect(head).toContain('Content-Type: application/octet-stream')
  expect(part.equals(ct.bytes.subarray(-2 * side * side))).toBe(true)
}

/** Everything OHIF asks below an address, as it goes along. */
const conversation = (base: string): readonly Asked[] => [
  {
    what: 'its data source (DicomWebProxyDataSource/index.ts, utils/secureConfigFetch.js)',
    url: `${base}/ohif.json`,
    accept: '*/*',
    holds: (body) => {
      const source = JSON.parse(body.toString('utf8')) as {
        servers: { dicomWeb: (Record<string, unknown> & { configuration: Record<string, unknown> })[] }
      }
      const [{ configuration, ...flat } = { configuration: {} }] = source.servers.dicomWeb
      expect(configuration).toEqual(flat)
      expect(configuration).toMatchObject({ qidoRoot: base, wadoRoot: base, imageRendering: 'wadors' })
    },
  },
  {
    what: 'the series of a study (DicomWebDataSource/wado/retrieveMetadataLoaderAsync.js)',
    url: `${base}/studies/${ct.studyUid}/series`,
    accept: dicomJson,
    holds: (body) =>
      expect(new Set(uids(body, '0020000E'))).toEqual(new Set(study.map(({ seriesUid }) => seriesUid))),
  },
  ...[...new Map(study.map((file) => [file.seriesUid, file])).values()].map((file) => ({
    what: 'the metadata of a series (the same file, makeSeriesAsyncLoader)',
    url: `${seriesOf(base, file)}/metadata`,
    accept: dicomJson,
    holds: (body: Buffer) => {
      const own = study.filter(({ seriesUid }) => seriesUid === file.seriesUid)
      expect(uids(body, '00080018')).toHaveLength(own.length)
      expect(new Set(uids(body, '00080018'))).toEqual(new Set(own.map(({ sopUid }) => sopUid)))
      expect(uids(body, '00280010')).toEqual([side, side, side])
    },
  })),
  {
    what: 'the study itself (Panels/StudyBrowser/PanelStudyBrowser.tsx, DicomWebDataSource/qido.js)',
    url: searched(base, { StudyInstanceUID: ct.studyUid }),
    accept: dicomJson,
    holds: (body) => {
      expect(uids(body, '0020000D')).toEqual([ct.studyUid])
      expect(uids(body, '00100020')).toEqual([canaryPatient.id])
    },
  },
  {
    what: 'other studies of the patient (the same, getStudiesForPatientByMRN)',
    url: searched(base, { '00100020': canaryPatient.id }),
    accept: dicomJson,
    holds: (body) =>
      expect(new Set(uids(body, '0020000D'))).toEqual(new Set([ct.studyUid, clip.studyUid, report.studyUid])),
  },
  {
    what: 'the series of a study that is unfolded (DicomWebDataSource/qido.js, seriesInStudy)',
    url: `${base}/studies/${ct.studyUid}/series?includefield=0008103E%2C00080021`,
    accept: dicomJson,
    holds: (body) => expect(sets(body)).toHaveLength(2),
  },
  {
    what: 'a frame, also for its small picture (DicomWebDataSource/utils/getWADORSImageId.js)',
    url: `${instanceOf(base, ct)}/frames/1`,
    accept: bare,
    holds: holdsSlice,
  },
  {
    what: 'a frame with quotes (extensions/cornerstone/src/initWADOImageLoader.js)',
    url: `${instanceOf(base, ct)}/frames/1`,
    accept: quoted,
    holds: holdsSlice,
  },
  {
    what: 'a frame that is compressed, with the syntax it is in',
    url: `${instanceOf(base, clip)}/frames/2`,
    accept: bare,
    holds: (body) => {
      const { head, part } = onlyPart(body)
      expect(head).toContain('transfer-syntax=1.2.840.10008.1.2.4.50')
      expect([part[0], part[1]]).toEqual([0xff, 0xd8])
      expect(clip.bytes.includes(part.subarray(0, 300))).toBe(true)
    },
  },
]

const askAll = async (base: string, headers: Record<string, string>): Promise<Answer[]> => {
  const answers: Answer[] = []
  for (const { url, accept } of conversation(base))
    answers.push(await call(url, { headers: { accept, ...headers } }))
  return answers
}

const corsOf = ({ headers }: Answer) =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-'))

describe('a case in OHIF', () => {
  it('is offered where there is one, and its page of the reader says which', async () => {
    const viewed = await must<{ ohif: string | null }>(`${gateway.url}/api/read/case`, { token: session })
    expect(viewed.ohif).toBe(`${viewer}/imaging`)
  })

  it('is read from its first question to its last', async () => {
    const { capability, grant } = await mint()
    first = grant
    for (const { what, url, accept, holds } of conversation(capability)) {
      const answer = await call(url, { headers: { accept, origin: viewer } })
      expect([what, answer.status]).toEqual([what, 200])
      holds(answer.body, String(answer.headers['content-type']))
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': viewer,
        'cross-origin-resource-policy': 'cross-origin',
      })
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
      expect(String(answer.headers.vary).split(', ')).toContain('Origin')
    }
  })

  it('has its documents: where the metadata says, as they are, when any type will do', async () => {
    // `singlepart: 'bulkdata'` of our file: dicomweb-client then sets no Accept, and a browser says `*/*`.
    const { capability } = await mint()
    const metadata = await call(`${seriesOf(capability, report)}/metadata`)
    const address = sets(metadata.body)[0]?.['00420011']?.BulkDataURI ?? ''
    expect(address.startsWith(`${capability}/`)).toBe(true)
    const document = await call(address, { headers: { accept: '*/*', origin: viewer } })
    expect([document.status, onlyPart(document.body).part.subarray(0, page.length).equals(page)]).toEqual([
      200,
      true,
    ])
  })

  it('may be asked for by pages of that origin alone', async () => {
    const { capability } = await mint()
    for (const origin of ['https://evil.example', `${viewer}:8443`, 'http://viewer.example.org', 'null']) {
      for (const answer of await askAll(capability, { origin })) {
        expect([answer.status, corsOf(answer)]).toEqual([200, []])
        expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin')
      }
      const asked = await call(`${capability}/studies`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'GET' },
      })
      expect(corsOf(asked)).toEqual([])
    }
    const usual = await call(`${gateway.url}/api/read/case`, { token: session, headers: { origin: viewer } })
    expect([usual.status, corsOf(usual)]).toEqual([200, []])
  })

  it('has leave before it asks: to read, with what a viewer says, and no more', async () => {
    const { capability } = await mint()
    const asked = await call(`${instanceOf(capability, ct)}/frames/1`, {
      method: 'OPTIONS',
      headers: {
        origin: viewer,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'accept,authorization',
      },
    })
    expect(asked.status).toBe(204)
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': viewer,
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': 'Accept, Authorization, Range',
      vary: 'Origin',
    })
    expect(
      (await call(`${capability}/studies`, { method: 'POST', headers: { origin: viewer } })).status,
    ).toBe(405)
  })

  it('is nobody’s else: what OHIF says of its own sign-in neither helps nor harms', async () => {
    const { capability, grant } = await mint()
    const theirs = { origin: viewer, authorization: 'Bearer of-the-hospital' }
    expect((await call(`${capability}/studies`, { headers: theirs })).status).toBe(200)
    await must(`${gateway.url}/api/grants/${grant}/revoke`, { token: desk.token, method: 'POST' })
    expect((await call(`${capability}/studies`, { headers: theirs })).status).toBe(401)
    const owned = { origin: viewer, authorization: `Bearer ${(await desk.openGrant(id)).token}` }
    expect((await call(`${capability}/studies`, { headers: owned })).status).toBe(401)
  })

  it('ends at the next request, whatever that asks, and OHIF may read that it did', async () => {
    const { capability, grant } = await mint()
    await must(`${gateway.url}/api/grants/${grant}/revoke`, { token: desk.token, method: 'POST' })
    for (const answer of await askAll(capability, { origin: viewer })) {
      expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([401, viewer])
      expect(answer.body.toString('utf8')).not.toContain(ct.studyUid)
    }
    const another = await mint()
    await must(`${gateway.url}/api/readers/${reader}/end`, { token: desk.token, method: 'POST' })
    for (const answer of await askAll(another.capability, { origin: viewer })) expect(answer.status).toBe(401)
  })

  it('stands in the audit by its grant, and its address in no log', async () => {
    const { entries } = await must<{
      entries: { action: string; object: string | null; actor: { kind: string; id?: string } }[]
    }>(`${gateway.url}/api/cases/${id}/audit`, { token: desk.token })
    const opened = entries.find(({ action, object }) => action === 'grant.opened' && object === first)
    expect(opened?.actor).toEqual({ kind: 'reader', id: reader })
    const looks = entries.filter(({ actor }) => actor.kind === 'grant' && actor.id === first)
    for (const action of ['metadata.read', 'instances.searched', 'frames.read'])
      expect(looks.map((look) => look.action)).toContain(action)
    expect(gateway.output()).not.toMatch(/\/w\/[A-Za-z0-9_-]{43}/)
    expect(gateway.output()).not.toContain(ct.studyUid)
    expect(gateway.output()).not.toContain(canaryPatient.id)
  })
})
