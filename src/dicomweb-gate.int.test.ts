/**
 * Who may read a case over DICOMweb, on a real gateway: on every route there is, the token of this case and of no other,
 * with the scope, as long as the grant lives. Every look is written down.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Operation } from '#contract/operation.ts'
import { operations } from '#contract/operations.ts'
import { call } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { ctSlice } from '#fixtures/dicom/shapes.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { sendCase } from '#fixtures/sent-case.ts'

let folder: string
let gateway: Gateway
let desk: Desk
let id: string
let token: string

const ct = ctSlice({ seed: 71 })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-gate-'))
  gateway = await startGateway(folder, { OHIF_URL: 'https://viewer.example.org' })
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  id = await sendCase(gateway.url, desk, [ct])
  token = (await desk.openGrant(id)).token
}, 240_000)

afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

const base = () => `${gateway.url}/dicomweb/cases/${id}`
const ask = (path: string, bearer: string) => call(`${base()}${path}`, { token: bearer })

describe('the gate', () => {
  const guarded = Object.entries<Operation>(operations).filter(([, { path }]) =>
    path.startsWith('/dicomweb/cases/'),
  )
  const pathOf = (path: string, of: string): string =>
    path
      .replace('{case}', of)
      .replace('{study}', ct.studyUid)
      .replace('{series}', ct.seriesUid)
      .replace('{instance}', ct.sopUid)
      .replace('{frames}', '1')
      .replace('{bulk}', '7FE00010')

  it.each(guarded)('lets only a token of the case pass: %s', async (_, { method, path }) => {
    const other = await desk.openCase({ name: canaryPatient.name })
    const { token: theirs } = await desk.openGrant(other)
    const { token: small } = await desk.openGrant(id, ['case:download'])
    const url = `${gateway.url}${pathOf(path, id)}`
    const statusOf = async (bearer?: string) => {
      const answer = await call(url, { method, ...(bearer === undefined ? {} : { token: bearer }) })
      return [answer.status, answer.headers['www-authenticate'] ?? null]
    }
    expect((await statusOf(token))[0]).toBe(200)
    expect(await statusOf(theirs)).toEqual([404, null])
    expect(await statusOf()).toEqual([401, 'Bearer realm="second-read"'])
    expect(await statusOf('nobody')).toEqual([401, 'Bearer realm="second-read", error="invalid_token"'])
    expect(await statusOf(small)).toEqual([
      403,
      'Bearer realm="second-read", error="insufficient_scope", scope="case:read"',
    ])
    // The same address in the case of that token: there is nothing of it there, but what is of every case.
    const own = await call(`${gateway.url}${pathOf(path, other)}`, { method, token: theirs })
    const ofEvery = method === 'OPTIONS' || path.endsWith('/ohif.json')
    const found = path.includes('{study}') && !/series$|instances$/.test(path) ? 404 : 204
    expect([method, own.status]).toEqual([method, ofEvery ? 200 : found])
  })

  it('ends with the grant, and writes down every look', async () => {
    const { grant, token: brief } = await desk.openGrant(id)
    expect((await ask('/studies', brief)).status).toBe(200)
    await call(`${gateway.url}/api/grants/${grant}/revoke`, { method: 'POST', token: desk.token })
    expect((await ask('/studies', brief)).status).toBe(401)
    const audit = await call(`${gateway.url}/api/cases/${id}/audit`, { token: desk.token })
    const { entries } = JSON.parse(audit.body.toString('utf8')) as { entries: { action: string }[] }
    for (const action of [
      'instances.searched',
      'instances.read',
      'metadata.read',
      'frames.read',
      'bulk.read',
    ])
      expect([action, entries.some((entry) => entry.action === action)]).toEqual([action, true])
    expect(audit.body.includes(ct.studyUid)).toBe(false)
  })

  it('finds nothing under a number that no instance can have', async () => {
    for (const number of ['2147483648', '-9999999999'])
      expect([number, (await ask(`/instances?InstanceNumber=${number}`, token)).status]).toEqual([
        number,
        204,
      ])
  })

  it('says what it does', async () => {
    const answer = await call(`${base()}/`, { method: 'OPTIONS', token })
    const { application } = JSON.parse(answer.body.toString('utf8')) as {
      application: { resources: { '@base': string; resource: { '@path': string }[] } }
    }
    expect(application.resources['@base']).toBe(base())
    expect(application.resources.resource.map((one) => one['@path'])).toEqual([
      'studies',
      'series',
      'instances',
    ])
    const statement = await call(`${gateway.url}/dicomweb/conformance`)
    expect(statement.headers['content-type']).toBe('text/plain; charset=utf-8')
  })
})
