/** The form door on a real socket: whole files in order, and nothing kept of a form that is not whole. */
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Fault } from '#domain/fault.ts'
import { seeded } from '#fixtures/seeded.ts'
import { type Behaviour, bytesOf, type Rehearsal, rehearse } from '#http/rehearsal.ts'

let stage: Rehearsal | null = null
const begin = async (behaviour: Behaviour = {}): Promise<Rehearsal> => {
  stage = await rehearse({}, { behaviour })
  return stage
}
afterEach(async () => {
  await stage?.close()
  stage = null
})

const sender = { authorization: 'Bearer sender' }

const post = (
  url: string,
  body: string | FormData | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(`${url}/api/send/files`, {
    method: 'POST',
    body,
    redirect: 'manual',
    headers: { ...sender, ...headers },
  })

const raw = (url: string, lines: string, boundary = 'B'): Promise<Response> =>
  post(url, lines, { 'content-type': `multipart/form-data; boundary=${boundary}` })

const code = async (response: Response): Promise<unknown> => [
  response.status,
  ((await response.json()) as Record<string, unknown>)['code'],
]

describe('the form door', () => {
  it('takes files one after another, with names as they were written', async () => {
    const { url, recorded } = await begin({ pauseEvery: 3 })
    const contents = ['one', '', 'y'.repeat(500_000), 'four']
    const names = ['CD/IMG1', 'छाती.dcm', 'big"file.dcm', '50%.pdf']
    const form = new FormData()
    form.append('about', 'some words')
    contents.forEach((text, index) => form.append('files', new Blob([text]), names[index]))
    const reply = await post(url, form)
    expect(reply.status).toBe(200)
    const [record] = recorded
    expect(record === undefined ? [] : bytesOf(record)).toEqual(contents)
    expect(record?.files.map(({ name, size }) => [name, size])).toEqual(
      contents.map((text, index) => [names[index], text.length]),
    )
    expect(await reply.json()).toMatchObject({
      items: contents.map((text, index) => ({ id: record?.files[index]?.id, index, size: text.length })),
      bytes: 500_007,
    })
  })

  it('keeps many small files of one piece apart', async () => {
    const { url, recorded } = await begin({ pauseEvery: 2 })
    const form = new FormData()
    const contents = Array.from({ length: 300 }, (_, index) => `content of ${index}`)
    for (const [index, text] of contents.entries()) form.append('f', new Blob([text]), `${index}`)
    expect((await post(url, form)).status).toBe(200)
    expect(recorded.map(bytesOf)).toEqual([contents])
  })

  it('sends a browser on to the page of its link', async () => {
    const { url } = await begin()
    const form = new FormData()
    form.append('f', new Blob(['x']), 'x')
    const reply = await post(url, form, { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' })
    expect([reply.status, reply.headers.get('location')]).toEqual([303, '/send'])
  })

  const disposition = 'Content-Disposition: form-data; name="f"; filename="a"'
  it.each([
    [
      'a file without a field name',
      '--B\r\nContent-Disposition: form-data; filename="a"\r\n\r\nx\r\n--B--\r\n',
    ],
    ['an empty field name', '--B\r\nContent-Disposition: form-data; name=""\r\n\r\nx\r\n--B--\r\n'],
    ['no end', `--B\r\n${disposition}\r\n\r\nabc`],
    ['another boundary', `--C\r\n${disposition}\r\n\r\nabc\r\n--C--\r\n`],
    [
      'a field named like a prototype',
      '--B\r\nContent-Disposition: form-data; name="__proto__[a]"\r\n\r\nx\r\n--B--\r\n',
    ],
    ['nothing', ''],
    ['no file', '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--B--\r\n'],
    ['a broken head', `--B\r\n${disposition}\r\nX\0: y\r\n\r\nabc\r\n--B--\r\n`],
  ])('refuses a form with %s', async (_, body) => {
    const { url, recorded } = await begin()
    expect(await code(await raw(url, body))).toEqual([400, 'request.invalid'])
    expect(recorded[0]).toMatchObject({ committed: false, aborted: true })
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  it('refuses what is no form, a missing boundary, and too many of something', async () => {
    const { url } = await begin()
    expect(await code(await post(url, '{}', { 'content-type': 'application/json' }))).toEqual([
      415,
      'request.type',
    ])
    expect(await code(await post(url, 'x', { 'content-type': 'multipart/form-data' }))).toEqual([
      400,
      'request.invalid',
    ])
    const fields = new FormData()
    for (let index = 0; index < 21; index += 1) fields.append(`a${index}`, 'x')
    expect(await code(await post(url, fields))).toEqual([413, 'request.too-large'])
    const files = new FormData()
    for (let index = 0; index < 5_001; index += 1) files.append('f', new Blob(['']), `${index}`)
    expect(await code(await post(url, files))).toEqual([413, 'request.too-large'])
    const long = new FormData()
    long.append('a', 'x'.repeat(5_000))
    expect(await code(await post(url, long))).toEqual([413, 'request.too-large'])
  })

  it('says at once what the store cannot', async () => {
    const { url, recorded } = await begin({ throws: new Fault('store.full') })
    const form = new FormData()
    form.append('f', new Blob([Buffer.alloc(3_000_000)]), 'a')
    form.append('f', new Blob(['b']), 'b')
    expect(await code(await post(url, form))).toEqual([507, 'store.full'])
    expect(recorded[0]).toMatchObject({ committed: false, aborted: true })
  })

  it('forgets a form whose sender went away', async () => {
    const { port, url, recorded } = await begin()
    const socket = connect(port, '127.0.0.1')
    const body = `--B\r\n${disposition}\r\n\r\n${'x'.repeat(100_000)}`
    socket.write(
      `POST /api/send/files HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer sender\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: 900000\r\n\r\n${body}`,
    )
    await expect.poll(() => recorded[0]?.runs.length).toBe(1)
    socket.destroy()
    await expect.poll(() => recorded[0]?.aborted).toBe(true)
    expect(recorded[0]?.committed).toBe(false)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  it('never fails, whatever is done to a good form', async () => {
    const { url } = await begin()
    const good = Buffer.from(
      `--B\r\n${disposition}\r\nContent-Type: a/b\r\n\r\nabc\r\n--B\r\n${disposition}\r\n\r\nde\r\n--B--\r\n`,
    )
    const random = seeded('forms')
    const statuses = new Set<number>()
    for (let round = 0; round < 400; round += 1) {
      const bad = Buffer.from(good)
      for (let bits = 0; bits <= round % 4; bits += 1) bad[random.below(bad.length)] = random.below(256)
      const cut = round % 5 === 0 ? random.below(bad.length) : bad.length
      const reply = await post(url, bad.subarray(0, cut), {
        'content-type': 'multipart/form-data; boundary=B',
      })
      await reply.arrayBuffer()
      statuses.add(reply.status)
    }
    expect([...statuses].filter((status) => ![200, 400, 413].includes(status))).toEqual([])
  })
})
