/**
 * Bench: the river's figures on this machine, as CPU-seconds per GB (1e9 bytes) of each process, MB/s, peak
 * memory and latency, with the goals beside them. Wall times swing with the machine's load; CPU-seconds hold.
 *
 *     ./scripts/bench [--rounds 4] [--slices 500] [--door parts|multipart|both]
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { open } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import {
  cutParts,
  exchange,
  finish,
  headerRoom,
  inMemory,
  inStreams,
  plan,
  preparePart,
  type Sendable,
  type Session,
  sendPrepared,
} from '#fixtures/client/sender.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { createTable } from '#fixtures/figures.ts'
import { type Floor, measureFloor } from '#fixtures/floor.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { cpuByName, peakMemory } from '#fixtures/process-meter.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '4' },
    slices: { type: 'string', default: '500' },
    door: { type: 'string', default: 'both' },
  },
})
const rounds = Number(values.rounds)
const slices = Number(values.slices)

const table = createTable()

type Door = 'parts' | 'multipart'

type Cost = { readonly seconds: number; readonly cpu: ReadonlyMap<string, number> }

/** Wall seconds of some work, and the CPU-seconds that each kind of process spent meanwhile. */
const measure = async (gateway: Gateway, work: () => Promise<void>): Promise<Cost> => {
  const before = cpuByName(gateway.processes())
  const began = performance.now()
  await work()
  const seconds = (performance.now() - began) / 1_000
  const after = cpuByName(gateway.processes())
  return { seconds, cpu: new Map([...after].map(([name, value]) => [name, value - (before.get(name) ?? 0)])) }
}

const of = (cost: Cost, ...names: string[]): number =>
  names.reduce((sum, name) => sum + (cost.cpu.get(name) ?? 0), 0)

const makeStudy = (seed: number): Sendable[] =>
  [...ctStudy({ slices, seed })].map(({ path, bytes, modified }) => inMemory(path, bytes, modified.getTime()))

const bytesOf = (files: readonly Sendable[]): number => files.reduce((sum, file) => sum + file.size, 0)

const waitForVerdicts = async (desk: Desk, id: string, files: number): Promise<void> => {
  for (;;) {
    const accepted = await desk.accepted(id)
    if (accepted >= files) return
    await new Promise((again) => setTimeout(again, 10))
  }
}

/** One form with every file in it, as `curl -F` sends it. */
const sendForm = async (url: string, session: Session, files: readonly Sendable[]): Promise<void> => {
  const boundary = 'second-read-bench'
  const sent = request(`${url}/api/send/files`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${session.session}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      accept: 'application/json',
    },
  })
  const answered = new Promise<number>((done, fail) => {
    sent.on('response', (response) => {
      response.resume().on('end', () => done(response.statusCode ?? 0))
    })
    sent.on('error', fail)
  })
  const write = async (piece: string | Buffer): Promise<void> => {
    if (!sent.write(piece)) await new Promise((again) => sent.once('drain', again))
  }
  for (const file of files) {
    await write(
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${file.path}"\r\n` +
        'content-type: application/octet-stream\r\n\r\n',
    )
    await write(await file.read(0, file.size))
    await write('\r\n')
  }
  sent.end(`--${boundary}--\r\n`)
  const status = await answered
  if (status !== 200) throw new Error(`form: ${status}`)
}

const download = async (url: string, token: string): Promise<{ bytes: number; firstByteMs: number }> => {
  const began = performance.now()
  const response = await open(url, { token })
  let bytes = 0
  let firstByteMs = 0
  response.on('data', (piece: Buffer) => {
    if (bytes === 0) firstByteMs = performance.now() - began
    bytes += piece.length
  })
  await new Promise<void>((done, fail) => {
    response.on('end', () => done())
    response.on('error', fail)
  })
  return { bytes, firstByteMs }
}

const openSession = async (gateway: Gateway, desk: Desk): Promise<{ id: string; session: Session }> => {
  const id = await desk.openCase({ name: 'Bench^Patient' })
  const link = await desk.openLink(id)
  return { id, session: await exchange(gateway.url, link.url) }
}

/** Everything that must be ready before the clock runs, so that the client costs the machine little. */
const prepare = async (gateway: Gateway, session: Session, files: readonly Sendable[]) => {
  const planned = await plan(gateway.url, session, files)
  const parts = cutParts(session, planned, session.partBytes - headerRoom)
  return Promise.all(parts.map((part) => preparePart(session, planned, files, part)))
}

const signal = (gateway: Gateway, name: string, what: NodeJS.Signals): void => {
  for (const [pid, of_] of gateway.processes()) if (of_ === name) process.kill(pid, what)
}

/** One study through a door: first with the worker paused, so that each step is measured alone; or all at once. */
const doorRound = async (
  gateway: Gateway,
  desk: Desk,
  door: Door,
  seed: number,
  alone: boolean,
): Promise<string> => {
  const files = makeStudy(seed)
  const bytes = bytesOf(files)
  const gb = bytes / 1e9
  const { id, session } = await openSession(gateway, desk)
  const parts = door === 'parts' ? await prepare(gateway, session, files) : []
  if (alone) for (const name of ['worker', 'inspector']) signal(gateway, name, 'SIGSTOP')
  const sent = await measure(gateway, async () => {
    if (door === 'multipart') await sendForm(gateway.url, session, files)
    else await inStreams(parts, 3, (part) => sendPrepared(gateway.url, session, part))
  })
  const lastByte = performance.now()
  const admitted = await measure(gateway, async () => {
    if (alone) for (const name of ['inspector', 'worker']) signal(gateway, name, 'SIGCONT')
    await waitForVerdicts(desk, id, files.length)
  })
  const available = performance.now() - lastByte
  if (door === 'parts') await finish(gateway.url, session)
  if (seed === 0) return id
  if (!alone) {
    table.add(`${door} door, acknowledged, all running`, 'MB/s', '–', bytes / 1e6 / sent.seconds)
    table.add(`${door} door, last byte → available`, 'ms', '≤ 100 (p95)', available)
    return id
  }
  const worker = of(admitted, 'worker', 'inspector')
  const ledger = of(sent, 'postgres') + of(admitted, 'postgres')
  table.add(
    `${door} door, acknowledged and durable`,
    's/GB',
    door === 'parts' ? '≤ 2.6' : '–',
    of(sent, 'server') / gb,
  )
  if (door === 'parts')
    table.add('parts door, multiple of its floor', '×', '–', of(sent, 'server') / gb / floor.seal)
  table.add(`${door} door, acknowledged`, 'MB/s', '–', bytes / 1e6 / sent.seconds)
  table.add(`${door} door, admit (worker + inspector)`, 's/GB', '–', worker / gb)
  table.add(`${door} door, admit, a slice`, 'ms', '≤ 0.8', (worker * 1_000) / files.length)
  table.add(`${door} door, PostgreSQL, both`, 's/GB', '–', ledger / gb)
  table.add(`${door} door, whole river`, 's/GB', '≤ 5', (of(sent, 'server') + worker + ledger) / gb)
  return id
}

const bundleRound = async (gateway: Gateway, desk: Desk, id: string, warm: boolean): Promise<void> => {
  const { token } = await desk.openGrant(id)
  let bytes = 0
  let firstByte = 0
  const cost = await measure(gateway, async () => {
    const got = await download(`${gateway.url}/api/cases/${id}/bundle`, token)
    bytes = got.bytes
    firstByte = got.firstByteMs
  })
  if (!warm) return
  table.add('bundle, server', 's/GB', '≤ 1.4', of(cost, 'server') / (bytes / 1e9))
  table.add('bundle, multiple of its floor', '×', '–', of(cost, 'server') / (bytes / 1e9) / floor.open)
  table.add('bundle', 'MB/s', '–', bytes / 1e6 / cost.seconds)
  table.add('bundle, first byte', 'ms', '–', firstByte)
}

let floor: Floor = await measureFloor()
const folder = await mkdtemp(join(tmpdir(), 'second-read-bench-'))
const gateway = await startGateway(folder, { LOG_LEVEL: 'warn' })
try {
  const desk = await signIn(gateway.url, gateway.signInCode ?? '')
  const doors = (['parts', 'multipart'] as const).filter(
    (door) => values.door === door || values.door === 'both',
  )
  const load = loadavg()[0]?.toFixed(1)
  console.log(
    `Node ${process.version}, ${rounds} rounds of ${slices} CT slices a door after one to warm up; load ${load}`,
  )
  for (const door of doors)
    for (let round = 0; round <= rounds; round += 1) {
      floor = await measureFloor()
      table.add('floor: hash twice, CRC, seal, in memory', 's/GB', '–', floor.seal)
      table.add('floor: open, in memory', 's/GB', '–', floor.open)
      const seed = round === 0 ? 0 : round * 10 + (door === 'parts' ? 1_000 : 2_000)
      const id = await doorRound(gateway, desk, door, seed, true)
      await doorRound(gateway, desk, door, round === 0 ? 0 : seed + 1, false)
      await bundleRound(gateway, desk, id, round > 0)
    }
  const peaks = new Map<string, number>()
  for (const [pid, name] of gateway.processes())
    if (name !== 'postgres') peaks.set(name, Math.max(peaks.get(name) ?? 0, peakMemory(pid)))
  for (const [name, peak] of peaks)
    table.add(
      `peak memory, ${name}`,
      'MB',
      name === 'server' || name === 'worker' ? '≤ 250' : '–',
      peak / 1e6,
    )
  for (const line of table.lines()) console.log(line)
} finally {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
}
