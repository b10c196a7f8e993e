/** The STOW-RS door on a real socket: files whole and in order, the answer's words, and nothing kept of a bad body. */
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Fault } from '#domain/fault.ts'
import { viewerProgram } from '#fixtures/bad.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { type Behaviour, type Rehearsal, rehearse } from '#http/rehearsal.ts'

let stage: Rehearsal | null = null
const begin = async (behaviour: Behaviour = {}): Promise<Rehearsal> => {
  stage = await rehearse({}, { behaviour })
  return stage
}
afterEach(async () => {
  await stage?.close()
  stage = null
})

const study = [...ctStudy({ slices: 3, seed: 5, rows: 16, columns: 16 })]
const other = [...ctStudy({ slices: 1, seed: 6, rows: 16, columns: 16 })]
const [first] = study
if (first === undefined) throw new Error('no study')

const bodyOf = (parts: readonly Uint8Array[], boundary = 'B', end = '\r\n'): Buffer =>
  Buffer.concat([
    ...parts.flatMap((part) => [
      Buffer.from(`--${boundary}${end}Content-Type: application/dicom${end}${end}`),
      part,
      Buffer.from(end),
    ]),
    Buffer.from(`--${boundary}--${end}`),
  ])

const related = 'multipart/related; type="application/dicom"; boundary=B'

const post = (
  url: string,
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
  { path = '/dicomweb/studies', ...headers }: Record<string, string> = {},
): Promise<Response> =>
  fetch(`${url}${path}`, {
    method: 'POST',
    body,
    headers: { authorization: 'Bearer sender', 'content-type': related, ...headers },
    duplex: 'half',
  } as RequestInit)

const bytes = (buffer: Buffer): Uint8Array<ArrayBuffer> => new Uint8Array(buffer)

const code = async (response: Response): Promise<unknown> => [
  response.status,
  ((await response.json()) as Record<string, unknown>)['code'],
]

const reference = ({ sopUid }: { sopUid: string }) => ({
  '00081150': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.2'] },
  '00081155': { vr: 'UI', Value: [sopUid] },
})
const stored = (file: { sopUid: string }) => ({ ...reference(file), '00081190': { vr: 'UR' } })
const ofStudy = `/dicomweb/studies/${first.studyUid}`

describe('the STOW door', () => {
  it('keeps every file as it is, and answers 200 with each of them and no list of failures', async () => {
    const { url, recorded, notes } = await begin({ pauseEvery: 2 })
    for (const [path, end] of [
      ['/dicomweb/studies', '\r\n'],
      [ofStudy, '\n'],
    ] as const) {
      const reply = await post(
        url,
        bytes(
          bodyOf(
            study.map((file) => file.bytes),
            'B',
            end,
          ),
        ),
        { path },
      )
      expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/dicom+json'])
      expect(await reply.json()).toEqual({
        '00081190': { vr: 'UR' },
        '00081199': { vr: 'SQ', Value: study.map(stored) },
      })
      const record = recorded.at(-1)
      expect(record?.runs.map((run) => Buffer.concat(run.pieces))).toEqual(study.map((file) => file.bytes))
      expect(record?.files.map(({ id, name, size }) => [id, name, size])).toEqual(
        study.map((file, index) => [record?.runs[index]?.item, `${file.sopUid}.dcm`, file.bytes.length]),
      )
    }
    expect(JSON.stringify(notes)).not.toContain(first.studyUid)
    expect(JSON.stringify(notes)).not.toContain(first.sopUid)
  })

  it('takes chunks without a length, and one file as it is', async () => {
    const { url, recorded } = await begin()
    const body = bodyOf(study.map((file) => file.bytes))
    let at = 0
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at >= body.length) return controller.close()
        controller.enqueue(bytes(body.subarray(at, at + 777)))
        at += 777
      },
    })
    expect((await post(url, stream)).status).toBe(200)
    expect(recorded[0]?.files.map(({ size }) => size)).toEqual(study.map((file) => file.bytes.length))
    const one = await post(url, bytes(first.bytes), { 'content-type': 'application/dicom' })
    expect(await one.json()).toMatchObject({ '00081199': { Value: [stored(first)] } })
    expect(Buffer.concat(recorded[1]?.runs[0]?.pieces ?? [])).toEqual(first.bytes)
  })

  it('takes 10,000 parts, empty ones among them', async () => {
    const { url, recorded } = await begin()
    const parts = Array.from({ length: 10_000 }, (_, index) =>
      index === 0 ? first.bytes : Buffer.alloc(index % 3, index),
    )
    const reply = await post(url, bytes(bodyOf(parts)))
    expect(reply.status).toBe(202)
    const { '0008119A': unreadable } = (await reply.json()) as Record<string, { Value: unknown[] }>
    expect(unreadable?.Value.length).toBe(9_999)
    expect(recorded[0]?.files.length).toBe(10_000)
    expect(
      recorded[0]?.runs.every((run, index) => Buffer.concat(run.pieces).equals(parts[index] as Buffer)),
    ).toBe(true)
  })

  it('keeps what it could not name beside good ones, and says which failed and why', async () => {
    const { url, recorded } = await begin()
    const parts = [first.bytes, viewerProgram().bytes, other[0]?.bytes ?? Buffer.alloc(0)]
    const reply = await post(url, bytes(bodyOf(parts)), { path: ofStudy })
    expect(reply.status).toBe(202)
    expect(await reply.json()).toEqual({
      '00081190': { vr: 'UR' },
      '00081198': {
        vr: 'SQ',
        Value: [{ ...reference(other[0] ?? first), '00081197': { vr: 'US', Value: [0xa900] } }],
      },
      '00081199': { vr: 'SQ', Value: [stored(first)] },
      '0008119A': { vr: 'SQ', Value: [{ '00081197': { vr: 'US', Value: [0xc000] } }] },
    })
    expect(recorded[0]?.files.map(({ name }) => name)).toEqual([
      `${first.sopUid}.dcm`,
      'part 2',
      `${other[0]?.sopUid}.dcm`,
    ])
  })

  it('answers 409 and keeps nothing when nothing is good', async () => {
    const { url, recorded } = await begin()
    const reply = await post(url, bytes(bodyOf(other.map((file) => file.bytes))), { path: ofStudy })
    expect([reply.status, reply.headers.get('content-type')]).toEqual([409, 'application/dicom+json'])
    expect(Object.keys((await reply.json()) as object)).toEqual(['00081190', '00081198'])
    expect((await post(url, bytes(bodyOf([Buffer.from('%PDF-1.7')])))).status).toBe(409)
    expect(recorded.map(({ committed, aborted }) => [committed, aborted])).toEqual([
      [false, true],
      [false, true],
    ])
  })

  it('answers in XML when only that is wanted, and 406 before a byte is taken when neither is', async () => {
    const { url, recorded } = await begin()
    const body = bytes(bodyOf([first.bytes]))
    const xml = await post(url, body, { accept: 'application/dicom+xml' })
    expect(xml.headers.get('content-type')).toBe('application/dicom+xml')
    const text = await xml.text()
    expect(text).toContain(
      '<DicomAttribute tag="00081199" vr="SQ" keyword="ReferencedSOPSequence"><Item number="1"><DicomAttribute ' +
        'tag="00081150" vr="UI" keyword="ReferencedSOPClassUID"><Value number="1">1.2.840.10008.5.1.4.1.1.2</Value>',
    )
    const json = await post(url, body, { accept: 'application/json' })
    expect(json.headers.get('content-type')).toBe('application/json')
    expect(await code(await post(url, body, { accept: 'text/html' }))).toEqual([406, 'request.invalid'])
    expect(recorded.length).toBe(2)
  })

  it('knows its sender by Bearer or by a password, and nobody else', async () => {
    const { url, recorded } = await begin()
    const body = bytes(bodyOf([first.bytes]))
    const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` })
    expect((await post(url, body, basic('orthanc:sender'))).status).toBe(200)
    for (const authorization of [
      basic('sender').authorization,
      basic('sender:x').authorization,
      basic('orthanc:').authorization,
      'Basic !',
      'Bearer reader',
      '',
    ]) {
      const reply = await post(url, body, { authorization })
      expect([reply.status, reply.headers.get('www-authenticate')?.split(' ')[0]]).toEqual([401, 'Bearer'])
    }
    const form = await fetch(`${url}/api/send/files`, { method: 'POST', headers: basic('orthanc:sender') })
    expect(form.status).toBe(401)
    expect(recorded.length).toBe(1)
  })

  it.each([
    ['application/json', 415, 'request.type'],
    ['multipart/related; type="application/dicom+json"; boundary=B', 415, 'request.type'],
    ['multipart/related; type="application/dicom+xml"; boundary=B', 415, 'request.type'],
    ['multipart/form-data; boundary=B', 415, 'request.type'],
    ['multipart/related; type="application/dicom"', 400, 'request.invalid'],
    [`multipart/related; type="application/dicom"; boundary=${'B'.repeat(129)}`, 400, 'request.invalid'],
  ])('refuses %s', async (type, status, word) => {
    const { url, recorded } = await begin()
    expect(await code(await post(url, bytes(bodyOf([first.bytes])), { 'content-type': type }))).toEqual([
      status,
      word,
    ])
    expect(recorded).toEqual([])
  })

  it.each([
    ['no last boundary', bodyOf([first.bytes]).subarray(0, -7)],
    ['nothing', Buffer.alloc(0)],
    ['no part', Buffer.from('--B--\r\n')],
    ['another boundary', bodyOf([first.bytes], 'C')],
    ['an endless header', Buffer.from(`--B\r\n${'X: y\r\n'.repeat(3_000)}`)],
  ])('keeps nothing of a body with %s', async (_, body) => {
    const { url, recorded } = await begin()
    expect(await code(await post(url, bytes(body)))).toEqual([400, 'request.invalid'])
    expect(recorded[0]).toMatchObject({ committed: false, aborted: true })
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  it('refuses more instances than one request may have, a coded body, and a study that is no UID', async () => {
    const { url } = await begin()
    const many = bytes(bodyOf(Array.from({ length: 20_001 }, () => Buffer.alloc(0))))
    expect(await code(await post(url, many))).toEqual([413, 'request.too-large'])
    const body = bytes(bodyOf([first.bytes]))
    expect(await code(await post(url, body, { 'content-encoding': 'gzip' }))).toEqual([415, 'request.type'])
    for (const path of ['1.2.x', `1.${'2'.repeat(64)}`, '..%2f1', '1..2'])
      expect(await code(await post(url, body, { path: `/dicomweb/studies/${path}` }))).toEqual([
        400,
        'request.invalid',
      ])
  })

  it('passes on what receiving refuses, and says at once what the store cannot', async () => {
    const refusing = await begin({ refuses: 'case.closed' })
    expect(await code(await post(refusing.url, bytes(bodyOf([first.bytes]))))).toEqual([410, 'case.closed'])
    await refusing.close()
    const { url, recorded } = await begin({ throws: new Fault('store.full') })
    expect(await code(await post(url, bytes(bodyOf([first.bytes]))))).toEqual([507, 'store.full'])
    expect(recorded[0]).toMatchObject({ committed: false, aborted: true })
  })

  it('forgets a body whose sender went away', async () => {
    const { port, recorded } = await begin()
    const socket = connect(port, '127.0.0.1')
    socket.write(
      `POST /dicomweb/studies HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer sender\r\nContent-Type: ${related}\r\nContent-Length: 900000\r\n\r\n--B\r\n\r\n${'x'.repeat(100_000)}`,
    )
    await expect.poll(() => recorded[0]?.runs.length).toBe(1)
    socket.destroy()
    await expect.poll(() => recorded[0]?.aborted).toBe(true)
    expect(recorded[0]?.committed).toBe(false)
  })

  it('says what it can do', async () => {
    const { url } = await begin()
    const reply = await fetch(`${url}/dicomweb/`, { method: 'OPTIONS' })
    expect(reply.status).toBe(200)
    expect(await reply.json()).toMatchObject({
      application: { resources: { '@base': 'https://records.example/dicomweb' } },
    })
  })
})
