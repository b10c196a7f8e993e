/** DICOMweb by an address alone, for viewers that cannot send a header: one case, its DICOM, until the grant ends. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, must } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { exchange, finish, inMemory, send, status } from '#fixtures/client/sender.ts'
import { ctSlice } from '#fixtures/dicom/shapes.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'

let folder: string
let gateway: Gateway
let desk: Desk
let reader: string
let session: string
const slice = ctSlice({ seed: 1 }).bytes

type Minted = { grant: string; capability: string | null }
const mint = (json: Record<string, unknown> = {}) =>
  must<Minted>(`${gateway.url}/api/read/grants`, {
    token: session,
    json: { scopes: ['case:read'], capability: true, ...json },
  })
const base = async (): Promise<string> => (await mint()).capability ?? ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-capability-'))
  gateway = await startGateway(folder)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  const id = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
  const sender = await exchange(gateway.url, (await desk.openLink(id)).url)
  await send(gateway.url, sender, [inMemory('a/1', slice)])
  await finish(gateway.url, sender)
  for (let states = ['received']; states.includes('received'); )
    states = (await status(gateway.url, sender)).map((item) => item.state)
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

describe('an address that carries a grant', () => {
  it('searches and retrieves, and every address in an answer stays under it', async () => {
    const url = await base()
    const found = await call(`${url}/instances`)
    expect(found.status).toBe(200)
    const [set] = JSON.parse(found.body.toString('utf8')) as Record<string, { Value: string[] }>[]
    const address = set?.['00081190']?.Value[0] ?? ''
    expect(address.startsWith(`${url}/studies/`)).toBe(true)
    const whole = await call(address, { headers: { accept: 'application/dicom' } })
    expect([whole.status, whole.body.equals(slice)]).toEqual([200, true])
    const metadata = await call(`${address}/metadata`)
    const addresses = metadata.body.toString('utf8').match(/"BulkDataURI":"[^"]+"/g) ?? []
    expect(addresses.length).toBeGreaterThan(0)
    for (const one of addresses) expect(one).toContain(`"${address}/bulkdata/`)
  })

  it('is for programs: pages of another origin are granted nothing where no viewer is named', async () => {
    const url = await base()
    const origin = 'https://viewer.example'
    const asked = await call(`${url}/studies`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET' },
    })
    const found = await call(`${url}/studies`, { headers: { origin } })
    expect(found.status).toBe(200)
    for (const { headers } of [asked, found]) {
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([])
      expect(headers['cross-origin-resource-policy']).toBe('same-origin')
    }
    expect((await call(`${url}/ohif.json`)).status).toBe(404)
    expect(await must(`${gateway.url}/api/read/case`, { token: session })).toMatchObject({ ohif: null })
  })

  it('reads DICOM and nothing else, and changes nothing', async () => {
    const url = await base()
    for (const path of ['/bundle', '/../../../api/read/case', '/%2e%2e/%2e%2e/api/read/case', ''])
      expect((await call(`${url}${path}`)).status).toBeGreaterThanOrEqual(400)
    expect((await call(`${url}/studies`, { method: 'POST' })).status).toBe(405)
    expect((await call(`${gateway.url}/w/${'x'.repeat(43)}/studies`)).status).toBe(401)
    expect((await mint({ capability: false })).capability).toBeNull()
  })

  it('ends with its grant, and stands in no log', async () => {
    const url = await base()
    const { grant, capability } = await mint()
    expect((await call(`${capability}/studies`)).status).toBe(200)
    await call(`${gateway.url}/api/grants/${grant}/revoke`, { method: 'POST', token: desk.token })
    expect((await call(`${capability}/studies`)).status).toBe(401)
    await call(`${gateway.url}/api/readers/${reader}/end`, { method: 'POST', token: desk.token })
    expect((await call(`${url}/studies`)).status).toBe(401)
    for (const secret of [url, capability ?? ''])
      expect(gateway.output()).not.toContain(secret.slice(secret.lastIndexOf('/') + 1))
  })
})
