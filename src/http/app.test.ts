/** What holds for every request: headers, problems, the log line, and what a stranger can do with a body. */
import { request } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import type { Operation } from '#contract/operation.ts'
import { operations } from '#contract/operations.ts'
import { problem } from '#contract/problem.ts'
import { refuse } from '#domain/fault.ts'
import { isId } from '#domain/id.ts'
import type { HttpNeeds } from './app.ts'
import { actors, newId, type Rehearsal, rehearse } from './rehearsal.ts'

let stage: Rehearsal | null = null
const begin = async (needs: Partial<HttpNeeds> = {}): Promise<Rehearsal> => {
  stage = await rehearse(needs)
  return stage
}
afterEach(async () => {
  await stage?.close()
  stage = null
})

const post = (url: string, body: string | null, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
const told = async (reply: Response): Promise<unknown> => {
  const body = problem.parse(await reply.json())
  expect(reply.headers.get('content-type')).toBe('application/problem+json')
  expect(body).toMatchObject({ type: `urn:second-read:${body.code}`, status: reply.status })
  expect(body.request).toBe(reply.headers.get('x-request-id'))
  return [reply.status, body.code]
}
const asOperator = { authorization: 'Bearer operator' }

describe('every reply', () => {
  it('carries the safe headers and a name of ours', async () => {
    const { url } = await begin()
    const reply = await fetch(`${url}/healthz`, { headers: { 'x-request-id': 'mine' } })
    expect(await reply.json()).toEqual({ status: 'ok' })
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'cache-control': 'private, no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
    })
    expect(reply.headers.get('x-powered-by')).toBeNull()
    expect(reply.headers.get('access-control-allow-origin')).toBeNull()
    expect(isId(reply.headers.get('x-request-id'))).toBe(true)
  })

  it('says nothing of TLS when there is none', async () => {
    const { url } = await begin({ publicUrl: 'http://localhost:8080' })
    expect((await fetch(`${url}/healthz`)).headers.get('strict-transport-security')).toBeNull()
  })

  it('leaves one line in the log, with nothing a person typed', async () => {
    const { url, notes } = await begin({ readCase: async () => refuse('case.not-found') })
    await fetch(`${url}/api/cases/${newId()}?name=Asha`, { headers: asOperator })
    await expect.poll(() => notes.length).toBe(1)
    const [note] = notes
    expect(note).toMatchObject({ event: 'request.served', fields: { method: 'GET', status: 404 } })
    expect(note?.fields).toMatchObject({ route: '/api/cases/:case', fault: 'case.not-found' })
    expect(JSON.stringify(notes)).not.toContain('Asha')
  })
})

describe('what is not there', () => {
  it('is a problem with the right status', async () => {
    const { url } = await begin()
    expect(await told(await fetch(`${url}/nowhere`))).toEqual([404, 'request.not-found'])
    expect(await told(await fetch(`${url}/api/cases/`))).toEqual([404, 'request.not-found'])
    expect(await told(await fetch(`${url}/%ff`))).toEqual([404, 'request.not-found'])
    expect(await told(await fetch(`${url}/api/cases/%ff`, { headers: asOperator }))).toEqual([
      400,
      'request.invalid',
    ])
    const method = await fetch(`${url}/api/cases`, { method: 'DELETE' })
    expect(method.headers.get('allow')).toBe('POST, GET, HEAD')
    expect(await told(method)).toEqual([405, 'request.method'])
    const options = await fetch(`${url}/api/send/part`, { method: 'OPTIONS' })
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'PUT'])
  })

  it('keeps the connection after a refusal without a body', async () => {
    const { url } = await begin()
    expect((await fetch(`${url}/nowhere`)).headers.get('connection')).toBe('keep-alive')
  })

  it('is the other half of a split gateway', async () => {
    const edge = await begin({ roles: new Set(['intake']) })
    expect((await fetch(`${edge.url}/api/cases`, { headers: asOperator })).status).toBe(404)
    expect((await fetch(`${edge.url}/send`)).status).toBe(200)
  })
})

describe('gates', () => {
  const guarded = Object.entries<Operation>(operations).filter(([, { gate }]) => gate !== 'anyone')
  it.each(guarded)('%s lets nobody in without a token, nor with a wrong one', async (_, { method, path }) => {
    const { url } = await begin()
    const address = url + path.replaceAll(/\{[a-z]+\}/g, actors.session.case)
    for (const headers of [
      {},
      { authorization: 'Bearer wrong' },
      { authorization: `Bearer ${'x'.repeat(5_000)}` },
    ]) {
      const reply = await fetch(address, { method, headers })
      expect(reply.status).toBe(401)
      expect(reply.headers.get('www-authenticate')).toContain('Bearer realm="second-read"')
      await reply.arrayBuffer()
    }
  })

  it('names what is no id by what it should have been', async () => {
    const { url } = await begin()
    const revoke = await post(`${url}/api/links/..%2f/revoke`, null, asOperator)
    expect(await told(revoke)).toEqual([404, 'link.not-found'])
    const read = await fetch(`${url}/api/cases/${newId().toUpperCase()}`, { headers: asOperator })
    expect(await told(read)).toEqual([404, 'case.not-found'])
  })

  it('counts tries by address', async () => {
    const { url } = await begin({ exchangeLink: async () => refuse('link.invalid') })
    const statuses: number[] = []
    const waits: boolean[] = []
    for (let round = 0; round < 32; round += 1) {
      const reply = await post(`${url}/api/send/exchange`, '{"link":"a.b.c"}', {
        'x-forwarded-for': `10.0.0.${round}`,
      })
      statuses.push(reply.status)
      waits.push(Number(reply.headers.get('retry-after')) > 0)
      await reply.arrayBuffer()
    }
    expect(statuses).toEqual([...Array<number>(30).fill(404), 429, 429])
    expect(waits).toEqual(statuses.map((status) => status === 429))
  })
})

describe('JSON bodies', () => {
  it.each([
    ['another type', '{}', 'text/plain', 415, 'request.type'],
    ['a form', 'name=x', 'application/x-www-form-urlencoded', 415, 'request.type'],
    ['broken text', '{"patient":', 'application/json', 400, 'request.invalid'],
    ['a bare word', '"x"', 'application/json', 400, 'request.invalid'],
    ['nothing', '', 'application/json', 400, 'request.invalid'],
    ['an unknown member', '{"patient":{"name":"A"},"x":1}', 'application/json', 400, 'request.invalid'],
    ['a prototype', '{"patient":{"name":"A"},"__proto__":{}}', 'application/json', 400, 'request.invalid'],
    ['a control character', '{"patient":{"name":"A\\u0000"}}', 'application/json', 400, 'request.invalid'],
    ['half a sign', '{"patient":{"name":"\\ud800"}}', 'application/json', 400, 'request.invalid'],
    [
      'a name too long',
      `{"patient":{"name":"${'A'.repeat(201)}"}}`,
      'application/json',
      400,
      'request.invalid',
    ],
    [
      'too much',
      `{"patient":{"name":"${'A'.repeat(70_000)}"}}`,
      'application/json',
      413,
      'request.too-large',
    ],
  ])('with %s are refused', async (_, body, type, status, code) => {
    const { url } = await begin()
    const reply = await post(`${url}/api/cases`, body, { ...asOperator, 'content-type': type })
    expect(await told(reply)).toEqual([status, code])
  })

  it('are not unpacked', async () => {
    const { url } = await begin()
    const reply = await post(`${url}/api/cases`, '{}', { ...asOperator, 'content-encoding': 'gzip' })
    expect(await told(reply)).toEqual([415, 'request.type'])
  })

  it('reach the step as they were meant', async () => {
    const made = newId<typeof actors.session.case>()
    const seen: unknown[] = []
    const { url } = await begin({
      openCase: async (...args) => {
        seen.push(args)
        return made
      },
    })
    const details = { patient: { name: 'आशा', birthDate: '1970-02-28', sex: 'F' }, question: 'one\ntwo' }
    const reply = await post(`${url}/api/cases`, JSON.stringify(details), asOperator)
    expect([reply.status, await reply.json()]).toEqual([201, { case: made }])
    expect(seen).toEqual([[details, actors.operator]])
  })

  it('make a link whose secret stands in the fragment', async () => {
    const link = newId<typeof actors.session.link>()
    const expiresAt = new Date('2026-03-01T00:00:00Z')
    const { url } = await begin({
      openLink: async (_of, _sender, terms) => {
        expect(terms).toEqual({ days: 14, maxUses: null, check: 'none', language: 'en', mail: null })
        return { link, url: 'https://records.example/send#a.b.c', code: null, expiresAt }
      },
    })
    const address = `${url}/api/cases/${actors.session.case}/links`
    const reply = await post(address, '{"role":"patient","name":"A"}', asOperator)
    expect([reply.status, await reply.json()]).toEqual([
      201,
      { link, url: 'https://records.example/send#a.b.c', code: null, expiresAt: expiresAt.toISOString() },
    ])
  })
})

describe('pages', () => {
  it('the first one is one file that loads nothing and speaks three languages', async () => {
    const { url } = await begin()
    const reply = await fetch(`${url}/`)
    const text = await reply.text()
    expect(reply.headers.get('content-security-policy')).toMatch(
      /default-src 'none'; style-src 'sha256-[^']+='/,
    )
    expect([reply.headers.get('referrer-policy'), reply.headers.get('x-robots-tag')]).toEqual([
      'no-referrer',
      'noindex, nofollow, noarchive',
    ])
    for (const language of ['en', 'hi', 'mr']) expect(text).toContain(`<section lang="${language}">`)
    expect(text).not.toMatch(/<script|<img|<link|<iframe|@import|url\(|\son[a-z]+=/)
    expect((await fetch(`${url}/`, { method: 'HEAD' })).headers.get('content-length')).toBe(
      String(Buffer.byteLength(text)),
    )
  })
})

describe('heads', () => {
  it('of more than 16 KiB are refused and the process lives', async () => {
    const { port, url } = await begin()
    const status = await new Promise((resolve) => {
      const req = request({ port, path: '/healthz', headers: { x: 'y'.repeat(20_000) } }, (res) =>
        resolve(res.statusCode),
      )
      req.on('error', () => resolve(0))
      req.end()
    })
    expect([431, 0]).toContain(status)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })
})
