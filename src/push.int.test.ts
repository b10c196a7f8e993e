/**
 * A case pushed to Orthanc from Debian, unmodified, as somebody's PACS: every byte of every image, through an archive
 * that is down, a secret that is wrong and a worker that is killed; and what a consent withdrawn meanwhile stops.
 */
import { createHash } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { call, callJson, must } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { letIn } from '#fixtures/client/reader.ts'
import { exchange, finish, inMemory, send } from '#fixtures/client/sender.ts'
import { ctStudy, type StudyFile } from '#fixtures/dicom/ct-study.ts'
import { openProxy, type Proxy } from '#fixtures/faults/proxy.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { type Services, startServices } from '#fixtures/services.ts'

type Push = {
  push: string
  target: string
  study: string | null
  state: string
  sent: number
  failed: number
  code: string | null
  words: string
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

let folder: string
let gateway: Gateway
let services: Services
let proxy: Proxy
let desk: Desk
let orthanc: string
let secret: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-push-'))
  // Orthanc runs as another account, which must be able to pass.
  await chmod(folder, 0o755)
  services = await startServices({ folder: join(folder, 'orthanc'), only: ['orthanc'] })
  const url = new URL(services.env['TEST_ORTHANC_URL'] ?? '')
  orthanc = url.origin
  secret = url.password
  proxy = await openProxy(orthanc)
  const target = (name: string, password: string): string =>
    `${name}=${proxy.url.replace('//', `//${url.username}:${password}@`)}/dicom-web`
  gateway = await startGateway(folder, {
    PUSH_TARGETS: `${target('pacs', secret)} ${target('wrong', 'kW8qLm3Zt6Yb')}`,
  })
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
}, 120_000)

afterAll(async () => {
  await gateway.stop()
  await proxy.close()
  await services.stop()
  await rm(folder, { recursive: true, force: true })
})

beforeEach(() => proxy.decide(() => 'pass'))

let seed = 800

const newCase = async (slices: number, studies = 1) => {
  const files = Array.from({ length: studies }, () => [
    ...ctStudy({ slices, seed: ++seed, rows: 64, columns: 64 }),
  ]).flat()
  const id = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
  const link = await desk.openLink(id, { role: 'patient', name: 'Invited person' })
  const session = await exchange(gateway.url, link.url)
  await callJson(`${gateway.url}/api/send/introduce`, {
    token: session.session,
    json: { name: 'Sita Deshmukh', role: 'patient', language: 'en', consent: '2026-11' },
  })
  await send(
    gateway.url,
    session,
    files.map(({ path, bytes }, at) => inMemory(`${at}/${path}`, bytes)),
  )
  await finish(gateway.url, session)
  for (let state = ''; state !== 'ready'; state = await desk.caseState(id)) await sleep(50)
  return { id, files, session }
}

const pushesOf = async (id: string): Promise<Push[]> =>
  (await must<{ pushes: Push[] }>(`${gateway.url}/api/cases/${id}/pushes`, { token: desk.token })).pushes

const ask = (id: string, json: object) =>
  callJson(`${gateway.url}/api/cases/${id}/pushes`, { token: desk.token, json })

const push = async (id: string, json: object = { target: 'pacs' }): Promise<string> => {
  const asked = await ask(id, json)
  expect(asked.status).toBe(201)
  return (asked.json as { push: string }).push
}

const until = async (id: string, is: (push: Push) => boolean): Promise<Push> => {
  for (;;) {
    const [newest] = await pushesOf(id)
    if (newest !== undefined && is(newest)) return newest
    await sleep(100)
  }
}
const ended = (id: string) => until(id, ({ state }) => state === 'done' || state === 'failed')

const inOrthanc = async (method: string, path: string, body?: object) =>
  call(`${orthanc}${path}`, {
    method,
    headers: { authorization: `Basic ${Buffer.from(`tester:${secret}`).toString('base64')}` },
    ...(body === undefined ? {} : { body: [Buffer.from(JSON.stringify(body))] }),
  })

/** Digests of what it keeps of these studies. */
const kept = async (files: readonly StudyFile[]): Promise<string[]> => {
  const digests: string[] = []
  for (const study of new Set(files.map(({ studyUid }) => studyUid))) {
    const query = { Level: 'Instance', Query: { StudyInstanceUID: study } }
    const found = JSON.parse((await inOrthanc('POST', '/tools/find', query)).body.toString()) as string[]
    for (const one of found) digests.push(sha256((await inOrthanc('GET', `/instances/${one}/file`)).body))
  }
  return digests.toSorted()
}
const digestsOf = (files: readonly StudyFile[]) => files.map(({ bytes }) => sha256(bytes)).toSorted()

describe('a push', () => {
  it('brings every image of the case, and is in the audit without a secret', async () => {
    const { id, files } = await newCase(24, 2)
    const asked = await push(id)
    const done = await ended(id)
    expect(done).toMatchObject({ push: asked, state: 'done', sent: 48, failed: 0, code: null })
    expect(done.words).toContain('48 images')
    expect(await kept(files)).toEqual(digestsOf(files))
    const { entries } = await must<{ entries: { action: string; facts: object; actor: { kind: string } }[] }>(
      `${gateway.url}/api/cases/${id}/audit`,
      { token: desk.token },
    )
    expect(entries.find(({ action }) => action === 'case.pushed')).toMatchObject({
      facts: { target: 'pacs', sent: 48, failed: 0 },
    })
    expect(entries.find(({ action }) => action === 'push.asked')?.actor.kind).toBe('operator')
    expect(gateway.output()).not.toContain(secret)
  }, 60_000)

  it('of one study brings that study, asked for by the reader too', async () => {
    const { id, files } = await newCase(3, 2)
    const study = files[0]?.studyUid ?? ''
    const { session } = await letIn(gateway.url, desk, id)
    const reader = { token: session }
    const json = { target: 'pacs', study }
    await must(`${gateway.url}/api/read/pushes`, { ...reader, json })
    expect(await ended(id)).toMatchObject({ state: 'done', study, sent: 3 })
    const seen = await must<{ targets: string[]; pushes: Push[] }>(`${gateway.url}/api/read/pushes`, reader)
    expect([seen.targets, seen.pushes.length]).toEqual([['pacs', 'wrong'], 1])
    expect(await kept(files)).toEqual(digestsOf(files.filter(({ studyUid }) => studyUid === study)))
  }, 60_000)

  it('waits while the PACS is down, says so, and brings everything when it is back', async () => {
    const { id, files } = await newCase(5)
    await services.kill('orthanc')
    await push(id)
    const waits = await until(id, ({ code }) => code === 'pacs.unavailable')
    expect(waits.words).toContain('The PACS does not answer')
    await services.restart('orthanc')
    expect(await ended(id)).toMatchObject({ state: 'done', sent: 5, failed: 0, code: null })
    expect(await kept(files)).toEqual(digestsOf(files))
  }, 120_000)

  it('goes on through requests that break, and sends again what was not named', async () => {
    const { id, files } = await newCase(30)
    let nth = 0
    proxy.decide(() => {
      nth += 1
      if (nth === 1) return { cutAfter: 50_000 }
      if (nth === 2) return { swallow: 'reset' }
      if (nth === 3) return { answer: 200, body: '{}' }
      if (nth === 4) return { answer: 413, body: '' }
      return nth === 5 ? { answer: 400, body: 'One of these is no DICOM.' } : 'pass'
    })
    await push(id)
    expect(await ended(id)).toMatchObject({ state: 'done', sent: 30, failed: 0 })
    expect(await kept(files)).toEqual(digestsOf(files))
    expect(nth).toBeGreaterThan(6)
  }, 60_000)

  it('says which images the PACS would not take', async () => {
    const { id, files } = await newCase(3)
    const [bad] = files
    proxy.decide(() => ({
      answer: 202,
      body: JSON.stringify({
        '00081199': {
          vr: 'SQ',
          Value: files.slice(1).map(({ sopUid }) => ({ '00081155': { vr: 'UI', Value: [sopUid] } })),
        },
        '00081198': {
          vr: 'SQ',
          Value: [
            {
              '00081155': { vr: 'UI', Value: [bad?.sopUid] },
              '00081197': { vr: 'US', Value: [0x0122] },
            },
          ],
        },
      }),
    }))
    await push(id)
    const failed = await ended(id)
    expect(failed).toMatchObject({ state: 'failed', sent: 2, failed: 1, code: 'pacs.refused' })
    expect(failed.words).toContain('2 sent, 1 refused')
  }, 60_000)

  it('with a wrong secret fails at once, in words', async () => {
    const { id } = await newCase(2)
    await push(id, { target: 'wrong' })
    const failed = await ended(id)
    expect(failed).toMatchObject({ state: 'failed', sent: 0, code: 'pacs.denied' })
    expect(failed.words).toContain('does not let us in')
  }, 60_000)

  it('whose worker is killed in the middle is whole afterwards, and nothing is there twice', async () => {
    const { id, files } = await newCase(250)
    let nth = 0
    proxy.decide(() => {
      nth += 1
      if (nth !== 2) return 'pass'
      for (const [pid, name] of gateway.processes()) if (name === 'worker') process.kill(pid, 'SIGKILL')
      return 'pass'
    })
    await push(id)
    expect(await ended(id)).toMatchObject({ state: 'done', sent: 250, failed: 0 })
    expect(nth).toBeGreaterThan(2)
    expect(await kept(files)).toEqual(digestsOf(files))
  }, 180_000)

  it('stops when consent is withdrawn meanwhile, and is refused afterwards', async () => {
    const { id, files, session } = await newCase(240)
    const asSender = { token: session.session, method: 'POST' }
    let nth = 0
    proxy.decide(() => {
      nth += 1
      return nth === 1 ? { delayMs: 3_000 } : 'pass'
    })
    await push(id)
    while (nth === 0) await sleep(20)
    expect((await callJson(`${gateway.url}/api/send/withdraw`, { ...asSender, json: {} })).status).toBe(204)
    const stopped = await ended(id)
    expect(stopped).toMatchObject({ state: 'failed', sent: 200, failed: 0, code: 'case.closed' })
    expect(nth).toBe(1)
    expect(await kept(files)).toHaveLength(200)
    expect((await ask(id, { target: 'pacs' })).json).toMatchObject({ code: 'case.closed' })
  }, 120_000)

  it('of nothing, or to nobody, is refused before it begins', async () => {
    const { id } = await newCase(1)
    expect((await ask(id, { target: 'nowhere' })).json).toMatchObject({ code: 'push.unknown-target' })
    expect((await ask(id, { target: 'pacs', study: '1.2.3' })).json).toMatchObject({ code: 'item.not-found' })
    expect((await ask(id, { target: 'pacs', study: '../..' })).status).toBe(400)
    expect(await pushesOf(id)).toEqual([])
  }, 60_000)
})
