/** The tus door on a real socket: what reaches the packs, however the bytes come and whatever goes wrong. */
import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Fault, isRefusal, refuse } from '#domain/fault.ts'
import type { ItemId } from '#domain/id.ts'
import { appendHeaders, probe, tus, tusHeaders, tusPath } from '#fixtures/client/tus.ts'
import { seeded } from '#fixtures/seeded.ts'
import type { HttpNeeds } from '#http/needs.ts'
import { actors, type Behaviour, newId, type Recorded, type Rehearsal, rehearse } from '#http/rehearsal.ts'
import { nameOf, readChecksum, readMethod } from './tus-terms.ts'

const chunk = 262_144
const item = newId<ItemId>()

let stage: Rehearsal | null = null
afterEach(async () => {
  vi.useRealTimers()
  await stage?.close()
  stage = null
})

/** A gateway with one upload of `size` bytes of which nothing came. */
const begin = async (size: number, behaviour: Behaviour = {}, needs: Partial<HttpNeeds> = {}) => {
  const dropped: ItemId[] = []
  stage = await rehearse(
    {
      findUpload: async (_, id) =>
        id === item ? { id, size, arrived: 0, gone: false } : refuse('item.not-found'),
      planSend: async (_, files) =>
        files.map((file) => ({ ...file, id: item, state: 'receiving', missing: [] })),
      dropUpload: async (_, id) => {
        dropped.push(id)
        return null
      },
      ...needs,
    },
    { behaviour },
  )
  return { ...stage, upload: `${stage.url}${tusPath}/${item}`, dropped }
}

const patch = (upload: string, body: Uint8Array, more: Record<string, string> = {}) =>
  tus('PATCH', upload, { token: 'sender', headers: appendHeaders(0, more), body: [body] })

/** Sends pieces without a length, then ends or breaks the connection. Gives the status, or null. */
const stream = async (upload: string, pieces: readonly Buffer[], breaks: boolean): Promise<number | null> => {
  const sending = request(upload, {
    method: 'PATCH',
    headers: tusHeaders({ authorization: 'Bearer sender', ...appendHeaders(0) }),
  })
  const answered = new Promise<number | null>((resolve) => {
    sending.on('error', () => resolve(null))
    sending.on('response', (response) => {
      response.resume()
      resolve(response.statusCode ?? null)
    })
  })
  for (const piece of pieces) await new Promise((done) => sending.write(piece, done))
  if (breaks) sending.destroy()
  else sending.end()
  return answered
}

const committed = (recorded: readonly Recorded[]): Buffer =>
  Buffer.concat(
    recorded.filter((one) => one.committed).flatMap((one) => one.runs.flatMap((run) => run.pieces)),
  )

const bytesOf = (size: number): Buffer => {
  const bytes = Buffer.alloc(size)
  seeded(size).fill(bytes)
  return bytes
}

describe('the tus door', () => {
  it('records every 8 MiB in order, each run where the one before ended', async () => {
    const bytes = bytesOf(70 * chunk + 5)
    const { upload, recorded } = await begin(bytes.length, { pauseEvery: 7 })
    const { status, headers } = await patch(upload, bytes)
    expect([status, headers['upload-offset']]).toEqual([204, String(bytes.length)])
    expect(recorded.map(({ runs }) => runs.map(({ first }) => first))).toEqual([[0], [32], [64]])
    expect(committed(recorded).equals(bytes)).toBe(true)
    expect(recorded.reduce((sum, { pauses }) => sum + pauses, 0)).toBeGreaterThan(0)
  })

  it('keeps whole chunks and nothing else, however the bytes are cut and wherever they end', async () => {
    const random = seeded('cuts')
    const size = 4 * chunk + 100
    const bytes = bytesOf(size)
    for (let round = 0; round < 12; round += 1) {
      const { upload, recorded, close } = await begin(size)
      const end = round === 0 ? size : random.below(size)
      const pieces: Buffer[] = []
      for (let at = 0; at < end; ) {
        const to = Math.min(end, at + 1 + random.below(300_000))
        // A copy: the door gives back the memory of what it took.
        pieces.push(Buffer.from(bytes.subarray(at, to)))
        at = to
      }
      const breaks = round % 2 === 1
      const status = await stream(upload, pieces, breaks)
      const kept = end === size ? size : end - (end % chunk)
      // No progress with bytes of which none can be kept is refused.
      expect(status).toBe(breaks ? null : kept > 0 || end === 0 ? 204 : 400)
      await expect.poll(() => committed(recorded).length).toBe(kept)
      expect(committed(recorded).equals(bytes.subarray(0, kept))).toBe(true)
      await close()
    }
  })

  it('keeps no end of a body that is longer than its file', async () => {
    const { upload, recorded } = await begin(10)
    expect(await stream(upload, [Buffer.alloc(10), Buffer.alloc(1)], false)).toBe(413)
    expect(recorded).toMatchObject([{ committed: false, aborted: true }])
  })

  it('says what the store and the ledger say', async () => {
    const full = await begin(3 * chunk, { throws: new Fault('store.full') })
    expect((await patch(full.upload, bytesOf(3 * chunk))).status).toBe(507)
    expect(full.recorded).toMatchObject([{ committed: false, aborted: true }])
    await full.close()
    const changed = await begin(70 * chunk, { refuses: 'plan.changed' })
    const refused = await patch(changed.upload, bytesOf(70 * chunk))
    expect([refused.status, JSON.parse(refused.body.toString('utf8'))]).toMatchObject([
      409,
      { code: 'plan.changed' },
    ])
    expect(changed.recorded.some((one) => one.committed)).toBe(false)
    await changed.close()
    const failing = await begin(5, {}, { findUpload: async () => Promise.reject(new Error('secret')) })
    const failed = await patch(failing.upload, bytesOf(5))
    expect(failed.status).toBe(500)
    expect(failed.body.toString('utf8')).not.toContain('secret')
  })

  it('ends a long body when its link is revoked meanwhile, and keeps what came', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    let revoked = false
    const { upload, recorded } = await begin(
      9 * chunk,
      {},
      {
        authorizeSender: async () => (revoked ? refuse('link.revoked') : actors.session),
      },
    )
    const sending = request(upload, {
      method: 'PATCH',
      headers: tusHeaders({ authorization: 'Bearer sender', ...appendHeaders(0) }),
    })
    const answered = new Promise((resolve) => {
      sending.on('response', (response) => resolve(response.statusCode))
    })
    sending.on('error', () => {})
    sending.write(bytesOf(3 * chunk + 8))
    await expect.poll(() => recorded[0]?.runs[0]?.pieces.length ?? 0).toBeGreaterThan(8)
    revoked = true
    vi.advanceTimersByTime(60_000)
    expect(await answered).toBe(410)
    sending.destroy()
    expect(committed(recorded).length).toBe(3 * chunk)
  })

  it('drops an upload whose first bytes failed, since nobody knows its address', async () => {
    const { url, dropped } = await begin(5)
    const headers = { 'upload-length': '5', 'content-type': 'application/offset+octet-stream' }
    const told = createHash('sha1').update('other').digest('base64')
    const sent = await tus('POST', `${url}${tusPath}`, {
      token: 'sender',
      headers: { ...headers, 'upload-checksum': `sha1 ${told}` },
      body: [Buffer.from('bytes')],
    })
    expect([sent.status, dropped]).toEqual([460, [item]])
  })

  it('writes neither name nor id into the log', async () => {
    const { url, upload, notes } = await begin(5)
    const name = Buffer.from('Erika.dcm').toString('base64')
    await tus('POST', `${url}${tusPath}`, {
      token: 'sender',
      headers: { 'upload-length': '5', 'upload-metadata': `filename ${name}` },
    })
    expect(await probe(upload, 'sender')).toEqual([200, '0'])
    await expect.poll(() => notes.length).toBe(2)
    const text = JSON.stringify(notes)
    for (const secret of ['Erika', name, item]) expect(text).not.toContain(secret)
  })
})

describe('its header fields', () => {
  it('names a file by its path, never by Uppy’s "null"', () => {
    expect(nameOf({ relativePath: 'CD/IM1', filename: 'IM1' })).toBe('CD/IM1')
    expect(nameOf({ relativePath: 'null', filename: '', name: 'IM1' })).toBe('IM1')
    expect(nameOf({ filename: null })).toBe('')
    expect(nameOf(undefined)).toBe('')
  })

  it('reads checksums of their own length alone', () => {
    const of = (bytes: number): string => Buffer.alloc(bytes, 7).toString('base64')
    expect(readChecksum(undefined)).toBeNull()
    for (const good of [`sha1 ${of(20)}`, `sha256 ${of(32)}`])
      expect(isRefusal(readChecksum(good))).toBe(false)
    for (const bad of ['', 'sha1', `sha1 ${of(32)}`, `sha256  ${of(32)}`, `md5 ${of(16)}`, `sha1 ${of(20)},`])
      expect(isRefusal(readChecksum(bad))).toBe(true)
  })

  it('takes another method only at an upload, and only three', () => {
    const post = (meant?: string) => ({
      method: 'POST',
      headers: meant === undefined ? {} : { 'x-http-method-override': meant },
    })
    expect(readMethod(post('PATCH'), true)).toBe('PATCH')
    expect(readMethod(post('PATCH'), false)).toBe('POST')
    for (const meant of ['PUT', 'OPTIONS', undefined]) expect(readMethod(post(meant), true)).toBeNull()
    expect(readMethod({ method: 'PATCH', headers: { 'x-http-method-override': 'DELETE' } }, true)).toBe(
      'PATCH',
    )
  })
})
