/** A download whatever the line does: each byte once, in order, of one version of the case, or no file at all. */
import { assert, asyncProperty, integer, uint8Array } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DownloadProgress, download, lengthOf, type Sink } from './download.ts'

const bytes = Uint8Array.from({ length: 5_000 }, (_, at) => (at * 31) % 251)

const bodyOf = (part: Uint8Array, breakAt: number): ReadableStream<Uint8Array> => {
  let at = 0
  return new ReadableStream({
    pull: (control) => {
      if (at >= breakAt && at < part.length) return control.error(new Error('the line broke'))
      if (at >= part.length) return control.close()
      const next = Math.min(part.length, at + 700, Math.max(at + 1, breakAt))
      control.enqueue(part.slice(at, next))
      at = next
      return undefined
    },
  })
}

type Server = { etag: string; status?: number; breakAt: (round: number) => number; asked: string[] }

const getFrom =
  (server: Server) =>
  async (_: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> => {
    const range = headers['Range']
    server.asked.push(`${range ?? 'all'} ${headers['If-Range'] ?? ''}`.trim())
    if (server.status !== undefined) return new Response('{}', { status: server.status })
    const holds = headers['If-Range'] === undefined || headers['If-Range'] === server.etag
    const start = range === undefined || !holds ? 0 : Number(/bytes=(\d+)-/.exec(range)?.[1])
    const part = bytes.subarray(start)
    const head = { ETag: server.etag, 'Content-Length': String(part.length) }
    const breakAt = server.breakAt(server.asked.length)
    return start === 0
      ? new Response(bodyOf(part, breakAt), { status: 200, headers: head })
      : new Response(bodyOf(part, breakAt), {
          status: 206,
          headers: { ...head, 'Content-Range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` },
        })
  }

const sinkOf = (full = Number.POSITIVE_INFINITY) => {
  const kept: number[] = []
  let end = ''
  const sink: Sink = {
    write: async (piece) => {
      if (kept.length + piece.length > full) throw new Error('no room')
      kept.push(...piece)
    },
    close: async () => {
      end = 'closed'
    },
    abort: async () => {
      end = 'aborted'
    },
  }
  return { sink, kept, end: () => end }
}

const run = async (
  server: Server,
  { sink }: ReturnType<typeof sinkOf>,
  signal = new AbortController().signal,
) => {
  const told: (DownloadProgress | number | null)[] = []
  const end = await download({
    get: getFrom(server),
    path: '/bundle',
    sink,
    signal,
    onProgress: (progress) => told.push(progress),
    onWaiting: (seconds) => told.push(seconds),
    pause: async () => {},
  })
  return { end, told }
}

describe('download', () => {
  it('writes what came, and closes', async () => {
    const place = sinkOf()
    const { end, told } = await run({ etag: '"a"', breakAt: () => Infinity, asked: [] }, place)
    expect([end, place.end()]).toEqual(['done', 'closed'])
    expect(Uint8Array.from(place.kept)).toEqual(bytes)
    expect(told.at(-1)).toEqual({ done: 5_000, of: 5_000 })
  })

  it('goes on where it was, wherever the line breaks', async () => {
    await assert(
      asyncProperty(
        uint8Array({ minLength: 1, maxLength: 8 }),
        integer({ min: 1, max: 40 }),
        async (breaks, by) => {
          const place = sinkOf()
          const server: Server = {
            etag: '"a"',
            breakAt: (round) => (round <= breaks.length ? (breaks[round - 1] ?? 0) * by : Infinity),
            asked: [],
          }
          const { end } = await run(server, place)
          expect(end).toBe('done')
          expect(Uint8Array.from(place.kept)).toEqual(bytes)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('asks for the rest of the same version', async () => {
    const server: Server = { etag: '"a"', breakAt: (round) => (round === 1 ? 1_400 : Infinity), asked: [] }
    const { told } = await run(server, sinkOf())
    expect(server.asked).toEqual(['all', 'bytes=1400- "a"'])
    expect(told).toContain(1)
  })

  it('keeps nothing when the case became another one meanwhile', async () => {
    const server: Server = { etag: '"a"', breakAt: (round) => (round === 1 ? 1_400 : Infinity), asked: [] }
    const get = getFrom(server)
    const place = sinkOf()
    const end = await download({
      get: (path, headers) => {
        if (server.asked.length === 1) server.etag = '"b"'
        return get(path, headers)
      },
      path: '/bundle',
      sink: place.sink,
      signal: new AbortController().signal,
      onProgress: () => {},
      onWaiting: () => {},
      pause: async () => {},
    })
    expect([end, place.end()]).toEqual(['changed', 'aborted'])
  })

  it.each([
    ['full', { etag: '"a"', breakAt: () => Infinity, asked: [] }, sinkOf(2_000)],
    ['over', { etag: '"a"', status: 401, breakAt: () => Infinity, asked: [] }, sinkOf()],
  ] as const)('ends as %s without a file', async (expected, server, place) => {
    const { end } = await run({ ...server, asked: [] }, place)
    expect([end, place.end()]).toEqual([expected, 'aborted'])
  })

  it('stops when it is told to', async () => {
    const control = new AbortController()
    control.abort()
    const place = sinkOf()
    const { end } = await run({ etag: '"a"', breakAt: () => Infinity, asked: [] }, place, control.signal)
    expect([end, place.end(), place.kept.length]).toEqual(['stopped', 'aborted', 0])
  })
})

describe('lengthOf', () => {
  const head = (fields: Record<string, string>) => new Headers(fields)
  it.each([
    [200, 0, { 'Content-Length': '9' }, 9],
    [206, 4, { 'Content-Range': 'bytes 4-8/9' }, 9],
    [206, 5, { 'Content-Range': 'bytes 4-8/9' }, null],
    [200, 4, { 'Content-Length': '9' }, null],
  ])('%i from %i', (status, start, fields, expected) => {
    expect(lengthOf({ status, headers: head(fields as Record<string, string>) }, start)).toBe(expected)
  })
})
