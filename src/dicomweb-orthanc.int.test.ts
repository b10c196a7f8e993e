/**
 * Orthanc from Debian with its DICOMweb plugin, unmodified, as the reader's PACS: it searches a case here, pulls a study
 * of it with a reader's token, and keeps every object byte for byte.
 */
import { createHash } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { syntaxes } from '#fixtures/dicom/part10.ts'
import { fragmentedCapture } from '#fixtures/dicom/shapes.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { sendCase } from '#fixtures/sent-case.ts'
import { type Services, startServices } from '#fixtures/services.ts'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

let folder: string
let gateway: Gateway
let services: Services
let desk: Desk
let orthanc: string
let password: string
let id: string

const shape = { slices: 20, rows: 64, columns: 64, series: 2 } as const
const explicit = [...ctStudy({ ...shape, seed: 61 })]
const implicit = [...ctStudy({ ...shape, seed: 62, syntax: syntaxes.implicitLittle })]
const compressed = [fragmentedCapture({ seed: 63 })]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-pull-'))
  // Orthanc runs as another account, which must be able to pass.
  await chmod(folder, 0o755)
  services = await startServices({ folder: join(folder, 'orthanc'), only: ['orthanc'] })
  const url = new URL(services.env['TEST_ORTHANC_URL'] ?? '')
  password = Buffer.from(`${url.username}:${url.password}`).toString('base64')
  orthanc = url.origin
  gateway = await startGateway(folder)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  id = await sendCase(gateway.url, desk, [...explicit, ...implicit, ...compressed])
}, 240_000)

afterAll(async () => {
  await gateway.stop()
  await services.stop()
  await rm(folder, { recursive: true, force: true })
})

const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
  const reply = await call(`${orthanc}${path}`, {
    method,
    headers: { authorization: `Basic ${password}` },
    ...(body === undefined ? {} : { body: [Buffer.from(JSON.stringify(body))] }),
  })
  const text = reply.body.toString('utf8')
  if (reply.status !== 200) throw new Error(`${method} ${path}: ${reply.status} ${text}`)
  return text === '' ? null : JSON.parse(text)
}

/** The gateway as one of its servers, with this token. */
const register = (token: string): Promise<unknown> =>
  ask('PUT', '/dicom-web/servers/gateway', {
    Url: `${gateway.url}/dicomweb/cases/${id}/`,
    HttpHeaders: { Authorization: `Bearer ${token}` },
  })

const pull = (study: string): Promise<unknown> =>
  ask('POST', '/dicom-web/servers/gateway/retrieve', { Resources: [{ Study: study }], Synchronous: true })

/** Digests of what it keeps of a study, as it keeps it. */
const kept = async (study: string): Promise<string[]> => {
  const found = (await ask('POST', '/tools/find', {
    Level: 'Instance',
    Query: { StudyInstanceUID: study },
  })) as string[]
  const files = found.map((one) =>
    call(`${orthanc}/instances/${one}/file`, { headers: { authorization: `Basic ${password}` } }),
  )
  return (await Promise.all(files)).map(({ body }) => sha256(body)).toSorted()
}

describe('Orthanc', () => {
  it('finds the studies of the case', async () => {
    await register((await desk.openGrant(id)).token)
    const found = (await ask('POST', '/dicom-web/servers/gateway/qido', {
      Uri: '/studies',
      Arguments: { PatientName: '*' },
    })) as Record<string, { Value: unknown[] }>[]
    const uids = found.map((one) => one['0020,000d']?.Value ?? one['0020000D']?.Value?.[0])
    expect(uids).toHaveLength(3)
  })

  it.each([
    ['with plain pixels', explicit],
    ['in implicit little endian', implicit],
    ['with compressed frames', compressed],
  ])('pulls a study %s, every byte of it', async (_, files) => {
    await register((await desk.openGrant(id)).token)
    const study = files[0]?.studyUid ?? ''
    await pull(study)
    expect(await kept(study)).toEqual(files.map(({ bytes }) => sha256(bytes)).toSorted())
  })

  it('gets nothing with a token of another case', async () => {
    const other = await desk.openCase({ name: canaryPatient.name })
    await register((await desk.openGrant(other)).token)
    await expect(pull(explicit[0]?.studyUid ?? '')).rejects.toThrow('retrieve: ')
  })
})
