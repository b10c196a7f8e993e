/** The sender's protocol against a real gateway, over lines that break and files that go: nothing lost, nothing twice. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clusterOf } from '#adapters/embedded/cluster.ts'
import { readPidFile } from '#adapters/embedded/leftover.ts'
import { socketUrl } from '#adapters/embedded/postgres.ts'
import { openPool } from '#adapters/postgres/database.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { openProxy, type Proxy, type Trouble } from '#fixtures/faults/proxy.ts'
import { findPort, type Gateway, startGateway } from '#fixtures/gateway.ts'
import { type Conversation, openConversation, SendingStopped } from './conversation.ts'
import { sendAndFinish } from './finish.ts'
import { readLink } from './link.ts'
import { FileTrouble, type ListedFile } from './listed-file.ts'
import { type Sha256, webSha256 } from './part-body.ts'
import { createPause } from './pause.ts'
import type { Progress } from './progress.ts'
import { checkReceipt } from './receipt.ts'
import { prepareSending } from './send-files.ts'
import { speakByFetch } from './speak.ts'

let folder: string
let gateway: Gateway
let proxy: Proxy
let desk: Desk
let port: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-sending-'))
  port = String(await findPort())
  gateway = await startGateway(folder, { PORT: port })
  proxy = await openProxy(gateway.url)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
})

afterAll(async () => {
  await proxy.close()
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

const inMemory = (path: string, bytes: Uint8Array): ListedFile => ({
  path,
  size: bytes.length,
  modified: 1_700_000_000_000,
  open: async (start, end) => Uint8Array.from(bytes.subarray(start, end)),
})

const filled = (size: number, seed: number): Uint8Array => {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at += 1) bytes[at] = (at * 31 + seed * 17 + (at >> 8)) & 0xff
  return bytes
}

const folderOf = (files: number, large: number): ListedFile[] => [
  ...Array.from({ length: files }, (_, n) => inMemory(`disc/नाम ${n}`, filled(900 + n, n))),
  ...(large > 0 ? [inMemory('disc/LARGE', filled(large, 7))] : []),
]

const newLink = async (terms: Record<string, unknown> = {}) => {
  const id = await desk.openCase({ name: 'Sending^Test' })
  const { url, code } = await desk.openLink(id, terms)
  return { id, code, link: url.replace(gateway.url, proxy.url) }
}

type Terms = { readonly code?: string | undefined; readonly signal?: AbortSignal; readonly giveUpMs?: number }

const converse = (link: string, { signal = new AbortController().signal, ...terms }: Terms = {}) => {
  const parsed = readLink(link)
  if (parsed === null) throw new Error('no link')
  return openConversation({
    link: parsed,
    speak: speakByFetch(parsed.url),
    signal,
    random: () => 0,
    ...terms,
  })
}

/** Sends everything and checks the receipt; gives what went over the line. */
const deliver = async (
  conversation: Conversation,
  files: readonly ListedFile[],
  sha256: Sha256 = webSha256,
) => {
  const progress: Progress[] = []
  const sending = prepareSending(files, {
    conversation,
    sha256,
    onProgress: (one) => {
      progress.push(one)
    },
  })
  const finish = await sendAndFinish(conversation, sending)
  if (finish.kind !== 'finished') throw new Error(`held up by ${finish.files}`)
  const check = await checkReceipt(conversation, finish.finished.receipt, sending.files, sha256)
  expect(check).toEqual({ signed: true, differing: [] })
  return { sending, finished: finish.finished, progress, ...sending.counts() }
}

const parts = (choose: (nth: number) => Trouble) => {
  let nth = 0
  proxy.decide((req) => (req.method === 'PUT' ? choose(nth++) : 'pass'))
}

/** Names and sizes as the desk sees them. */
const expectAtDesk = async (id: string, files: readonly ListedFile[]): Promise<void> => {
  const items = (await desk.items(id)).filter(({ state }) => state !== 'discarded' && state !== 'receiving')
  const sizesOf = (some: readonly { readonly size: number }[]): number[] =>
    some.map(({ size }) => size).sort((one, other) => one - other)
  expect(sizesOf(items)).toEqual(sizesOf(files))
}

describe('sending', () => {
  it('delivers 300 small files and a large one, with a receipt that is right about each', async () => {
    parts(() => 'pass')
    const { id, link } = await newLink()
    const files = folderOf(300, 30_000_000)
    const { finished, progress, parts: sent } = await deliver(await converse(link), files)
    expect(finished.items).toBe(301)
    expect(sent).toBeLessThan(20)
    const bytes = files.reduce((sum, { size }) => sum + size, 0)
    expect(progress.at(-1)).toMatchObject({
      files: 301,
      filesDone: 301,
      bytes,
      bytesDurable: bytes,
      leftOut: 0,
    })
    for (const [nth, one] of progress.entries())
      expect(one.bytesDurable).toBeGreaterThanOrEqual(progress[nth - 1]?.bytesDurable ?? 0)
    await expectAtDesk(id, files)
    const again = await deliver(await converse(link), files, (some) =>
      createHash('sha256').update(some).digest(),
    )
    expect(again.parts).toBe(0)
  })

  it('goes on through cut connections, busy servers, proxies with small bodies and lost answers', async () => {
    const busy = { answer: 503, body: '{"code":"server.stopping"}', headers: { 'retry-after': '0' } }
    const troubles: Trouble[] = [
      { cutAfter: 100_000 },
      busy,
      { answer: 413, body: '<html>too large</html>' },
      'pass',
      { answer: 200, body: '<html>please log in to the hotel</html>' },
      { swallow: 'reset' },
      { answer: 502, body: '' },
      { cutBackAfter: 1 },
      'pass',
      { answer: 429, body: '', headers: { 'retry-after': '1' } },
    ]
    parts((nth) => troubles[nth] ?? 'pass')
    const { id, link } = await newLink()
    const files = folderOf(20, 9_000_000)
    await deliver(await converse(link), files)
    expect(proxy.troubled()).toBeGreaterThan(7)
    await expectAtDesk(id, files)
  })

  it('exchanges the same link again when the session ends, once for all parts on their way', async () => {
    const running = await readPidFile(clusterOf(join(folder, 'data', 'postgres')))
    const pool = openPool({ connectionString: socketUrl(running?.socketFolder ?? '') })
    const { id, link } = await newLink()
    const conversation = await converse(link)
    const first = conversation.terms().session
    let exchanges = 0
    let ended = false
    proxy.decide((req) => {
      if (req.url === '/api/send/exchange') exchanges += 1
      return 'pass'
    })
    const files = folderOf(5, 20_000_000).map((file) => ({
      ...file,
      open: async (start: number, end: number) => {
        if (start > 4_000_000 && !ended) {
          ended = true
          await pool.query('delete from sessions')
        }
        return file.open(start, end)
      },
    }))
    await deliver(conversation, files)
    await pool.end()
    expect(conversation.terms().session).not.toBe(first)
    expect(exchanges).toBe(1)
    await expectAtDesk(id, files)
  })

  it('leaves out what changed, went away or cannot be read, and sends the rest', async () => {
    parts(() => 'pass')
    const { id, link } = await newLink()
    const good = folderOf(12, 0)
    const bad = (path: string, size: number, after: number, error: Error): ListedFile => ({
      ...inMemory(path, filled(size, 3)),
      open: async (start, end) => {
        if (end > after) throw error
        return filled(size, 3).slice(start, end)
      },
    })
    const files = [
      ...good,
      bad('disc/scratched', 9_000_000, 5_000_000, new Error('EIO')),
      bad('disc/gone', 500, 0, new FileTrouble('gone')),
      { ...inMemory('disc/cut', filled(600, 1)), open: async () => new Uint8Array(300) },
    ]
    const { sending, finished, progress } = await deliver(await converse(link), files)
    const reasons = Object.fromEntries(sending.files.map(({ told, leftOut }) => [told, leftOut]))
    expect(reasons).toMatchObject({
      'disc/scratched': 'unreadable',
      'disc/gone': 'gone',
      'disc/cut': 'changed',
      'disc/नाम 3': null,
    })
    expect(finished.items).toBe(12)
    expect(progress.at(-1)).toMatchObject({ leftOut: 3, filesDone: 12 })
    await expectAtDesk(id, good)
  })

  it('says so when files announced earlier hold it up, and finishes without them when told', async () => {
    const { id, link } = await newLink()
    const stop = new AbortController()
    parts((nth) => {
      if (nth === 2) stop.abort(new Error('closed'))
      return 'pass'
    })
    const whole = folderOf(4, 20_000_000)
    await expect(deliver(await converse(link, { signal: stop.signal }), whole)).rejects.toThrow('closed')
    parts(() => 'pass')
    const conversation = await converse(link)
    const sending = prepareSending(folderOf(4, 0), { conversation })
    expect(await sendAndFinish(conversation, sending)).toEqual({ kind: 'held-up', files: 1 })
    const finish = await sendAndFinish(conversation, sending, { leaveRest: true })
    expect(finish).toMatchObject({ kind: 'finished', finished: { items: 4 } })
    await expectAtDesk(id, folderOf(4, 0))
  })

  it('pauses and goes on', async () => {
    let seen = 0
    proxy.decide((req) => {
      if (req.method === 'PUT') seen += 1
      return 'pass'
    })
    const { link } = await newLink()
    const parsed = readLink(link)
    if (parsed === null) throw new Error('no link')
    const pause = createPause()
    const { signal } = new AbortController()
    const conversation = await openConversation({
      link: parsed,
      speak: speakByFetch(parsed.url),
      signal,
      pause,
    })
    pause.pause()
    const done = deliver(conversation, folderOf(3, 0))
    await new Promise((again) => setTimeout(again, 400))
    expect([seen, pause.isPaused()]).toEqual([0, true])
    pause.goOn()
    await done
    expect(seen).toBe(1)
  })

  it('ends with the gateway’s word for a dead link or a wrong code, and with `line` when nobody answers', async () => {
    parts(() => 'pass')
    const { link, code } = await newLink({ check: 'code' })
    const stopped = (given: string, terms?: Terms) =>
      converse(given, terms).then(
        () => null,
        (error: unknown) => (error instanceof SendingStopped ? error.code : error),
      )
    expect(await stopped(link)).toBe('link.code-needed')
    expect(await stopped(link, { code: '000000' })).toBe('link.code-wrong')
    expect(await stopped(link, { code: code ?? '' })).toBeNull()
    expect(await stopped(link.replace(/#.*/, '#a.b.c'))).toBe('link.invalid')
    const nobody = `http://127.0.0.1:${await findPort()}/send#a.b.c`
    expect(await stopped(nobody, { giveUpMs: 700 })).toBe('line')
  })

  it('goes on when the whole gateway is killed and comes back, and sends again only what was on its way', async () => {
    const { id, link } = await newLink()
    const files = folderOf(300, 30_000_000)
    const restarts: Promise<void>[] = []
    const restart = async (): Promise<void> => {
      await gateway.kill()
      gateway = await startGateway(folder, { PORT: port })
    }
    parts((nth) => {
      if (nth === 4) restarts.push(restart())
      return 'pass'
    })
    const { bytes, finished } = await deliver(await converse(link), files)
    await Promise.all(restarts)
    expect(restarts).toHaveLength(1)
    expect(finished.items).toBe(301)
    // Acknowledged bytes alone are counted: each byte once, and headers.
    const size = files.reduce((sum, one) => sum + one.size, 0)
    expect(bytes).toBeLessThan(size + 100_000)
    await expectAtDesk(id, files)
  })
})
