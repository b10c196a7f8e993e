/** Whatever a stranger or a mistake sends: a 4xx problem in words, no effect, and the process lives. */
import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Operation } from '#contract/operation.ts'
import { operations } from '#contract/operations.ts'
import { type Answer, call, callJson } from '#fixtures/client/call.ts'
import { type Desk, type OpenedLink, signIn } from '#fixtures/client/desk.ts'
import { exchange, inMemory, plan, type Session, send, status } from '#fixtures/client/sender.ts'
import { ctSlice } from '#fixtures/dicom/shapes.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'

let folder: string
let gateway: Gateway
let desk: Desk
let id: string
let link: OpenedLink
let session: Session
let server: number

const serverPid = (): number => [...gateway.processes()].find(([, name]) => name === 'server')?.[0] ?? 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-refusals-'))
  gateway = await startGateway(folder)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  id = await desk.openCase({ name: 'Refusal^Test' })
  link = await desk.openLink(id)
  session = await exchange(gateway.url, link.url)
  server = serverPid()
})

afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

const expectProblem = (answer: Answer, ...codes: string[]): void => {
  const text = answer.body.toString('utf8')
  if (answer.status < 400 || answer.status >= 500) throw new Error(`not a refusal: ${answer.status} ${text}`)
  expect(answer.headers['content-type']).toBe('application/problem+json')
  const problem = JSON.parse(text) as Record<string, unknown>
  expect(problem).toMatchObject({ status: answer.status, type: `urn:second-read:${String(problem['code'])}` })
  expect(String(problem['detail'])).toMatch(/\.$/)
  if (codes.length > 0) expect(codes).toContain(problem['code'])
}

const send_ = (path: string, options: Parameters<typeof call>[1]): Promise<Answer> =>
  call(`${gateway.url}${path}`, options)

const json = (path: string, token: string | undefined, body: unknown): Promise<Answer> =>
  send_(path, {
    method: 'POST',
    ...(token === undefined ? {} : { token }),
    headers: { 'content-type': 'application/json' },
    body: [Buffer.from(JSON.stringify(body))],
  })

describe('the access table', () => {
  const bearers = {
    anyone: () => undefined,
    operator: () => desk.token,
    sender: () => session.session,
    reader: async () => (await desk.openGrant(id)).token,
  }
  const all = Object.entries<Operation>(operations)

  it.each(all.filter(([, operation]) => operation.gate !== 'anyone'))(
    '%s is for its own bearer only',
    async (_, operation) => {
      const path = operation.path.replace('{case}', id).replaceAll(/\{\w+\}/g, randomUUID())
      for (const [who, bearer] of Object.entries(bearers)) {
        if (who === operation.gate) continue
        const token = await bearer()
        const answer = await send_(path, {
          method: operation.method,
          ...(token === undefined ? {} : { token }),
        })
        expect([401, 403]).toContain(answer.status)
        expect(answer.headers['content-type']).toBe('application/problem+json')
        // The answer to HEAD has no body to look into.
        expect(answer.body.length === 0).toBe(operation.method === 'HEAD')
        if (answer.body.length > 0) expectProblem(answer)
        expect(answer.headers['www-authenticate']).toMatch(/^Bearer/)
      }
    },
  )

  it('a token of one case opens nothing of another', async () => {
    const other = await desk.openCase({ name: 'Other^One' })
    const { token } = await desk.openGrant(id)
    for (const path of [
      `/api/cases/${other}/bundle`,
      `/api/cases/${other}/manifest`,
      `/api/cases/${other}/items/${randomUUID()}/content`,
    ])
      expectProblem(await send_(path, { token }), 'case.not-found', 'token.invalid')
  })
})

describe('parts', () => {
  const part = (
    header: unknown,
    bytes: Buffer,
    options: { digest?: string | null; prefix?: number } = {},
  ): Promise<Answer> => {
    const head = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
    const length = Buffer.alloc(4)
    length.writeUInt32BE(options.prefix ?? head.length)
    const body = Buffer.concat([length, head, bytes])
    const digest =
      options.digest === undefined ? createHash('sha256').update(body).digest('base64') : options.digest
    return send_('/api/send/part', {
      method: 'PUT',
      token: session.session,
      headers: {
        'content-type': 'application/octet-stream',
        ...(digest === null ? {} : { 'content-digest': `sha-256=:${digest}:` }),
      },
      body: [body],
    })
  }

  it('that are not as described have no effect, and the right one still goes through', async () => {
    const bytes = ctSlice({ seed: 5 }).bytes
    const file = inMemory('one', bytes, 1)
    const [planned] = await plan(gateway.url, session, [file])
    const item = planned?.id ?? ''
    const run = [item, 0, bytes.length]
    const before = await status(gateway.url, session)
    expectProblem(await part([run], bytes, { digest: null }), 'digest.missing')
    expectProblem(
      await part([run], bytes, { digest: createHash('sha256').update('x').digest('base64') }),
      'digest.mismatch',
    )
    expectProblem(await part([run], bytes, { digest: 'not base64!' }))
    expectProblem(await part([run], bytes.subarray(1)), 'request.invalid')
    expectProblem(await part([run], Buffer.concat([bytes, Buffer.of(0)])), 'request.invalid')
    expectProblem(await part([[item, 1, bytes.length]], bytes), 'plan.changed')
    expectProblem(await part([[item, 0, bytes.length - 1]], bytes.subarray(1)), 'plan.changed')
    expectProblem(await part([[randomUUID(), 0, bytes.length]], bytes), 'plan.unknown-item')
    for (const header of [
      '',
      'null',
      '{}',
      '[[]]',
      '[["x",0,1]]',
      `[["${item}",-1,1]]`,
      `[["${item}",0,1e99]]`,
      '[[',
    ])
      expectProblem(await part(header, bytes))
    for (const prefix of [0, 1, 0x7fffffff, 0xffffffff]) expectProblem(await part([run], bytes, { prefix }))
    expectProblem(await part([run], Buffer.alloc(9_000_000)), 'request.too-large')
    expect(await status(gateway.url, session)).toEqual(before)
    expect((await part([run], bytes)).status).toBe(200)
    const again = await part([run], bytes)
    expect(again.status).toBe(200)
    expect(JSON.parse(again.body.toString('utf8'))).toMatchObject({ completed: [] })
  })
})

describe('links and grants', () => {
  it('looking at a link spends nothing, exchanging counts, and a guess learns nothing', async () => {
    const once = await desk.openLink(id, { maxUses: 1 })
    const token = once.url.slice(once.url.indexOf('#') + 1)
    for (let tries = 0; tries < 50; tries += 1) {
      expect((await send_('/send', {})).status).toBe(200)
      expect((await send_('/send', { method: 'HEAD' })).status).toBe(200)
    }
    expectProblem(
      await json('/api/send/exchange', undefined, { link: `${token.slice(0, -4)}AAAA` }),
      'link.invalid',
    )
    const results = await Promise.all(
      Array.from({ length: 8 }, () => json('/api/send/exchange', undefined, { link: token })),
    )
    expect(results.filter((answer) => answer.status === 200)).toHaveLength(1)
    for (const answer of results) if (answer.status !== 200) expectProblem(answer, 'link.used-up')
  })

  it('a link asked for a code opens with it alone, and pauses after five wrong ones', async () => {
    const coded = await desk.openLink(id, { check: 'code' })
    const token = coded.url.slice(coded.url.indexOf('#') + 1)
    expectProblem(await json('/api/send/exchange', undefined, { link: token }), 'link.code-needed')
    expect((await json('/api/send/exchange', undefined, { link: token, code: coded.code })).status).toBe(200)
    for (let tries = 0; tries < 4; tries += 1)
      expectProblem(
        await json('/api/send/exchange', undefined, { link: token, code: 'WRONGONE' }),
        'link.code-wrong',
      )
    expectProblem(
      await json('/api/send/exchange', undefined, { link: token, code: 'WRONGONE' }),
      'link.locked',
    )
    expectProblem(
      await json('/api/send/exchange', undefined, { link: token, code: coded.code }),
      'link.locked',
    )
  })

  it('revoked means at the next request', async () => {
    const opened = await desk.openLink(id)
    const running = await exchange(gateway.url, opened.url)
    await send(gateway.url, running, [inMemory('x', ctSlice({ seed: 9 }).bytes)])
    await callJson(`${gateway.url}/api/links/${opened.link}/revoke`, { method: 'POST', token: desk.token })
    expectProblem(await send_('/api/send/status', { token: running.session }), 'link.revoked')
    const grant = await desk.openGrant(id)
    expect((await send_(`/api/cases/${id}/manifest`, { token: grant.token })).status).toBe(200)
    await callJson(`${gateway.url}/api/grants/${grant.grant}/revoke`, { method: 'POST', token: desk.token })
    expectProblem(await send_(`/api/cases/${id}/manifest`, { token: grant.token }), 'token.revoked')
  })
})

describe('HTTP itself', () => {
  const raw = (bytes: string): Promise<string> =>
    new Promise((done) => {
      const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
      let answer = ''
      socket.on('data', (piece: Buffer) => {
        answer += piece.toString('latin1')
      })
      socket.on('close', () => done(answer))
      socket.on('error', () => done(answer))
      socket.setTimeout(3_000, () => socket.destroy())
      socket.end(bytes)
    })

  it('nonsense on the wire ends that connection only', async () => {
    const auth = `authorization: Bearer ${session.session}`
    const requests = [
      'GARBAGE\r\n\r\n',
      `GET /${'a'.repeat(40_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
      `POST /api/send/files HTTP/1.1\r\nhost: x\r\n${auth}\r\ncontent-type: multipart/form-data; boundary=\r\ncontent-length: 5\r\n\r\nhello`,
      `POST /api/send/files HTTP/1.1\r\nhost: x\r\n${auth}\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 60\r\n\r\n--b\r\ncontent-disposition: form-data; name=""\r\n\r\n\r\n--b--\r\n`,
      `POST /api/send/files HTTP/1.1\r\nhost: x\r\n${auth}\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 1000\r\n\r\n--b\r\n`,
      `PUT /api/send/part HTTP/1.1\r\nhost: x\r\n${auth}\r\ncontent-digest: sha-256=:AA==:\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
      `PUT /api/send/part HTTP/1.1\r\nhost: x\r\n${auth}\r\ncontent-length: 4294967296\r\n\r\n`,
      'GET /api/cases/../../etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n',
      'GET /api/cases/%00 HTTP/1.1\r\nhost: x\r\n\r\n',
      'GET /api/cases/%E0%A4%A HTTP/1.1\r\nhost: x\r\n\r\n',
    ]
    for (const request of requests) expect(await raw(request)).not.toMatch(/^HTTP\/1\.1 [25]/)
    expect((await send_('/healthz', {})).status).toBe(200)
    expectProblem(await send_('/no/such/place', {}), 'request.not-found')
    expectProblem(await send_('/api/cases', { method: 'DELETE' }), 'request.method')
  })
})

// Last: it uses up the tries that an address has for links and sign-ins.
describe('bodies', () => {
  const wrong: unknown[] = [
    null,
    [],
    'text',
    7,
    {},
    { unknown: 1 },
    { patient: { name: '' } },
    { patient: { name: 'x'.repeat(201) } },
    { patient: { name: 'a\u0000b' } },
    { files: [] },
    { files: [{ path: 'x', size: -1 }] },
    { files: [{ path: 'x', size: 1.5 }] },
    { files: [{ path: 'x'.repeat(2_000), size: 1 }] },
    { files: Array.from({ length: 5_001 }, () => ({ path: 'x', size: 1 })) },
    { link: 'x' },
    { code: 'no such code' },
    { role: 'king', name: 'x' },
    { scopes: ['everything'], seconds: 600 },
    { scopes: ['case:read'], seconds: 601 },
    { without: ['not an id'] },
    { __proto__: { admin: true }, constructor: 1 },
  ]

  it('of every operation that takes JSON are refused when they are not as described', async () => {
    // Verdicts that are still on their way are no effect of what follows.
    await expect
      .poll(async () => (await desk.items(id)).filter((item) => item.state === 'received'), {
        timeout: 20_000,
      })
      .toEqual([])
    const before = JSON.stringify(await desk.items(id))
    const cases = Object.values<Operation>(operations).filter(
      // A form of a page is refused with a page.
      ({ body, method, reply }) =>
        body !== undefined && method === 'POST' && !('type' in reply && reply.type === 'text/html'),
    )
    expect(cases.length).toBeGreaterThan(6)
    for (const operation of cases) {
      const token =
        operation.gate === 'operator' ? desk.token : operation.gate === 'sender' ? session.session : undefined
      const path = operation.path.replace('{case}', id).replaceAll(/\{\w+\}/g, randomUUID())
      const { body: asked } = operation
      for (const body of wrong)
        if (asked === undefined || !('json' in asked) || !asked.json.safeParse(body).success)
          expectProblem(await json(path, token, body))
      for (const raw of ['{', '"', '[['.repeat(5_000)])
        expectProblem(
          await send_(path, {
            method: 'POST',
            ...(token === undefined ? {} : { token }),
            headers: { 'content-type': 'application/json' },
            body: [Buffer.from(raw)],
          }),
        )
      expectProblem(
        await send_(path, {
          method: 'POST',
          ...(token === undefined ? {} : { token }),
          headers: { 'content-type': 'text/plain' },
          body: [Buffer.from('{}')],
        }),
      )
    }
    expect(JSON.stringify(await desk.items(id))).toBe(before)
    expect(serverPid()).toBe(server)
  })
})
