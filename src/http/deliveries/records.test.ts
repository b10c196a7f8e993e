/** Deliveries on a real socket: exact heads, ranges, conditions, and no half reply that looks whole. */
import { request } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import type { AuditEvent } from '#domain/audit.ts'
import { Fault } from '#domain/fault.ts'
import { actors, newId, type Rehearsal, rehearse } from '#http/rehearsal.ts'

const bytes = Buffer.from('0123456789'.repeat(30_000))
const modified = new Date('2026-03-01T10:00:00Z')

let stage: Rehearsal | null = null
let events: AuditEvent[] = []
let stopped = 0

async function* open(start: number, end: number, failAt = Number.POSITIVE_INFINITY) {
  try {
    for (let at = start; at < end; at += 40_000) {
      if (at - start >= failAt) throw new Fault('store.damaged')
      const stop = Math.min(end, at + 40_000)
      const middle = Math.min(stop, at + 1_000)
      yield [bytes.subarray(at, middle), bytes.subarray(middle, stop)]
    }
  } finally {
    stopped += 1
  }
}

const begin = async (failAt?: number, kind: 'pdf' | 'picture' = 'pdf'): Promise<string> => {
  events = []
  stopped = 0
  const view = {
    length: bytes.length,
    etag: '"tag"',
    modified,
    open: (start: number, end: number) => open(start, end, failAt),
  }
  stage = await rehearse({
    readBundle: async () => ({ ...view, manifest: Buffer.from('{}'), signature: Buffer.from('a.b.c') }),
    readItem: async () => ({
      ...view,
      kind,
      mediaType: kind === 'picture' ? 'image/heic' : null,
      sha256: Buffer.alloc(32, 1),
      name: kind === 'pdf' ? 'CD/छ.pdf' : null,
    }),
    audit: { append: async (event) => void events.push(event), entriesOf: async () => [] },
  })
  return `${stage.url}/api/cases/${actors.session.case}`
}
afterEach(async () => {
  await stage?.close()
  stage = null
})

const get = (url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
  fetch(url, { method, headers: { authorization: 'Bearer reader', ...headers } })

describe('deliveries', () => {
  it('sends the whole with an exact head', async () => {
    const reply = await get(`${await begin()}/bundle`)
    expect(reply.status).toBe(200)
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'content-length': '300000',
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="case-${actors.session.case}.zip"`,
      'cache-control': 'private, no-store',
      'accept-ranges': 'bytes',
      etag: '"tag"',
      'last-modified': 'Sun, 01 Mar 2026 10:00:00 GMT',
    })
    expect(Buffer.from(await reply.arrayBuffer()).equals(bytes)).toBe(true)
    expect(events).toMatchObject([{ action: 'bundle.read', actor: { kind: 'grant', id: actors.grant } }])
  })

  it.each([
    [{ range: 'bytes=100-199' }, 206, 'bytes 100-199/300000', 100],
    [{ range: 'bytes=-1' }, 206, 'bytes 299999-299999/300000', 1],
    [{ range: 'bytes=39999-80001', 'if-range': '"tag"' }, 206, 'bytes 39999-80001/300000', 40_003],
    [{ range: 'bytes=1-2', 'if-range': '"old"' }, 200, null, 300_000],
    [{ range: 'bytes=1-2', 'if-range': 'W/"tag"' }, 200, null, 300_000],
    [{ range: 'bytes=1-2,4-5' }, 200, null, 300_000],
    [{ 'if-none-match': 'W/"tag"' }, 304, null, 0],
  ])('%o', async (headers, status, contentRange, length) => {
    const reply = await get(`${await begin()}/bundle`, headers as Record<string, string>)
    const body = Buffer.from(await reply.arrayBuffer())
    expect([reply.status, reply.headers.get('content-range'), body.length]).toEqual([
      status,
      contentRange,
      length,
    ])
    const start = Number(/bytes (\d+)/.exec(contentRange ?? '')?.[1] ?? 0)
    expect(body.equals(bytes.subarray(start, start + length))).toBe(true)
    expect(events.length).toBe(status === 304 ? 0 : 1)
  })

  it('refuses a range beyond the end', async () => {
    const reply = await get(`${await begin()}/bundle`, { range: 'bytes=300000-' })
    expect([reply.status, reply.headers.get('content-range')]).toEqual([416, 'bytes */300000'])
    expect(await reply.json()).toMatchObject({ code: 'range.unsatisfiable', length: 300_000 })
  })

  it('answers HEAD without reading anything', async () => {
    const reply = await get(`${await begin()}/bundle`, { range: 'bytes=0-1' }, 'HEAD')
    expect([reply.status, reply.headers.get('content-length')]).toEqual([200, '300000'])
    expect([events.length, stopped]).toEqual([0, 0])
  })

  it('sends a file with its digest and a safe name, in a sandbox', async () => {
    const reply = await get(`${await begin()}/items/${newId()}/content`, { range: 'bytes=5-6' })
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'repr-digest': `sha-256=:${Buffer.alloc(32, 1).toString('base64')}:`,
      'content-disposition': 'attachment; filename="_.pdf"; filename*=UTF-8\'\'%E0%A4%9B.pdf',
      'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    })
    expect(await reply.text()).toBe('56')
  })

  it('sends a picture as what it was found to be', async () => {
    const item = newId()
    const reply = await get(`${await begin(undefined, 'picture')}/items/${item}/content`)
    expect(reply.headers.get('content-type')).toBe('image/heic')
    expect(reply.headers.get('content-disposition')).toContain(`"${item}.heic"`)
    expect((await reply.arrayBuffer()).byteLength).toBe(bytes.length)
  })

  it('sends the manifest as it was signed', async () => {
    const reply = await get(`${await begin()}/manifest`)
    expect([reply.headers.get('content-type'), await reply.text()]).toEqual(['application/jose', 'a.b.c'])
    expect(events).toMatchObject([{ action: 'manifest.read' }])
  })

  it('is a problem when the first byte fails, and a broken connection after it', async () => {
    const first = await get(`${await begin(0)}/bundle`)
    expect(first.status).toBe(500)
    expect(first.headers.get('content-type')).toBe('application/problem+json')
    expect(first.headers.get('etag')).toBeNull()
    await first.arrayBuffer()
    await stage?.close()
    const later = await get(`${await begin(80_000)}/bundle`)
    expect(later.status).toBe(200)
    await expect(later.arrayBuffer()).rejects.toThrow('terminated')
  })

  it('gives nothing when the audit cannot be written', async () => {
    await begin()
    await stage?.close()
    stage = await rehearse({
      readBundle: async () => ({
        length: 1,
        etag: '"a"',
        modified,
        manifest: Buffer.alloc(0),
        signature: Buffer.alloc(0),
        open,
      }),
      audit: { append: () => Promise.reject(new Fault('ledger.unavailable')), entriesOf: async () => [] },
    })
    const reply = await get(`${stage.url}/api/cases/${actors.session.case}/bundle`)
    expect([reply.status, reply.headers.get('retry-after'), stopped]).toEqual([503, '5', 0])
  })

  it('stops reading when the reader goes away', async () => {
    const url = new URL(`${await begin()}/bundle`)
    await new Promise<void>((resolve) => {
      const req = request(url, { headers: { authorization: 'Bearer reader' } }, (res) => {
        res.once('data', () => {
          req.destroy()
          resolve()
        })
      })
      req.on('error', () => {})
      req.end()
    })
    await expect.poll(() => stopped).toBe(1)
  })

  it('wants the right scope and the right case', async () => {
    const url = await begin()
    const scope = await get(`${url}/bundle`, { authorization: 'Bearer reader.case-read' })
    expect([scope.status, scope.headers.get('www-authenticate')]).toEqual([
      403,
      'Bearer realm="second-read", error="insufficient_scope", scope="case:download"',
    ])
    expect((await get(url.replace(actors.session.case, newId()).concat('/bundle'))).status).toBe(404)
    expect((await get(url.replace(actors.session.case, 'x').concat('/bundle'))).status).toBe(404)
    expect((await get(`${url}/bundle`, { authorization: '' })).status).toBe(401)
    expect((await get(`${url}/items/x/content`)).status).toBe(404)
  })
})
