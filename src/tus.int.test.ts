/**
 * The tus door by raw HTTP on two real servers over one ledger and one store: the protocol's own rules, whose
 * uploads are whose, what is kept of a request that ends early, and who wins when two servers take the same upload.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { call } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { exchange, finish } from '#fixtures/client/sender.ts'
import {
  append,
  appendHeaders,
  attests,
  beginAppend,
  createUpload,
  named,
  probe,
  tus,
  tusPath,
} from '#fixtures/client/tus.ts'
import { type Cluster, openCluster, type ServerProgram } from '#fixtures/cluster.ts'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { seeded } from '#fixtures/seeded.ts'

const chunk = 262_144

let ledger: TestLedger
let folder: string
let cluster: Cluster
let server: ServerProgram
let other: ServerProgram
let desk: Desk

beforeAll(async () => {
  ledger = await openTestLedger(undefined)
  folder = await mkdtemp(join(tmpdir(), 'second-read-tus-'))
  cluster = await openCluster({ folder, databaseUrl: ledger.url })
  server = await cluster.startServer({ env: { STOP_GRACE: '1' } })
  other = await cluster.startServer()
  desk = await signIn(server.url, cluster.signInCode ?? '')
})

afterAll(async () => {
  await cluster.kill()
  await ledger.close()
  await rm(folder, { recursive: true, force: true })
})

let url: string
let token: string
let link: string
let caseId: string
let session: Awaited<ReturnType<typeof exchange>>
beforeEach(async () => {
  url = server.url
  caseId = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
  const opened = await desk.openLink(caseId)
  link = opened.link
  session = await exchange(url, opened.url)
  token = session.session
})

const bytesOf = (size: number, seed = 'tus'): Buffer => {
  const bytes = Buffer.alloc(size)
  seeded(seed).fill(bytes)
  return bytes
}
const wholeChunks = (size: number): number => size - (size % chunk)
const onOther = (upload: string): string => upload.replace(url, other.url)

const codeOf = ({ body }: { body: Buffer }): unknown =>
  (JSON.parse(body.toString('utf8')) as Record<string, unknown>)['code']

describe('the protocol', () => {
  it('tells what it can, to a sender alone', async () => {
    const { status: said, headers } = await call(`${url}${tusPath}`, { method: 'OPTIONS', token })
    expect(said).toBe(204)
    expect(headers).toMatchObject({
      'tus-resumable': '1.0.0',
      'tus-version': '1.0.0',
      'tus-extension': 'creation,creation-with-upload,checksum,expiration,termination',
      'tus-checksum-algorithm': 'sha256,sha1',
      'tus-max-size': '1099511627776',
    })
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    expect((await call(`${url}${tusPath}`, { method: 'OPTIONS' })).status).toBe(401)
  })

  it('creates with a relative address that has an id and no name, and grants nothing to other origins', async () => {
    const answer = await tus('POST', `${url}${tusPath}`, {
      token,
      headers: {
        'upload-length': '9',
        'upload-metadata': named('../Mustermann Erika.dcm'),
        origin: 'https://elsewhere.example',
        'x-forwarded-host': 'elsewhere.example',
        'x-forwarded-proto': 'gopher',
      },
    })
    expect(answer.status).toBe(201)
    expect(answer.headers.location).toMatch(/^\/api\/send\/tus\/[0-9a-f-]{36}$/)
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    expect(Date.parse(answer.headers['upload-expires'] as string)).toBeGreaterThan(Date.now() + 86_000_000)
    const upload = `${url}${answer.headers.location}`
    const head = await tus('HEAD', upload, { token })
    expect(head.headers).toMatchObject({
      'upload-offset': '0',
      'upload-length': '9',
      'cache-control': 'private, no-store',
    })
    expect(head.headers['upload-metadata']).toBeUndefined()
    expect((await append(upload, token, 0, Buffer.from('123456789'))).status).toBe(204)
    expect(server.output()).not.toMatch(/Mustermann/)
    const [item] = await desk.items(caseId)
    expect(item).toMatchObject({ state: 'received', size: 9 })
  })

  it('refuses what the protocol refuses, as problems', async () => {
    const upload = await createUpload(url, token, 10)
    const ten = Buffer.alloc(10)
    const wrong = await tus('PATCH', upload, {
      token,
      headers: { ...appendHeaders(0), 'tus-resumable': '0.2.2' },
      body: [ten],
    })
    expect([wrong.status, wrong.headers['tus-version']]).toEqual([412, '1.0.0'])
    expect((await call(upload, { method: 'HEAD', token })).status).toBe(412)
    const created = (headers: Record<string, string>) =>
      tus('POST', `${url}${tusPath}`, { token, headers }).then(({ status: said }) => said)
    const patched = (headers: Record<string, string>, body = ten) =>
      tus('PATCH', upload, { token, headers, body: [body] }).then(({ status: said }) => said)
    expect(await patched({ ...appendHeaders(0), 'content-type': 'text/plain' })).toBe(415)
    expect(await patched({ 'content-type': 'application/offset+octet-stream' })).toBe(400)
    expect(await patched(appendHeaders(5))).toBe(409)
    expect(await patched(appendHeaders(-1))).toBe(400)
    expect(await patched(appendHeaders(0), Buffer.alloc(11))).toBe(413)
    expect(await patched(appendHeaders(0, { 'upload-checksum': `md5 ${'A'.repeat(22)}==` }))).toBe(400)
    expect(await created({ 'upload-length': '1099511627777' })).toBe(413)
    expect(await created({ 'upload-length': '-1' })).toBe(400)
    expect(await created({ 'upload-length': '1e3' })).toBe(400)
    expect(await created({})).toBe(400)
    expect(await created({ 'upload-defer-length': '1' })).toBe(501)
    expect(await created({ 'upload-length': '5', 'upload-concat': 'partial' })).toBe(501)
    expect(await created({ 'upload-length': '5', 'upload-metadata': 'filename ####' })).toBe(400)
    const conflict = await append(upload, token, 7, ten)
    expect([conflict.headers['content-type'], codeOf(conflict)]).toEqual([
      'application/problem+json',
      'state.conflict',
    ])
    expect(await probe(upload, token)).toEqual([200, '0'])
    expect((await call(upload, { token })).status).toBe(405)
  })

  it('takes an empty file at creation, and a whole one with it', async () => {
    const empty = await createUpload(url, token, 0)
    expect(await probe(empty, token)).toEqual([200, '0'])
    const bytes = bytesOf(2 * chunk + 5)
    const whole = await tus('POST', `${url}${tusPath}`, {
      token,
      headers: {
        'upload-length': String(bytes.length),
        'content-type': 'application/offset+octet-stream',
        'upload-checksum': `sha256 ${createHash('sha256').update(bytes).digest('base64')}`,
      },
      body: [bytes],
    })
    expect([whole.status, whole.headers['upload-offset']]).toEqual([201, String(bytes.length)])
    const { receipt, items } = await finish(url, session)
    expect(items).toBe(2)
    expect(attests(receipt, whole.headers.location ?? '', bytes)).toBe(true)
    expect(attests(receipt, empty, Buffer.alloc(0))).toBe(true)
  })

  it('keeps nothing of a creation whose bytes are not what their checksum says', async () => {
    const answer = await tus('POST', `${url}${tusPath}`, {
      token,
      headers: {
        'upload-length': '5',
        'content-type': 'application/offset+octet-stream',
        'upload-checksum': `sha1 ${createHash('sha1').update('other').digest('base64')}`,
      },
      body: [Buffer.from('bytes')],
    })
    expect([answer.status, answer.headers.location]).toEqual([460, undefined])
    expect((await finish(url, session)).items).toBe(0)
  })

  it.each(['sha1', 'sha256'] as const)('proves a request by %s', async (algorithm) => {
    const bytes = bytesOf(3 * chunk, algorithm)
    const upload = await createUpload(url, token, bytes.length)
    const told = (of: Buffer) => ({
      'upload-checksum': `${algorithm} ${createHash(algorithm).update(of).digest('base64')}`,
    })
    const bad = await append(upload, token, 0, bytes, told(bytes.subarray(1)))
    expect([bad.status, codeOf(bad)]).toEqual([460, 'digest.mismatch'])
    expect(await probe(upload, token)).toEqual([200, '0'])
    const half = bytes.subarray(0, chunk + 100)
    const good = await append(upload, token, 0, half, told(half))
    expect([good.status, good.headers['upload-offset']]).toEqual([204, String(chunk)])
    const rest = bytes.subarray(chunk)
    expect((await append(upload, token, chunk, rest, told(rest))).status).toBe(204)
    expect(attests((await finish(url, session)).receipt, upload, bytes)).toBe(true)
  })

  it('does what X-HTTP-Method-Override says', async () => {
    const upload = await createUpload(url, token, 4)
    const post = (method: string, body = '') =>
      tus('POST', upload, {
        token,
        headers: { ...appendHeaders(0), 'x-http-method-override': method },
        body: [Buffer.from(body)],
      }).then(({ status: said }) => said)
    expect(await post('PUT')).toBe(405)
    expect(await post('PATCH', 'four')).toBe(204)
    expect(await probe(upload, token)).toEqual([200, '4'])
  })

  it('terminates what is not complete, once', async () => {
    const upload = await createUpload(url, token, 2 * chunk)
    expect((await append(upload, token, 0, bytesOf(chunk))).status).toBe(204)
    expect((await tus('DELETE', upload, { token })).status).toBe(204)
    expect(await probe(upload, token)).toEqual([410, undefined])
    expect((await tus('DELETE', upload, { token })).status).toBe(410)
    expect((await append(upload, token, chunk, bytesOf(chunk))).status).toBe(410)
    const done = await createUpload(url, token, 1)
    expect((await append(done, token, 0, Buffer.alloc(1))).status).toBe(204)
    expect((await tus('DELETE', done, { token })).status).toBe(409)
    expect((await finish(url, session)).items).toBe(1)
  })
})

describe('whose upload it is', () => {
  it('is not there for another sender, and nobody may touch it without a session', async () => {
    const upload = await createUpload(url, token, 2 * chunk)
    const theirs = await exchange(url, (await desk.openLink(caseId)).url)
    const { sending, answered } = beginAppend(upload, token, 0, 2 * chunk)
    sending.write(bytesOf(chunk))
    for (const method of ['HEAD', 'PATCH', 'DELETE']) {
      const terms = { headers: method === 'PATCH' ? appendHeaders(0) : {} }
      expect((await tus(method, upload, { ...terms, token: theirs.session })).status).toBe(404)
      expect((await tus(method, upload, terms)).status).toBe(401)
    }
    // A stranger who knows the address does not even disturb the one who sends.
    sending.end(bytesOf(chunk))
    expect(await answered).toBe(204)
    expect((await probe(`${url}${tusPath}/${crypto.randomUUID()}`, token))[0]).toBe(404)
    expect((await probe(`${url}${tusPath}/..%2Fx`, token))[0]).toBe(404)
  })

  it('goes on in another session of the same sender, and is gone with the link', async () => {
    const upload = await createUpload(url, token, 10)
    const again = await exchange(url, `${url}/send#${(await relink()).split('#')[1] ?? ''}`)
    expect(await probe(upload, again.session)).toEqual([200, '0'])
    expect(
      (await call(`${url}/api/links/${renewed}/revoke`, { method: 'POST', token: desk.token })).status,
    ).toBe(204)
    expect((await probe(upload, again.session))[0]).toBe(410)
  })
  let renewed = ''
  const relink = async (): Promise<string> => {
    const answer = await call(`${url}/api/links/${link}/renew`, {
      method: 'POST',
      token: desk.token,
      headers: { 'content-type': 'application/json' },
      body: [Buffer.from('{}')],
    })
    const made = JSON.parse(answer.body.toString('utf8')) as { link: string; url: string }
    renewed = made.link
    return made.url
  }

  it('keeps two files of one name apart', async () => {
    const uploads = await Promise.all([1, 2].map(() => createUpload(url, token, 3, 'IM0001')))
    expect(new Set(uploads).size).toBe(2)
  })
})

describe('a request that ends early', () => {
  it('keeps whole chunks of a connection that breaks, and goes on from there', async () => {
    const bytes = bytesOf(20 * chunk + 77)
    const upload = await createUpload(url, token, bytes.length)
    const { sending, answered } = beginAppend(upload, token, 0, bytes.length)
    const cut = 7 * chunk + 1_000
    await new Promise((done) => sending.write(bytes.subarray(0, cut), done))
    await new Promise((done) => setTimeout(done, 200))
    sending.destroy()
    expect(await answered).toBeTypeOf('string')
    await expect.poll(() => probe(upload, token)).toEqual([200, String(wholeChunks(cut))])
    const rest = await append(upload, token, wholeChunks(cut), bytes.subarray(wholeChunks(cut)))
    expect([rest.status, rest.headers['upload-offset']]).toEqual([204, String(bytes.length)])
    expect(attests((await finish(url, session)).receipt, upload, bytes)).toBe(true)
  })

  it('says how much of an honest end is durable, and refuses what would never move on', async () => {
    const bytes = bytesOf(3 * chunk)
    const upload = await createUpload(url, token, bytes.length)
    const some = await append(upload, token, 0, bytes.subarray(0, 2 * chunk - 1))
    expect([some.status, some.headers['upload-offset']]).toEqual([204, String(chunk)])
    const few = await append(upload, token, chunk, bytes.subarray(chunk, chunk + 1_000))
    expect([few.status, JSON.parse(few.body.toString('utf8'))]).toMatchObject([400, { least: chunk }])
  })

  it('gives the turn to who comes later on the same server', async () => {
    const bytes = bytesOf(5 * chunk)
    const upload = await createUpload(url, token, bytes.length)
    const { sending, answered } = beginAppend(upload, token, 0, bytes.length)
    await new Promise((done) => sending.write(bytes.subarray(0, 2 * chunk + 9), done))
    await new Promise((done) => setTimeout(done, 200))
    expect(await probe(upload, token)).toEqual([200, String(2 * chunk)])
    expect(await answered).toBe(423)
    expect((await append(upload, token, 2 * chunk, bytes.subarray(2 * chunk))).status).toBe(204)
  })

  it('lets the ledger decide between two servers, and keeps every byte once', async () => {
    const bytes = bytesOf(12 * chunk + 3)
    const upload = await createUpload(url, token, bytes.length)
    const first = beginAppend(upload, token, 0, bytes.length)
    const second = beginAppend(onOther(upload), token, 0, bytes.length)
    for (const { sending } of [first, second])
      await new Promise((done) => sending.write(bytes.subarray(0, 3 * chunk), done))
    await new Promise((done) => setTimeout(done, 200))
    first.sending.destroy()
    await expect.poll(() => probe(upload, token)).toEqual([200, String(3 * chunk)])
    second.sending.end(bytes.subarray(3 * chunk))
    expect(await second.answered).toBe(409)
    expect(await probe(onOther(upload), token)).toEqual([200, String(3 * chunk)])
    const rest = await append(onOther(upload), token, 3 * chunk, bytes.subarray(3 * chunk))
    expect(rest.status).toBe(204)
    expect(attests((await finish(url, session)).receipt, upload, bytes)).toBe(true)
  })

  it('keeps what it said is durable when it is killed right after, and most of what it had not said', async () => {
    const victim = await cluster.startServer()
    const bytes = bytesOf(70 * chunk)
    const upload = (await createUpload(victim.url, token, bytes.length)).replace(victim.url, url)
    const at = (upload_: string) => upload_.replace(url, victim.url)
    expect((await append(at(upload), token, 0, bytes.subarray(0, 2 * chunk))).status).toBe(204)
    const { sending, answered } = beginAppend(at(upload), token, 2 * chunk, bytes.length - 2 * chunk)
    await new Promise((done) => sending.write(bytes.subarray(2 * chunk, 69 * chunk), done))
    // Two segments of 8 MiB are recorded while the request goes on.
    // Asked at another server, which cannot disturb the one that takes bytes.
    await expect.poll(() => probe(upload, token)).toEqual([200, String(66 * chunk)])
    await victim.kill()
    await answered
    const [said, offset] = await probe(upload, token)
    expect([said, offset]).toEqual([200, String(66 * chunk)])
    expect((await append(upload, token, 66 * chunk, bytes.subarray(66 * chunk))).status).toBe(204)
    expect(attests((await finish(url, session)).receipt, upload, bytes)).toBe(true)
  })
  it('answers 503 to a body under way when it is told to stop', async () => {
    const stopping = await cluster.startServer({ env: { STOP_GRACE: '1' } })
    const bytes = bytesOf(9 * chunk)
    const upload = (await createUpload(stopping.url, token, bytes.length)).replace(stopping.url, url)
    const { sending, answered } = beginAppend(upload.replace(url, stopping.url), token, 0, bytes.length)
    await new Promise((done) => sending.write(bytes.subarray(0, 2 * chunk), done))
    await new Promise((done) => setTimeout(done, 200))
    stopping.signal('SIGTERM')
    await expect.poll(async () => (await call(`${stopping.url}/readyz`)).status).toBe(503)
    sending.write(bytes.subarray(2 * chunk, 4 * chunk))
    expect(await answered).toBe(503)
    sending.destroy()
    expect(await stopping.ended()).toBe(0)
    expect(await probe(upload, token)).toEqual([200, String(3 * chunk)])
  })
})
