/** The command-line sender as a process of its own, against a real gateway: what it says, sends again and ends with. */
import { appendFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { openProxy, type Proxy } from '#fixtures/faults/proxy.ts'
import { findPort, type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { runProgram } from '#fixtures/run-program.ts'
import { walkFolders } from './sender/walk.ts'

const command = resolve(import.meta.dirname, 'send.ts')

let folder: string
let gateway: Gateway
let proxy: Proxy
let desk: Desk

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-send-'))
  gateway = await startGateway(folder)
  proxy = await openProxy(gateway.url)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
})

afterAll(async () => {
  await proxy.close()
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

beforeEach(() => proxy.decide(() => 'pass'))

let nth = 0

/** A folder of a few slices and whatever else is given. */
const makeDisc = async (slices: number, more: Readonly<Record<string, Uint8Array>> = {}): Promise<string> => {
  const place = join(folder, `disc-${++nth}`)
  const study = [...ctStudy({ slices, seed: nth, rows: 32, columns: 32 })].map(
    ({ path, bytes }) => [path, bytes] as const,
  )
  for (const [path, bytes] of [...study, ...Object.entries(more)]) {
    await mkdir(dirname(join(place, path)), { recursive: true })
    await writeFile(join(place, path), bytes)
  }
  return place
}

const newLink = async (terms: Record<string, unknown> = {}) => {
  const id = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
  const { url, code } = await desk.openLink(id, terms)
  return { id, code, link: url.replace(gateway.url, proxy.url) }
}

type Report = {
  exit: number
  code: string | null
  parts: number
  partBytes: number
  receipt: string | null
  receiptHolds: boolean | null
  files: { path: string; standing: string }[]
  leftOut: { path: string; reason: string }[]
}

const send = async (link: string, args: readonly string[], onStart?: (pid: number) => void) => {
  const receipt = join(folder, 'receipt.jws')
  const flags = ['--yes', '--json', '--receipt', receipt]
  const ran = await runProgram(command, [...args, ...flags], { SECOND_READ_LINK: link }, onStart)
  const report = ran.out === '' ? null : (JSON.parse(ran.out) as Report)
  return { ...ran, report, receipt }
}

describe('the command-line sender', () => {
  it('sends a folder, says what was found and what became of it, and keeps a receipt that holds', async () => {
    const disc = await makeDisc(20)
    await symlink('/etc/passwd', join(disc, 'elsewhere'))
    const { id, link } = await newLink()
    const { code, err, report, receipt } = await send(link, [disc])
    expect([code, err]).toEqual([0, expect.stringContaining('20 DICOM files, 0 PDFs')])
    expect(err).toContain('passed over: 1 links')
    expect(err).toMatch(/20 {2}accepted/)
    expect(report).toMatchObject({ exit: 0, receiptHolds: true, leftOut: [] })
    expect(report?.files).toHaveLength(20)
    expect(await readFile(receipt, 'utf8')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    expect(await desk.accepted(id)).toBe(20)
    expect(err + (await readFile(receipt, 'utf8'))).not.toContain(link.split('#')[1])
  })

  it('ends with 2 when a file is refused or changes while it is sent', async () => {
    const { link } = await newLink()
    const refused = await send(link, [await makeDisc(2, { 'notes.txt': Buffer.from('Only words.') })])
    expect(refused.code).toBe(2)
    expect(refused.err).toContain('plain text or a web page')
    const disc = await makeDisc(2, { 'BIG.BIN': new Uint8Array(25_000_000) })
    let parts = 0
    proxy.decide((req) => {
      if (req.method !== 'PUT') return 'pass'
      parts += 1
      if (parts === 2) void appendFile(join(disc, 'BIG.BIN'), 'x')
      return { delayMs: 300 }
    })
    const changed = await send(link, [disc])
    expect([changed.code, changed.report?.leftOut]).toEqual([
      2,
      [{ path: expect.stringMatching(/BIG\.BIN$/), reason: 'changed' }],
    ])
    expect(changed.report?.files).toHaveLength(2)
  })

  it('killed in the middle, the same command sends only what was not acknowledged', async () => {
    const disc = await makeDisc(40, { 'BIG.BIN': new Uint8Array(40_000_000).fill(7) })
    const { link } = await newLink()
    let pid = 0
    let sent = 0
    proxy.decide((req) => {
      if (req.method !== 'PUT') return 'pass'
      sent += 1
      if (sent === 5) process.kill(pid, 'SIGKILL')
      return sent > 3 ? { delayMs: 400 } : 'pass'
    })
    const killed = await send(link, [disc], (started) => {
      pid = started
    })
    expect(killed.code).toBeNull()
    proxy.decide(() => 'pass')
    // What was on its way may still arrive.
    await new Promise((again) => setTimeout(again, 1_000))
    const first = await send(link, [disc])
    expect([first.code, first.report?.receiptHolds]).toEqual([2, true])
    expect(first.report?.files.filter(({ standing }) => standing === 'accepted')).toHaveLength(40)
    const { partBytes = 0 } = first.report ?? {}
    expect(partBytes).toBeGreaterThan(0)
    expect(partBytes).toBeLessThan(40_000_000 - 1_000_000)
    const second = await send(link, [disc])
    expect([second.report?.parts, second.report?.files.length]).toEqual([0, 41])
  })

  it('stops cleanly for Ctrl-C and says how to go on', async () => {
    const { link } = await newLink()
    let pid = 0
    proxy.decide((req) => {
      if (req.method === 'PUT') setTimeout(() => process.kill(pid, 'SIGINT'), 200)
      return req.method === 'PUT' ? { delayMs: 60_000 } : 'pass'
    })
    const stopped = await send(link, [await makeDisc(3)], (started) => {
      pid = started
    })
    expect([stopped.code, stopped.report?.code]).toEqual([3, 'stopped'])
    expect(stopped.err).toContain('run the same command again')
  })

  it('ends with 4 for a wrong code and a dead link, with 1 for wrong use', async () => {
    const disc = await makeDisc(1)
    const { link, code } = await newLink({ check: 'code' })
    expect((await send(link, [disc])).code).toBe(4)
    expect((await send(link, [disc, '--code', '000000'])).report).toMatchObject({
      exit: 4,
      code: 'link.code-wrong',
    })
    expect((await send(link, [disc, '--code', code ?? ''])).code).toBe(0)
    expect((await send(link.replace(/#.*/, '#a.b.c'), [disc])).report?.code).toBe('link.invalid')
    for (const args of [[], [join(folder, 'nowhere')], [disc, '--nonsense']])
      expect([args, (await send(link, args)).code]).toEqual([args, 1])
    expect((await send('http://records.example/send#a.b.c', [disc])).code).toBe(1)
    const alone = await runProgram(command, [disc, '--link', link], {})
    expect([alone.code, alone.err]).toEqual([1, expect.stringContaining('add --yes')])
  })

  it('does not leave the link among the arguments that others can see', async () => {
    const { link } = await newLink()
    let seen = ''
    let pid = 0
    proxy.decide((req) => {
      if (req.method !== 'PUT') return 'pass'
      void readFile(`/proc/${pid}/cmdline`, 'utf8').then((text) => {
        seen = text
      })
      return { delayMs: 300 }
    })
    const flags = ['--yes', '--link', link, '--receipt', join(folder, 'r')]
    const ran = await runProgram(command, [await makeDisc(1), ...flags], {}, (started) => {
      pid = started
    })
    expect([ran.code, seen]).toEqual([0, expect.stringContaining('second-read-send')])
    expect(seen).not.toContain('#')
  })

  it('ends with 3 when nobody answers any more', async () => {
    const { link } = await newLink()
    const nobody = link.replace(proxy.url, `http://127.0.0.1:${await findPort()}`)
    let pid = 0
    const waiting = send(nobody, [await makeDisc(1)], (started) => {
      pid = started
    })
    await new Promise((again) => setTimeout(again, 6_000))
    process.kill(pid, 'SIGTERM')
    const { code, err } = await waiting
    expect([code, err]).toEqual([3, expect.stringContaining('the line is down')])
  })
})

describe('walking', () => {
  it('takes files named in another alphabet, follows no link, and stops at too many', async () => {
    const disc = await makeDisc(0, { a: Buffer.from('1'), 'sub/b': Buffer.from('22') })
    await writeFile(Buffer.concat([Buffer.from(`${disc}/sub/B`), Buffer.from([0xfc, 0x72])]), 'xyz')
    await symlink(disc, join(disc, 'sub/round'))
    const walked = walkFolders([disc, join(disc, 'a')], '')
    const files = await walked.list()
    const name = disc.slice(folder.length + 1)
    expect(files.map(({ path }) => path)).toEqual([`${name}/a`, `${name}/sub/Bür`, `${name}/sub/b`])
    expect(
      await Promise.all(files.map((file) => file.open(0, file.size).then((bytes) => bytes.length))),
    ).toEqual([1, 3, 2])
    expect([walked.passedOver(), walked.unreadable()]).toEqual([1, []])
    await rm(join(disc, 'sub/b'))
    await appendFile(join(disc, 'a'), 'more')
    await expect(files[2]?.open(0, 2)).rejects.toMatchObject({ reason: 'gone' })
    await expect(files[0]?.open(0, 1)).rejects.toMatchObject({ reason: 'changed' })
    await expect(walkFolders([disc], '', 1).list()).rejects.toThrow('more than 1 files')
  })
})
