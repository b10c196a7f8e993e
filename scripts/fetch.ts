/**
 * Fetch: a case for the office of a specialist, as one ZIP or as a folder of DICOM files, over a line that may break as
 * often as it likes. Nothing gets its final name before it was checked against the manifest that the gateway signed.
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { JSONWebKeySet } from 'jose'
import { createSpeed } from '#sending/progress.ts'
import { type Access, openAccess } from './fetcher/access.ts'
import { download } from './fetcher/download.ts'
import { fetchInstances, type SignedList } from './fetcher/instances.ts'
import { FetchStopped, type Line, openLine } from './fetcher/line.ts'
import { type NotesFile, openNotes } from './fetcher/notes.ts'
import { Misuse, type Options, readOptions, usage } from './fetcher/options.ts'
import { exitCodes, goOn, refusedWords } from './fetcher/words.ts'
import { openTerminal } from './sender/terminal.ts'
import { duration, size } from './sender/words.ts'
import { checkBundle, type Outcome } from './verifying/check.ts'
import { readManifest, verifySignature } from './verifying/manifest.ts'
import { NoBundle, openSource } from './verifying/source.ts'

type Came = {
  readonly bytes: number
  readonly bytesDurable: number
  readonly rate: number | null
}

const progressWords = ({ bytes, bytesDurable, rate }: Came): string => {
  const percent = bytes === 0 ? 100 : Math.floor((100 * bytesDurable) / bytes)
  const speed = rate === null ? '' : `, ${size(rate)}/s`
  const seconds = rate === null || rate === 0 ? null : (bytes - bytesDurable) / rate
  const left = seconds === null || seconds === 0 ? '' : `, about ${duration(seconds)} left`
  return `${percent} %  ${size(bytesDurable)} of ${size(bytes)}${speed}${left}`
}

const terminal = openTerminal('fetching', progressWords)
const say = (line: string): void => terminal.say(line)

/** Draws what came; `done` bytes of `length`, those of an earlier run told first. */
const createMeter = () => {
  const speed = createSpeed(performance.now())
  let last: number | null = null
  return (done: number, length: number): void => {
    const at = performance.now()
    if (last !== null && done > last) speed.arrived(done - last, at)
    last = done
    terminal.progress({ bytes: length, bytesDurable: done, rate: speed.rate(at) })
  }
}

/** 60 MB for 200,000 files, and a third more in base64. */
const mostManifest = 400_000_000
const mostKeys = 1_048_576

/** What came cannot be checked, or is not what was signed. */
class DoesNotHold extends Error {}

const readKeys = async (line: Line, given: string | undefined): Promise<JSONWebKeySet> => {
  const text =
    given === undefined
      ? (await line.read({ path: '/.well-known/jwks.json' }, mostKeys)).bytes.toString('utf8')
      : await readFile(given, 'utf8')
  try {
    const value = JSON.parse(text) as Partial<JSONWebKeySet>
    if (Array.isArray(value.keys)) return { keys: value.keys }
  } catch {}
  throw new Misuse(given === undefined ? 'the gateway has no public keys' : `${given} is no JWK Set`)
}

type Fetching = {
  readonly options: Options
  readonly line: Line
  readonly access: Access
  readonly notes: NotesFile
  readonly keys: JSONWebKeySet
}

const checkZip = async (path: string, keys: JSONWebKeySet): Promise<Outcome> => {
  const source = await openSource(path).catch((error: unknown) => {
    if (error instanceof NoBundle) throw new DoesNotHold(error.message)
    throw error
  })
  try {
    return await checkBundle(source, keys)
  } finally {
    await source.close()
  }
}

const mostShown = 20

const fetchZip = async ({ options, line, access, notes, keys }: Fetching): Promise<void> => {
  const { path } = options.target
  const part = `${path}.part`
  const meter = createMeter()
  await download(line, {
    path: `/api/cases/${access.case}/bundle`,
    bearer: access,
    place: part,
    version: notes.current().version ?? null,
    onVersion: (version) => notes.change({ version }),
    onProgress: (done, length) => {
      access.keepAwake()
      meter(done, length)
    },
  }).finally(terminal.endProgress)
  say('all of it has come; it is being checked')
  const bad = `${path}.damaged`
  const giveUp = async (why: string): Promise<never> => {
    // Out of the way: the next run must not go on with it, and nobody rely on it.
    await rename(part, bad)
    throw new DoesNotHold(`${why} It lies in ${bad}.`)
  }
  const outcome = await checkZip(part, keys).catch((error: unknown) =>
    error instanceof DoesNotHold ? giveUp(`It cannot be checked: ${error.message}.`) : Promise.reject(error),
  )
  for (const problem of outcome.problems.slice(0, mostShown)) say(problem)
  if (outcome.problems.length > 0) await giveUp(`${outcome.problems.length} problems.`)
  if (outcome.signed?.case !== access.case) await giveUp('It is of another case.')
  await rename(part, path)
  say(`holds: all ${outcome.files} files (${outcome.bytes} bytes) are there and as they were signed: ${path}`)
  say(`case ${access.case}, revision ${outcome.signed?.revision}, signed with key ${outcome.signed?.key}`)
}

const readList = async ({ line, access, keys }: Fetching): Promise<SignedList> => {
  const asked = { path: `/api/cases/${access.case}/manifest`, bearer: access }
  const { bytes } = await line.read(asked, mostManifest)
  const signed = await verifySignature(bytes, keys)
  if (typeof signed === 'string') throw new DoesNotHold(signed)
  const manifest = readManifest(signed.payload)
  if (manifest === null || manifest.case !== access.case)
    throw new DoesNotHold('The list of the case is of another case, or none that this version knows.')
  return { revision: manifest.revision, images: manifest.lines.filter(({ kind }) => kind === 'dicom') }
}

const fetchFolder = async (fetching: Fetching): Promise<void> => {
  const folder = fetching.options.target.path
  const meter = createMeter()
  let all = 0
  let done = 0
  const fetched = await fetchInstances({
    ...fetching,
    folder,
    readList: () => readList(fetching),
    onStart: ({ images }) => {
      all = images.reduce((sum, image) => sum + image.size, 0)
      done = 0
    },
    onProgress: (bytes) => {
      done += bytes
      meter(done, Math.max(all, done))
    },
    onCheck: () => {
      terminal.endProgress()
      say('all of it has come; it is being checked')
    },
  }).finally(terminal.endProgress)
  const { files, bytes, missing, stale, revision } = fetched
  for (const name of stale.slice(0, mostShown))
    say(`${name}: not of the case any more, or changed here. Do not use it; take it away.`)
  if (missing > 0 || stale.length > 0)
    throw new DoesNotHold(
      `${missing} images of the case are missing, ${stale.length} files should not be here. Run it again, or fetch the ZIP.`,
    )
  say(
    `holds: all ${files} images (${bytes} bytes) are there and as they were signed: ${join(folder, 'DICOM')}`,
  )
  say(`case ${fetching.access.case}, revision ${revision}`)
}

const run = async (options: Options, signal: AbortSignal): Promise<void> => {
  const { kind, path } = options.target
  if (kind === 'bundle' && existsSync(path))
    throw new Misuse(`${path} is there already: ./scripts/verify tells whether it holds`)
  await mkdir(dirname(path), { recursive: true })
  const { base, patienceMs } = options
  const line = openLine({
    base,
    signal,
    patienceMs,
    onWait: ({ ms, why }) => {
      if (ms >= 2_000) say(`waiting ${duration(ms / 1_000)}: ${why}`)
    },
  })
  const keys = await readKeys(line, options.keys)
  const notes = await openNotes(`${path}.part.json`)
  const access = await openAccess(line, options.entry, notes)
  const fetching = { options, line, access, notes, keys }
  await (kind === 'bundle' ? fetchZip(fetching) : fetchFolder(fetching))
  await access.leave()
  await notes.remove()
}

const tell = (error: unknown, stopped: boolean): number => {
  if (stopped) {
    say(`fetch: stopped. ${goOn}`)
    return exitCodes.line
  }
  if (error instanceof FetchStopped) {
    const { code } = error
    if (code === 'line') say(`fetch: the line was down, or the gateway busy, for too long. ${goOn}`)
    else say(`fetch: ${refusedWords[code] ?? `the gateway refused (${code}).`}`)
    return code === 'line' ? exitCodes.line : exitCodes.refused
  }
  if (error instanceof DoesNotHold) {
    say(`DOES NOT HOLD: ${error.message} Do not rely on it; fetch it again.`)
    return exitCodes.doesNotHold
  }
  say(`fetch: ${error instanceof Error ? error.message : 'unknown error'}`)
  if (error instanceof Misuse) say(usage)
  return exitCodes.usage
}

process.title = 'second-read-fetch'
const stop = new AbortController()
const stopNow = (): void => {
  if (stop.signal.aborted) process.exit(exitCodes.line)
  stop.abort(new Error('stopped'))
}
process.on('SIGINT', stopNow).on('SIGTERM', stopNow)

try {
  const options = readOptions(process.argv.slice(2), process.env)
  if (options === null) console.log(usage)
  else await run(options, stop.signal)
} catch (error) {
  process.exitCode = tell(error, stop.signal.aborted)
}
