/**
 * Drill: the day on which the machine is lost, rehearsed whole. A gateway gets cases, is backed up while another
 * sender sends, again for what came since, and is gone; a new one is restored from the folder and the key ring,
 * scrubbed, and must give every bundle byte for byte. Exits non-zero when anything of it is not so.
 */
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { open } from '#fixtures/client/call.ts'
import { type Desk, deskOf, signIn } from '#fixtures/client/desk.ts'
import { exchange, finish, inMemory, type Sendable, send } from '#fixtures/client/sender.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { cpuSeconds, peakMemory } from '#fixtures/process-meter.ts'
import { runProgram } from '#fixtures/run-program.ts'

/** A CT study of 475 slices of 512 × 512 pixels is a quarter of a gigabyte. */
const slicesOfCase = 475
const casesOfGigabyte = 4

type Cost = { readonly out: string; readonly seconds: number; readonly cpu: number; readonly peak: number }

const expectThat = (true_: boolean, what: string): void => {
  if (!true_) throw new Error(`not so: ${what}`)
}

const line = (what: string, figure: string, result = ''): void => {
  console.log(`  ${what.padEnd(44)} ${figure.padStart(28)}  ${result}`)
}

/** Runs a command of ours on the gateway in a folder, with what it cost. */
const run = async (command: string, folder: string, ...args: string[]): Promise<Cost> => {
  const began = performance.now()
  let [cpu, peak] = [0, 0]
  let look: NodeJS.Timeout | undefined
  const file = resolve(import.meta.dirname, `${command}.ts`)
  const { code, out, err } = await runProgram(file, args, { DATA_DIR: join(folder, 'data') }, (pid) => {
    look = setInterval(() => {
      cpu = Math.max(cpu, cpuSeconds(pid))
      peak = Math.max(peak, peakMemory(pid))
    }, 50)
  })
  clearInterval(look)
  expectThat(code === 0, `${command} ends with 0: ${out}${err}`)
  return { out, seconds: (performance.now() - began) / 1_000, cpu, peak }
}

const cost = (bytes: number, { seconds, cpu, peak }: Cost): string =>
  `${(bytes / 1e6 / seconds).toFixed(0)} MB/s  ${(cpu / (bytes / 1e9)).toFixed(1)} s/GB  ${(peak / 1e6).toFixed(0)} MB`

const makeStudy = (seed: number): Sendable[] =>
  [...ctStudy({ slices: slicesOfCase, seed })].map(({ path, bytes, modified }) =>
    inMemory(path, bytes, modified.getTime()),
  )

const newCase = async ({ url }: Gateway, desk: Desk) => {
  const id = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
  return { id, session: await exchange(url, (await desk.openLink(id)).url) }
}

const sendCase = async (
  gateway: Gateway,
  desk: Desk,
  seed: number,
): Promise<{ id: string; bytes: number }> => {
  const { id, session } = await newCase(gateway, desk)
  const files = makeStudy(seed)
  const { bytes } = await send(gateway.url, session, files)
  await finish(gateway.url, session)
  while ((await desk.accepted(id)) < files.length) await new Promise((again) => setTimeout(again, 50))
  return { id, bytes }
}

const bundleOf = async ({ url }: Gateway, desk: Desk, id: string): Promise<string> => {
  const { token } = await desk.openGrant(id)
  const response = await open(`${url}/api/cases/${id}/bundle`, { token })
  expectThat(response.statusCode === 200, 'a bundle is given')
  const hash = createHash('sha256')
  for await (const piece of response) hash.update(piece as Buffer)
  return `${String(response.headers.etag)} ${hash.digest('hex')}`
}

const drill = async (folder: string, cases: number): Promise<void> => {
  const [lost, found, kept] = [join(folder, 'lost'), join(folder, 'found'), join(folder, 'kept')]
  let gateway = await startGateway(lost, { LOG_LEVEL: 'warn' })
  const port = new URL(gateway.url).port
  try {
    const desk = await signIn(gateway.url, gateway.signInCode ?? '')
    const bundles = new Map<string, string>()
    let bytes = 0
    for (let seed = 1; seed <= cases; seed += 1) {
      const sent = await sendCase(gateway, desk, seed)
      bytes += sent.bytes
      bundles.set(sent.id, await bundleOf(gateway, desk, sent.id))
    }
    const files = cases * slicesOfCase
    line('sent and accepted', `${(bytes / 1e9).toFixed(2)} GB`, `${files} files in ${cases} cases`)

    const [first, late] = await Promise.all([run('backup', lost, kept), sendCase(gateway, desk, cases + 1)])
    line('backup, while another sender sends', cost(bytes, first))
    bundles.set(late.id, await bundleOf(gateway, desk, late.id))
    bytes += late.bytes
    const second = await run('backup', lost, kept)
    line('backup again, what came since', `${second.seconds.toFixed(1)} s`, second.out.split('\n')[0] ?? '')
    const checked = await run('scrub', lost)
    line('scrub, while the gateway runs', cost(bytes, checked), checked.out.trim())

    await gateway.kill()
    await mkdir(join(found, 'data'), { recursive: true })
    await cp(join(lost, 'data/keys'), join(found, 'data/keys'), { recursive: true })
    await rm(lost, { recursive: true })
    const began = performance.now()
    const restored = await run('restore', found, kept)
    expectThat(restored.out.includes('The audit chain holds.'), 'the audit chain holds')
    line('restore into an empty gateway', cost(bytes, restored), 'the audit chain holds')
    gateway = await startGateway(found, { LOG_LEVEL: 'warn', PORT: port })
    line('from nothing to a gateway that answers', `${((performance.now() - began) / 1_000).toFixed(1)} s`)
    const scrubbed = await run('scrub', found)
    line('scrub of the restored gateway', cost(bytes, scrubbed), scrubbed.out.trim())
    const again = deskOf(gateway.url, desk.token)
    for (const [id, bundle] of bundles)
      expectThat((await bundleOf(gateway, again, id)) === bundle, 'the bundle has the same tag and bytes')
    line('bundles, byte for byte with the same tag', `${bundles.size} of ${bundles.size}`)
  } finally {
    await gateway.stop()
  }
}

const { values } = parseArgs({ options: { gb: { type: 'string', default: '1' } } })
const folder = await mkdtemp(join(tmpdir(), 'second-read-drill-'))
try {
  console.log(`drill: ${values.gb} GB, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`)
  line('', 'speed   CPU   peak memory')
  await drill(folder, Math.max(1, Math.round(Number(values.gb) * casesOfGigabyte)))
  console.log('drill: everything held')
} catch (error) {
  console.error(`drill: ${error instanceof Error ? error.message : 'failed'}`)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
