/**
 * The command that fetches a case, as a process of its own against a real gateway, over a line that breaks: what lies on
 * the disk is what was signed, and what was there is not asked for again.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { call, must } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { type ManifestLine, readManifest } from '#fixtures/client/manifest.ts'
import { exchange, finish, inMemory, send } from '#fixtures/client/sender.ts'
import { readZip } from '#fixtures/client/zip.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { openProxy, type Proxy } from '#fixtures/faults/proxy.ts'
import { findPort, type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { reportPdf } from '#fixtures/pdf.ts'
import { runProgram } from '#fixtures/run-program.ts'

const command = resolve(import.meta.dirname, 'fetch.ts')
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

let folder: string
let gateway: Gateway
let proxy: Proxy
let desk: Desk
let id: string

const addStudy = async (seed: number, slices: number): Promise<void> => {
  const before = await desk.accepted(id)
  const session = await exchange(gateway.url, (await desk.openLink(id)).url)
  const study = [...ctStudy({ slices, seed, rows: 128, columns: 128, series: 2 })]
  const pdf = inMemory('report.pdf', await reportPdf({ seed }))
  await send(gateway.url, session, [pdf, ...study.map(({ path, bytes }) => inMemory(path, bytes))])
  await finish(gateway.url, session)
  while ((await desk.accepted(id)) < before + study.length + 1) await sleep(50)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-fetch-'))
  gateway = await startGateway(folder)
  proxy = await openProxy(gateway.url)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  id = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
  await addStudy(1, 12)
}, 120_000)

afterAll(async () => {
  await proxy.close()
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

/** What the command asked for since the test began. */
let asked: { path: string; range: string | undefined }[] = []

const isBundle = (path: string): boolean => path.endsWith('/bundle')
const isInstance = (path: string): boolean => /\/instances\/[0-9.]+$/.test(path)
const count = (is: (path: string) => boolean): number => asked.filter(({ path }) => is(path)).length

type Choose = Parameters<Proxy['decide']>[0]

const decide = (choose: Choose): void =>
  proxy.decide((req) => {
    asked.push({ path: (req.url ?? '').replace(/\?.*/, ''), range: req.headers.range })
    return choose(req)
  })

beforeEach(() => {
  asked = []
  decide(() => 'pass')
})

let nth = 0
const fresh = (ending: string): string => join(folder, `got-${++nth}${ending}`)

const tokenFor = async (seconds = 600): Promise<{ grant: string; token: string }> =>
  must(`${gateway.url}/api/cases/${id}/grants`, {
    token: desk.token,
    json: { scopes: ['case:read', 'case:download'], seconds },
  })

const invited = async (): Promise<Record<string, string>> => {
  const { url, code } = await must<{ url: string; code: string }>(`${gateway.url}/api/cases/${id}/readers`, {
    token: desk.token,
    json: { name: 'Dr. Kulkarni' },
  })
  return { SECOND_READ_READER_LINK: url.replace(gateway.url, proxy.url), SECOND_READ_CODE: code }
}

const fetchWith = (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  onStart?: (pid: number) => void,
) => runProgram(command, args, env, onStart)

const withToken = async (args: readonly string[], token?: string, onStart?: (pid: number) => void) => {
  const all = [...args, '--case', id, '--url', proxy.url]
  return fetchWith(all, { SECOND_READ_TOKEN: token ?? (await tokenFor()).token }, onStart)
}

const bundleNow = async (): Promise<Buffer> =>
  (await call(`${gateway.url}/api/cases/${id}/bundle`, { token: (await tokenFor()).token })).body

/** The images of the case as the bundle lists them. */
const imagesNow = async (): Promise<ManifestLine[]> => {
  const manifest = readZip(await bundleNow()).get('MANIFEST.JSN') ?? Buffer.alloc(0)
  return readManifest(manifest).filter(({ kind }) => kind === 'dicom')
}

const at = <Entry>(list: readonly Entry[], index: number): Entry => {
  const entry = list[index]
  if (entry === undefined) throw new Error(`nothing at ${index}`)
  return entry
}

const landed = async (place: string): Promise<string[]> =>
  (await readFile(join(place, 'LANDED.TXT'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => at(line.split(' '), 0))

describe('fetching the ZIP', () => {
  it('over a line that breaks at every turn: goes on each time, and all is as it was signed', async () => {
    const file = fresh('.zip')
    const length = (await bundleNow()).length
    let cuts = 0
    decide((req) => {
      if (!isBundle(req.url ?? '')) return 'pass'
      cuts += 1
      if (cuts === 2) return { answer: 503, body: 'a proxy is busy', headers: { 'retry-after': '1' } }
      if (cuts === 3) return { answer: 200, body: 'Welcome to our hotel. Please sign in.' }
      return cuts < 9 ? { cutBackAfter: 1 + Math.floor(Math.random() * (length / 10)) } : 'pass'
    })
    const env = await invited()
    const { code, err } = await fetchWith([file], env)
    expect([code, err]).toEqual([0, expect.stringMatching(/holds: all \d+ files/)])
    expect(sha256(await readFile(file))).toBe(sha256(await bundleNow()))
    const starts = asked.filter(({ path }) => isBundle(path)).map(({ range }) => range)
    expect(starts).toHaveLength(9)
    expect(starts.at(-1)).toMatch(/^bytes=[1-9]\d*-$/)
    for (const ending of ['.part', '.part.json', '.damaged']) expect(existsSync(file + ending)).toBe(false)
    for (const secret of Object.values(env)) expect(err).not.toContain(secret)
  }, 120_000)

  it('killed in the middle, goes on where it was, with the link that works once', async () => {
    const file = fresh('.zip')
    const env = await invited()
    let pid = 0
    let tries = 0
    decide((req) => {
      if (!isBundle(req.url ?? '')) return 'pass'
      tries += 1
      if (tries === 2) process.kill(pid, 'SIGKILL')
      return { cutBackAfter: 400_000 }
    })
    const killed = await fetchWith([file], env, (started) => {
      pid = started
    })
    expect(killed.code).toBeNull()
    const have = (await stat(`${file}.part`)).size
    expect(have).toBeGreaterThan(0)
    expect((await stat(`${file}.part.json`)).mode & 0o777).toBe(0o600)
    asked = []
    decide(() => 'pass')
    const { code, err } = await fetchWith([file], env)
    expect([code, err]).toEqual([0, expect.stringContaining('holds')])
    expect(asked.map(({ path }) => path)).not.toContain('/api/read/enter')
    expect(asked.find(({ path }) => isBundle(path))?.range).toBe(`bytes=${have}-`)
  }, 60_000)

  it('whose case changed in the middle begins again, and mixes nothing', async () => {
    const file = fresh('.zip')
    let tries = 0
    decide((req) => {
      if (!isBundle(req.url ?? '')) return 'pass'
      tries += 1
      return tries === 1 ? { cutBackAfter: 200_000 } : 'pass'
    })
    const { token } = await tokenFor()
    const stopped = await withToken([file, '--patience', '0'], token)
    expect(stopped.code).toBe(4)
    const old = JSON.parse(await readFile(`${file}.part.json`, 'utf8')) as { version: { etag: string } }
    await addStudy(2, 2)
    const { code, err } = await withToken([file])
    expect([code, err]).toEqual([0, expect.stringContaining('holds')])
    const bundle = await bundleNow()
    expect(sha256(await readFile(file))).toBe(sha256(bundle))
    expect(readZip(bundle).size).toBeGreaterThan(20)
    expect(old.version.etag).toMatch(/^".+"$/)
  }, 60_000)

  it('with a token whose time ends keeps what it has, and goes on with another', async () => {
    const file = fresh('.zip')
    const { token } = await tokenFor(10)
    let tries = 0
    decide((req) => {
      if (!isBundle(req.url ?? '')) return 'pass'
      tries += 1
      return tries === 1 ? { cutBackAfter: 300_000 } : tries === 2 ? { delayMs: 11_000 } : 'pass'
    })
    const ended = await withToken([file], token)
    expect([ended.code, ended.err]).toEqual([3, expect.stringContaining('ten minutes')])
    const have = (await stat(`${file}.part`)).size
    expect(have).toBeGreaterThan(0)
    asked = []
    expect((await withToken([file])).code).toBe(0)
    expect(
      at(
        asked.filter(({ path }) => isBundle(path)),
        0,
      ).range,
    ).toBe(`bytes=${have}-`)
  }, 60_000)

  it('mints another token when the one it has is refused', async () => {
    const file = fresh('.zip')
    let tries = 0
    decide((req) => {
      if (!isBundle(req.url ?? '')) return 'pass'
      tries += 1
      const problem = JSON.stringify({ code: 'token.invalid' })
      return tries === 1 ? { cutBackAfter: 100_000 } : tries === 2 ? { answer: 401, body: problem } : 'pass'
    })
    expect((await fetchWith([file], await invited())).code).toBe(0)
    expect(count((path) => path === '/api/read/grants')).toBe(2)
  }, 60_000)

  it('does not give the ZIP its name when a byte of it is wrong, and fetches it anew the next time', async () => {
    const file = fresh('.zip')
    const cutOnce = (): Choose => {
      let tries = 0
      return (req) => (isBundle(req.url ?? '') && ++tries === 1 ? { cutBackAfter: 400_000 } : 'pass')
    }
    decide(cutOnce())
    expect((await withToken([file, '--patience', '0'])).code).toBe(4)
    const half = await readFile(`${file}.part`)
    half.writeUInt8(half.readUInt8(half.length - 5_000) ^ 1, half.length - 5_000)
    await writeFile(`${file}.part`, half)
    const { code, err } = await withToken([file])
    expect([code, err]).toEqual([1, expect.stringContaining('DOES NOT HOLD')])
    expect(err).toMatch(/its content is not what was signed/)
    expect([existsSync(file), existsSync(`${file}.part`), existsSync(`${file}.damaged`)]).toEqual([
      false,
      false,
      true,
    ])
    expect((await withToken([file])).code).toBe(0)
    const there = await withToken([file])
    expect([there.code, there.err]).toEqual([2, expect.stringContaining('is there already')])
  }, 60_000)

  it('that another gateway signed does not hold', async () => {
    const keys = fresh('.json')
    await writeFile(keys, JSON.stringify({ keys: [] }))
    const { code, err } = await withToken([fresh('.zip'), '--keys', keys])
    expect([code, err]).toEqual([1, expect.stringContaining('not in this set')])
  })
})

describe('refused and misused', () => {
  it('ends with 3 for what the gateway refuses, and says what to do', async () => {
    expect((await withToken([fresh('.zip')], 'a.b.c')).code).toBe(3)
    const { grant, token } = await tokenFor()
    await call(`${gateway.url}/api/grants/${grant}/revoke`, { method: 'POST', token: desk.token })
    const revoked = await withToken([fresh('.zip')], token)
    expect([revoked.code, revoked.err]).toEqual([3, expect.stringContaining('ended by the desk')])
    const other = await desk.openCase({ name: 'Other^One', birthDate: '19700101' })
    const env = { SECOND_READ_TOKEN: (await tokenFor()).token }
    const wrong = await fetchWith([fresh('.zip'), '--case', other, '--url', proxy.url], env)
    expect([wrong.code, wrong.err]).toEqual([3, expect.stringContaining('no such case')])
    const link = await invited()
    const code = await fetchWith([fresh('.zip')], { ...link, SECOND_READ_CODE: 'AAAA-AAAA' })
    expect([code.code, code.err]).toEqual([3, expect.stringContaining('code is not right')])
    expect((await fetchWith([fresh('.zip')], link)).code).toBe(0)
    const used = await fetchWith([fresh('.zip')], link)
    expect([used.code, used.err]).toEqual([3, expect.stringContaining('works once')])
  }, 60_000)

  it('ends with 2 for wrong use, and never takes a secret from what was typed', async () => {
    const { token } = await tokenFor()
    const env = { SECOND_READ_TOKEN: token }
    const file = fresh('.zip')
    for (const args of [
      [],
      [file],
      [file, 'two.zip', '--case', id, '--url', proxy.url],
      [file, '--dicomweb', folder, '--case', id, '--url', proxy.url],
      [file, '--case', '../..', '--url', proxy.url],
      [file, '--case', id, '--url', 'http://records.example'],
      [file, '--case', id, '--url', proxy.url, '--token', token],
    ])
      expect([args, (await fetchWith(args, env)).code]).toEqual([args, 2])
    expect((await fetchWith([file, '--case', id, '--url', proxy.url], {})).code).toBe(2)
    expect((await fetchWith(['--help'], {})).code).toBe(0)
  }, 60_000)

  it('ends with 4 when nobody answers', async () => {
    const url = `http://127.0.0.1:${await findPort()}`
    const args = [fresh('.zip'), '--case', id, '--url', url, '--patience', '1']
    const { code, err } = await fetchWith(args, { SECOND_READ_TOKEN: 'a.b.c' })
    expect([code, err]).toEqual([4, expect.stringContaining('run the same command again')])
  })
})

describe('fetching DICOM files', () => {
  it('brings every image over a line that breaks, under names that nobody sent', async () => {
    const place = fresh('')
    decide((req) =>
      isInstance(req.url ?? '') && Math.random() < 0.4
        ? { cutBackAfter: 1 + Math.floor(Math.random() * 20_000) }
        : 'pass',
    )
    const { code, err } = await fetchWith(['--dicomweb', place], await invited())
    const images = await imagesNow()
    expect([code, err]).toEqual([0, expect.stringContaining(`holds: all ${images.length} images`)])
    const paths = await landed(place)
    const digests = await Promise.all(paths.map(async (path) => sha256(await readFile(join(place, path)))))
    expect(digests.toSorted()).toEqual(images.map((line) => line.sha256).toSorted())
    for (const path of paths) expect(path).toMatch(/^DICOM\/ST\d{6}\/SE\d{6}\/IM\d{6}$/)
    expect(existsSync(join(place, 'COMING'))).toBe(false)
  }, 120_000)

  it('asks only for what is not there or not right, and says so of what is not of the case', async () => {
    const place = fresh('')
    let pid = 0
    let tries = 0
    decide((req) => {
      if (!isInstance(req.url ?? '')) return 'pass'
      tries += 1
      if (tries === 12) process.kill(pid, 'SIGKILL')
      return 'pass'
    })
    const killed = await withToken(['--dicomweb', place], undefined, (started) => {
      pid = started
    })
    expect(killed.code).toBeNull()
    const before = (await landed(place)).length
    expect(before).toBeGreaterThan(4)
    asked = []
    decide(() => 'pass')
    expect((await withToken(['--dicomweb', place])).code).toBe(0)
    const { length } = await imagesNow()
    expect(count(isInstance)).toBe(length - before)
    const [first = ''] = await landed(place)
    const bytes = await readFile(join(place, first))
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 9) ^ 1, bytes.length - 9)
    await writeFile(join(place, first), bytes)
    asked = []
    expect((await withToken(['--dicomweb', place])).code).toBe(0)
    expect(count(isInstance)).toBe(1)
    const all = await landed(place)
    expect(new Set(all).size).toBe(length)
  }, 120_000)

  it('brings what comes to the case while it is fetched', async () => {
    const place = fresh('')
    const added: Promise<void>[] = []
    decide((req) => {
      if (!isInstance(req.url ?? '') || added.length > 0) return 'pass'
      added.push(addStudy(3, 1))
      return { delayMs: 4_000 }
    })
    const { code, err } = await withToken(['--dicomweb', place])
    await Promise.all(added)
    const { length } = await imagesNow()
    expect([code, err]).toEqual([0, expect.stringContaining(`holds: all ${length} images`)])
  }, 60_000)
})
