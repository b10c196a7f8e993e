/**
 * The STOW-RS door and the clients it is for, unmodified: dicomweb-client, and Orthanc from Debian with its DICOMweb
 * plugin. What they send is durable when they are told so, gets its verdict, and leaves byte for byte.
 */
import { createHash } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { api } from 'dicomweb-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from '#fixtures/client/call.ts'
import { type Desk, deskOf, signIn } from '#fixtures/client/desk.ts'
import { exchange, finish, type Session } from '#fixtures/client/sender.ts'
import { readZip } from '#fixtures/client/zip.ts'
import { ctStudy, type StudyFile } from '#fixtures/dicom/ct-study.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { type Services, startServices } from '#fixtures/services.ts'
import { PageRequest } from '#fixtures/xml-http-request.ts'

let folder: string
let gateway: Gateway
let desk: Desk

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-stow-'))
  // Orthanc runs as another account, which must be able to pass.
  await chmod(folder, 0o755)
  gateway = await startGateway(folder)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
})

afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const studyOf = (slices: number, seed: number): StudyFile[] => [
  ...ctStudy({ slices, seed, rows: 64, columns: 64 }),
]

const newSession = async (): Promise<{ id: string; session: Session }> => {
  const id = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
  const link = await desk.openLink(id)
  return { id, session: await exchange(gateway.url, link.url) }
}

/** The case is ready, and its bundle has exactly these instances as they were sent. */
const expectArrived = async (id: string, session: Session, files: readonly Uint8Array[]): Promise<void> => {
  await finish(gateway.url, session)
  await expect.poll(() => desk.caseState(id), { timeout: 30_000 }).toBe('ready')
  expect(await desk.accepted(id)).toBe(files.length)
  const { token } = await desk.openGrant(id)
  const answer = await call(`${gateway.url}/api/cases/${id}/bundle`, { token })
  const digests = [...readZip(answer.body)]
    .filter(([path]) => path.startsWith('DICOM/'))
    .map(([, bytes]) => sha256(bytes))
  expect(digests.toSorted()).toEqual(files.map(sha256).toSorted())
}

type Stored = Record<string, { Value: Record<string, { Value: unknown[] }>[] }>

describe('dicomweb-client', () => {
  const clientOf = ({ session }: Session) =>
    new api.DICOMwebClient({
      url: `${gateway.url}/dicomweb`,
      headers: { Authorization: `Bearer ${session}` },
      verbose: false,
    } as ConstructorParameters<typeof api.DICOMwebClient>[0])

  const storeWith = (session: Session, files: readonly StudyFile[], study?: string): Promise<string> =>
    clientOf(session).storeInstances({
      datasets: files.map(({ bytes }) => new Uint8Array(bytes).buffer),
      ...(study === undefined ? {} : { studyInstanceUID: study }),
      request: { instance: new PageRequest() },
    } as never)

  it('stores a study, and its acknowledgement outlives a kill of everything', async () => {
    const { id, session } = await newSession()
    const files = studyOf(3, 41)
    const reply = JSON.parse(await storeWith(session, files)) as Stored
    expect(reply['00081199']?.Value.map((item) => item['00081155']?.Value[0])).toEqual(
      files.map(({ sopUid }) => sopUid),
    )
    expect(reply['00081198']).toBeUndefined()
    const { port } = new URL(gateway.url)
    await gateway.kill()
    gateway = await startGateway(folder, { PORT: port })
    desk = deskOf(gateway.url, desk.token)
    await expectArrived(
      id,
      session,
      files.map(({ bytes }) => bytes),
    )
  })

  it('hears which instances are of another study', async () => {
    const { session } = await newSession()
    const [one] = studyOf(1, 42)
    const [other] = studyOf(1, 43)
    if (one === undefined || other === undefined) throw new Error('no study')
    const reply = JSON.parse(await storeWith(session, [one, other], one.studyUid)) as Stored
    expect(reply['00081199']?.Value.length).toBe(1)
    expect(reply['00081198']?.Value[0]?.['00081197']?.Value).toEqual([0xa900])
    await expect(storeWith(session, [other], one.studyUid)).rejects.toMatchObject({ status: 409 })
    const nobody = { ...session, session: 'nobody' }
    await expect(storeWith(nobody, [one])).rejects.toMatchObject({ status: 401 })
  })
})

describe('Orthanc', () => {
  let services: Services
  let orthanc: string
  let password: string
  beforeAll(async () => {
    services = await startServices({ folder: join(folder, 'orthanc'), only: ['orthanc'] })
    const url = new URL(services.env['TEST_ORTHANC_URL'] ?? '')
    password = Buffer.from(`${url.username}:${url.password}`).toString('base64')
    orthanc = url.origin
  })
  afterAll(() => services.stop())

  const ask = async (method: string, path: string, body?: Uint8Array | object): Promise<unknown> => {
    const bytes = body === undefined || body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body))
    const reply = await call(`${orthanc}${path}`, {
      method,
      headers: { authorization: `Basic ${password}` },
      ...(bytes === undefined ? {} : { body: [bytes] }),
    })
    const text = reply.body.toString('utf8')
    if (reply.status !== 200) throw new Error(`${method} ${path}: ${reply.status} ${text}`)
    return text === '' ? null : JSON.parse(text)
  }

  const fill = async (files: readonly StudyFile[]): Promise<string> => {
    let study = ''
    for (const { bytes } of files)
      study = ((await ask('POST', '/instances', bytes)) as { ParentStudy: string }).ParentStudy
    return study
  }

  /** What it keeps, as it keeps it. */
  const kept = async (study: string): Promise<Buffer[]> => {
    const instances = (await ask('GET', `/studies/${study}/instances`)) as { ID: string }[]
    const files = instances.map(({ ID }) =>
      call(`${orthanc}/instances/${ID}/file`, { headers: { authorization: `Basic ${password}` } }),
    )
    return (await Promise.all(files)).map(({ body }) => body)
  }

  it.each([
    ['a fixed header', (session: string) => ({ HttpHeaders: { Authorization: `Bearer ${session}` } })],
    ['name and password', (session: string) => ({ Username: 'orthanc', Password: session })],
  ])('sends a study of 25 by %s', async (way, credentials) => {
    const { id, session } = await newSession()
    const study = await fill(studyOf(25, way.length))
    await ask('PUT', '/dicom-web/servers/gateway', {
      Url: `${gateway.url}/dicomweb/`,
      ...credentials(session.session),
    })
    await ask('POST', '/dicom-web/servers/gateway/stow', { Resources: [study], Synchronous: true })
    await expectArrived(id, session, await kept(study))
  })

  it('is told when it may not', async () => {
    const study = await fill(studyOf(1, 44))
    await ask('PUT', '/dicom-web/servers/gateway', {
      Url: `${gateway.url}/dicomweb/`,
      Username: 'a',
      Password: 'b',
    })
    await expect(
      ask('POST', '/dicom-web/servers/gateway/stow', { Resources: [study], Synchronous: true }),
    ).rejects.toThrow('POST /dicom-web/servers/gateway/stow: ')
  })
})
