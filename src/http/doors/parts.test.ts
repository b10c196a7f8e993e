/** The parts door on a real socket: what is taken, what is refused, and that nothing refused is kept. */
import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Fault } from '#domain/fault.ts'
import { seeded } from '#fixtures/seeded.ts'
import type { SlowestRate } from '#http/minimum-rate.ts'
import { type Behaviour, bytesOf, newId, type Rehearsal, rehearse } from '#http/rehearsal.ts'

let stage: Rehearsal | null = null
const begin = async (behaviour: Behaviour = {}, slowest?: SlowestRate): Promise<Rehearsal> => {
  stage = await rehearse({}, slowest === undefined ? { behaviour } : { behaviour, slowest })
  return stage
}
afterEach(async () => {
  await stage?.close()
  stage = null
})

const frame = (header: string, bytes: Buffer): Buffer => {
  const head = Buffer.from(header)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(head.length)
  return Buffer.concat([length, head, bytes])
}
const digestOf = (body: Uint8Array): string =>
  `sha-256=:${createHash('sha256').update(body).digest('base64')}:`

const put = (
  url: string,
  body: Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(`${url}/api/send/part`, {
    method: 'PUT',
    body,
    headers: { authorization: 'Bearer sender', 'content-digest': digestOf(body), ...headers },
  })

type Answer = { status: number; code?: string; completed?: string[]; bytes?: number }
const answer = async (response: Response): Promise<Answer> => {
  const json = (await response.json()) as Record<string, unknown>
  return { ...json, status: response.status }
}

const runs: [string, number, number][] = [
  [newId(), 0, 5],
  [newId(), 0, 0],
  [newId(), 7, 300_000],
  [newId(), 0, 0],
]
const payload = Buffer.concat([Buffer.from('first'), Buffer.alloc(300_000, 'x')])
const good = (): Buffer<ArrayBuffer> => Buffer.from(frame(JSON.stringify(runs), payload))

describe('the parts door', () => {
  it('takes runs in order, empty files too, and answers after the commit', async () => {
    const { url, recorded } = await begin({ pauseEvery: 2 })
    const reply = await answer(await put(url, good()))
    expect(reply).toEqual({ status: 200, packs: 1, bytes: 300_005, completed: runs.map(([item]) => item) })
    const [record] = recorded
    expect(record).toMatchObject({ committed: true, aborted: false, open: 0 })
    expect(record?.runs.map(({ item, first }) => [item, first])).toEqual(
      runs.map(([item, first]) => [item, first]),
    )
    expect(record === undefined ? [] : bytesOf(record)).toEqual(['first', '', 'x'.repeat(300_000), ''])
    expect(record?.pauses).toBeGreaterThan(0)
  })

  it('takes a body that comes byte by byte', async () => {
    const { port, recorded } = await begin()
    const body = frame(JSON.stringify(runs.slice(0, 2)), Buffer.from('first'))
    const status = await new Promise((resolve, reject) => {
      const headers = {
        authorization: 'Bearer sender',
        'content-digest': digestOf(body),
        'content-length': body.length,
      }
      const req = request({ port, method: 'PUT', path: '/api/send/part', headers }, (res) =>
        resolve(res.statusCode),
      )
      req.on('error', reject)
      req.setNoDelay(true)
      const send = (at: number): void => {
        if (at === body.length) req.end()
        else req.write(body.subarray(at, at + 1), () => setImmediate(send, at + 1))
      }
      send(0)
    })
    expect(status).toBe(200)
    expect(recorded.map(bytesOf)).toEqual([['first', '']])
  })

  const item = newId()
  it.each([
    ['no JSON', '[[', 'abc'],
    ['no list', '{"a":1}', 'abc'],
    ['an empty list', '[]', ''],
    ['an id that is none', '[["../../etc/passwd",0,3]]', 'abc'],
    ['a run too short', `[["${item}",0,2]]`, 'abc'],
    ['a run too long', `[["${item}",0,4]]`, 'abc'],
    ['lengths that cancel out', `[["${item}",0,4],["${item}",1,-1]]`, 'abc'],
    ['a fraction', `[["${item}",0.5,3]]`, 'abc'],
    ['a first chunk below zero', `[["${item}",-1,3]]`, 'abc'],
    ['a first chunk beyond all', `[["${item}",4294967296,3]]`, 'abc'],
    ['a length that is text', `[["${item}",0,"3"]]`, 'abc'],
    ['a fourth member', `[["${item}",0,3,0]]`, 'abc'],
    ['deep nesting', `${'['.repeat(100_000)}`, 'abc'],
  ])('refuses a header with %s before any byte is taken', async (_, header, rest) => {
    const { url, recorded } = await begin()
    const body = Buffer.from(frame(header, Buffer.from(rest)))
    expect(await answer(await put(url, body))).toMatchObject({ status: 400, code: 'request.invalid' })
    expect(recorded[0]).toMatchObject({ runs: [], committed: false, aborted: true })
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['three bytes', Buffer.alloc(3)],
    ['a header longer than the body', Buffer.from('00000fff5b5d', 'hex')],
    ['a header longer than allowed', Buffer.concat([Buffer.from('00040001', 'hex'), Buffer.alloc(300_000)])],
    ['a header of four gigabytes', Buffer.concat([Buffer.from('ffffffff', 'hex'), Buffer.alloc(100)])],
  ])('refuses a body of %s', async (_, body) => {
    const { url } = await begin()
    const reply = await answer(await put(url, body, { 'content-digest': digestOf(body) }))
    expect(reply).toMatchObject({ status: 400, code: 'request.invalid' })
  })

  it('forgets everything when one bit differs from the digest', async () => {
    const { url, recorded } = await begin()
    const body = good()
    const digest = digestOf(body)
    body.writeUInt8(body.readUInt8(body.length - 1) ^ 1, body.length - 1)
    const reply = await answer(await put(url, body, { 'content-digest': digest }))
    expect(reply).toMatchObject({ status: 422, code: 'digest.mismatch' })
    expect(recorded[0]).toMatchObject({ committed: false, aborted: true })
  })

  it.each([
    ['none', ''],
    ['another algorithm', 'sha-512=:AAAA:'],
    ['a short one', 'sha-256=:AAAA:'],
    ['text after it', `${digestOf(Buffer.alloc(0))}x`],
  ])('refuses %s as digest', async (_, digest) => {
    const { url, recorded } = await begin()
    const reply = await answer(await put(url, good(), { 'content-digest': digest }))
    expect(reply).toMatchObject({ status: 400, code: 'digest.missing' })
    expect(recorded).toEqual([])
  })

  it('wants a length, the right size, no coding, and a sender', async () => {
    const { url, recorded } = await begin()
    const stream = new ReadableStream<Uint8Array>({
      start: (out) => {
        out.enqueue(good())
        out.close()
      },
    })
    const headers = { authorization: 'Bearer sender', 'content-digest': digestOf(good()) }
    const chunked = { method: 'PUT', body: stream, duplex: 'half', headers } as const
    expect((await fetch(`${url}/api/send/part`, chunked)).status).toBe(411)
    expect((await put(url, Buffer.alloc(8_388_609))).status).toBe(413)
    expect((await put(url, good(), { 'content-encoding': 'gzip' })).status).toBe(415)
    expect((await put(url, good(), { authorization: 'Bearer other' })).status).toBe(401)
    expect(recorded).toEqual([])
  })

  it('says what the commit refuses and what the store cannot', async () => {
    const refused = await begin({ refuses: 'plan.changed' })
    expect(await answer(await put(refused.url, good()))).toMatchObject({ status: 409, code: 'plan.changed' })
    await refused.close()
    const full = await begin({ throws: new Fault('store.full') })
    expect(await answer(await put(full.url, good()))).toMatchObject({ status: 507, code: 'store.full' })
    expect(full.recorded[0]).toMatchObject({ aborted: true })
    await full.close()
    const odd = await begin({ throws: new Error('secret words') })
    const reply = await put(odd.url, good())
    const text = await reply.text()
    expect([reply.status, text.includes('secret')]).toEqual([500, false])
    expect(JSON.stringify(odd.notes)).not.toContain('secret')
  })

  it('forgets what a sender who went away had sent', async () => {
    const { port, recorded } = await begin()
    const body = good()
    const socket = connect(port, '127.0.0.1')
    const head = `PUT /api/send/part HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer sender\r\nContent-Digest: ${digestOf(body)}\r\nContent-Length: ${body.length}\r\n\r\n`
    await new Promise<void>((resolve) =>
      socket.write(Buffer.concat([Buffer.from(head), body.subarray(0, 100_000)]), () => resolve()),
    )
    await expect.poll(() => recorded[0]?.runs.length).toBe(3)
    socket.destroy()
    await expect.poll(() => recorded[0]?.aborted).toBe(true)
    expect(recorded[0]?.committed).toBe(false)
  })

  it('ends a body that only trickles', async () => {
    const { port, recorded } = await begin({}, { bytes: 1_000, ms: 200 })
    const body = good()
    const reply = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      let text = ''
      socket.on('data', (piece) => {
        text += piece.toString('latin1')
      })
      socket.on('error', () => {})
      socket.write(
        `PUT /api/send/part HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer sender\r\nContent-Digest: ${digestOf(body)}\r\nContent-Length: ${body.length}\r\n\r\n`,
      )
      let at = 0
      const drip = setInterval(() => socket.write(body.subarray(at, ++at)), 20)
      socket.on('close', () => {
        clearInterval(drip)
        resolve(text)
      })
    })
    expect(reply).toContain('HTTP/1.1 408')
    expect(reply).toContain('request.too-slow')
    await expect.poll(() => recorded[0]?.aborted).toBe(true)
  })

  describe('with a digest for each run, proved by one of the header', () => {
    const listed = (bytes: Buffer): unknown[] => {
      let at = 0
      return runs.map(([item, first, length]) => {
        const sha256 = createHash('sha256')
          .update(bytes.subarray(at, at + length))
          .digest('base64')
        at += length
        return [item, first, length, sha256]
      })
    }
    const proved = (header: string, bytes: Buffer = payload) => {
      const body = Buffer.from(frame(header, bytes))
      const head = body.subarray(0, 4 + Buffer.byteLength(header))
      return { body, headers: { 'header-digest': digestOf(head) } }
    }
    const putProved = async (url: string, body: Buffer<ArrayBuffer>, headers: Record<string, string>) =>
      answer(
        await fetch(`${url}/api/send/part`, {
          method: 'PUT',
          body,
          headers: { authorization: 'Bearer sender', ...headers },
        }),
      )

    it('takes the part', async () => {
      const { url, recorded } = await begin({ pauseEvery: 2 })
      const { body, headers } = proved(JSON.stringify(listed(payload)))
      expect(await putProved(url, body, headers)).toMatchObject({ status: 200, bytes: 300_005 })
      expect(recorded.map(bytesOf)).toEqual([['first', '', 'x'.repeat(300_000), '']])
    })

    it('forgets everything when one bit of any run, or of the header, differs', async () => {
      const { url, recorded } = await begin()
      const header = JSON.stringify(listed(payload))
      const start = 4 + Buffer.byteLength(header)
      for (const at of [start, start + 5, start + payload.length - 1]) {
        const { body, headers } = proved(header)
        body.writeUInt8(body.readUInt8(at) ^ 1, at)
        expect(await putProved(url, body, headers)).toMatchObject({ status: 422, code: 'digest.mismatch' })
      }
      const { body, headers } = proved(header)
      body.write('8', body.indexOf(',7,') + 1)
      expect(await putProved(url, body, headers)).toMatchObject({ status: 422, code: 'digest.mismatch' })
      expect(recorded).toHaveLength(4)
      for (const record of recorded) expect(record).toMatchObject({ committed: false, aborted: true })
    })

    it.each([
      ['no digest', ([item, first, length]: unknown[]) => [item, first, length]],
      ['a short one', ([item, first, length]: unknown[]) => [item, first, length, 'AAAA']],
      ['a number', ([item, first, length]: unknown[]) => [item, first, length, 7]],
      ['more than one', ([item, first, length, sha]: unknown[]) => [item, first, length, sha, sha]],
    ])('refuses a run with %s', async (_, change) => {
      const { url, recorded } = await begin()
      const runsOf = listed(payload) as unknown[][]
      const { body, headers } = proved(JSON.stringify(runsOf.map((run, i) => (i === 1 ? change(run) : run))))
      expect(await putProved(url, body, headers)).toMatchObject({ status: 400, code: 'request.invalid' })
      expect(recorded[0]).toMatchObject({ runs: [], aborted: true })
    })

    it('still holds a body to its own digest where that is there too', async () => {
      const { url } = await begin()
      const { body, headers } = proved(JSON.stringify(runs))
      const wrong = { ...headers, 'content-digest': digestOf(payload) }
      expect(await putProved(url, body, wrong)).toMatchObject({ status: 422, code: 'digest.mismatch' })
    })
  })

  it('goes on with the same connection after a refusal', async () => {
    const { url } = await begin()
    expect((await put(url, Buffer.from('00000fff5b5d', 'hex'))).status).toBe(400)
    expect((await put(url, good())).status).toBe(200)
  })

  it('never fails, whatever is done to a good body', async () => {
    const { url, recorded } = await begin()
    const small = frame(
      JSON.stringify([
        [newId(), 0, 3],
        [newId(), 1, 4],
      ]),
      Buffer.from('abcdefg'),
    )
    const statuses = new Set<number>()
    const random = seeded('parts')
    for (let round = 0; round < 1_000; round += 1) {
      const bad = Buffer.from(small)
      for (let bits = 0; bits <= round % 4; bits += 1) bad[random.below(bad.length)] = random.below(256)
      const cut = round % 5 === 0 ? random.below(bad.length) : bad.length
      const reply = await put(url, bad.subarray(0, cut))
      await reply.arrayBuffer()
      statuses.add(reply.status)
    }
    expect([...statuses].filter((status) => status !== 200 && status !== 400)).toEqual([])
    for (const record of recorded) expect(record.committed).toBe(!record.aborted)
  })
})
