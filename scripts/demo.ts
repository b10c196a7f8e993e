/**
 * Demo: the main job, for real. A fresh gateway, a case, a link; a study, two reports and a bad file sent as a
 * referring provider would; the verdicts; a specialist's bundle, interrupted and resumed; every digest and
 * signature checked. Exits non-zero when anything of it is not so.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose'
import { call, must, open } from '#fixtures/client/call.ts'
import { signIn } from '#fixtures/client/desk.ts'
import { readManifest, sentDigest } from '#fixtures/client/manifest.ts'
import { exchange, finish, inMemory, type Sendable, send, status } from '#fixtures/client/sender.ts'
import { readZip } from '#fixtures/client/zip.ts'
import { discFiles } from '#fixtures/disc.ts'
import { startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'

type Row = { readonly what: string; readonly result: string; readonly ms: number; readonly bytes: number }

const rows: Row[] = []

const expectThat = (true_: boolean, what: string): void => {
  if (!true_) throw new Error(`not so: ${what}`)
}

const timed = async <T>(
  what: string,
  work: () => Promise<{ value: T; result: string; bytes?: number }>,
): Promise<T> => {
  const began = performance.now()
  const { value, result, bytes = 0 } = await work()
  rows.push({ what, result, ms: performance.now() - began, bytes })
  return value
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const readDisc = async (slices: number): Promise<Sendable[]> => {
  const files: Sendable[] = []
  for await (const { path, bytes, modified } of discFiles({ slices, seed: 1 }))
    files.push(inMemory(path, bytes, modified.getTime()))
  return files
}

/** Downloads a bundle, drops the connection half way, and goes on from there. */
const download = async (
  url: string,
  token: string,
): Promise<{ bytes: Buffer; resumedAt: number; requests: number }> => {
  const first = await open(url, { token })
  const length = Number(first.headers['content-length'])
  const etag = String(first.headers.etag)
  expectThat(
    first.statusCode === 200 && length > 0 && /^"[^"]+"$/.test(etag),
    'the bundle has a length and a strong tag',
  )
  const pieces: Buffer[] = []
  let at = 0
  for await (const piece of first) {
    const bytes = piece as Buffer
    pieces.push(bytes)
    at += bytes.length
    if (at > length / 2) break
  }
  first.destroy()
  const rest = await call(url, { token, headers: { range: `bytes=${at}-`, 'if-range': etag } })
  expectThat(rest.status === 206, 'the bundle goes on where it stopped')
  expectThat(
    rest.headers['content-range'] === `bytes ${at}-${length - 1}/${length}`,
    'the range is the one asked for',
  )
  const bytes = Buffer.concat([...pieces, rest.body])
  expectThat(bytes.length === length, 'the bundle is as long as announced')
  return { bytes, resumedAt: at, requests: 2 }
}

const waitForVerdicts = async (url: string, session: Awaited<ReturnType<typeof exchange>>) => {
  for (let tries = 0; tries < 600; tries += 1) {
    const items = await status(url, session)
    if (items.every((item) => item.state !== 'received' && item.state !== 'receiving')) return items
    await new Promise((again) => setTimeout(again, 50))
  }
  throw new Error('not so: every file has a verdict within 30 s')
}

type ReceiptFile = {
  item: string
  size: number
  sha256?: string
  runs?: { offset: number; size: number; sha256: string }[]
}

const checkReceipt = async (
  receipt: string,
  keys: JSONWebKeySet,
  files: readonly Sendable[],
  ids: readonly string[],
) => {
  const { payload, protectedHeader } = await compactVerify(receipt, createLocalJWKSet(keys), {
    algorithms: ['EdDSA'],
  })
  expectThat(protectedHeader['typ'] === 'receipt+jws', 'the receipt says that it is one')
  const listed = (JSON.parse(Buffer.from(payload).toString('utf8')) as { files: ReceiptFile[] }).files
  expectThat(listed.length === files.length, 'the receipt lists every file')
  for (const line of listed) {
    const file = files[ids.indexOf(line.item)]
    if (file === undefined) throw new Error('not so: the receipt lists only what was sent')
    const runs = line.runs ?? [{ offset: 0, size: line.size, sha256: line.sha256 ?? '' }]
    for (const run of runs)
      expectThat(
        sha256(await file.read(run.offset, run.offset + run.size)) === run.sha256,
        `receipt of ${line.item}`,
      )
  }
  return listed.length
}

const checkBundle = async (
  bundle: Buffer,
  keys: JSONWebKeySet,
  files: readonly Sendable[],
  ids: readonly string[],
) => {
  const entries = readZip(bundle)
  const manifestBytes = entries.get('MANIFEST.JSN')
  const signature = entries.get('MANIFEST.JWS')
  if (manifestBytes === undefined || signature === undefined)
    throw new Error('not so: the bundle has a signed manifest')
  const { payload } = await compactVerify(signature.toString('utf8'), createLocalJWKSet(keys), {
    algorithms: ['EdDSA'],
  })
  expectThat(Buffer.from(payload).equals(manifestBytes), 'the signature is over the manifest')
  const lines = readManifest(manifestBytes)
  for (const line of lines) {
    const file = files[ids.indexOf(line.item)]
    const entry = entries.get(line.path)
    if (file === undefined || entry === undefined)
      throw new Error(`not so: ${line.path} is in the bundle and was sent`)
    expectThat(line.name === file.path, 'the manifest has the name the sender gave')
    expectThat(sha256(entry) === line.sha256, `digest of ${line.path}`)
    expectThat(sha256(await file.read(0, file.size)) === sentDigest(line), `${line.path} is of what was sent`)
  }
  return lines
}

const print = (): void => {
  const width = Math.max(...rows.map((row) => row.what.length))
  for (const { what, result, ms, bytes } of rows) {
    const speed = bytes > 0 ? `${(bytes / 1e6 / (ms / 1_000)).toFixed(0).padStart(5)} MB/s` : ''
    console.log(
      `  ${what.padEnd(width)}  ${`${ms.toFixed(0)} ms`.padStart(9)}  ${speed.padStart(10)}  ${result}`,
    )
  }
}

const run = async (folder: string, slices: number): Promise<void> => {
  const gateway = await timed('gateway started, from nothing', async () => {
    const value = await startGateway(folder)
    return { value, result: `${value.processes().size} processes` }
  })
  try {
    const { url, signInCode } = gateway
    const desk = await signIn(url, signInCode ?? '')
    const of = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
    const link = await desk.openLink(of)
    const files = await readDisc(slices)
    const total = files.reduce((sum, file) => sum + file.size, 0)
    const session = await exchange(url, link.url)
    const sent = await timed('sent and acknowledged as durable', async () => {
      const value = await send(url, session, files)
      return { value, result: `${files.length} files in ${value.parts} parts`, bytes: value.bytes }
    })
    const receipt = (await finish(url, session)).receipt
    const verdicts = await timed('last byte to every verdict', async () => {
      const value = await waitForVerdicts(url, session)
      const count = (state: string): number => value.filter((item) => item.state === state).length
      return {
        value,
        result: `${count('accepted')} accepted, ${count('rejected')} rejected, ${count('quarantined')} quarantined`,
      }
    })
    const bad = verdicts.filter((item) => item.state === 'rejected')
    expectThat(
      bad.length === 1 && bad[0]?.codes.includes('LEFT_OUT_PROGRAM') === true,
      'exactly the bad file was refused',
    )
    expectThat(
      verdicts.filter((item) => item.state === 'accepted').length === files.length - 1,
      'everything else was accepted',
    )
    const keys = await must<JSONWebKeySet>(`${url}/.well-known/jwks.json`)
    await timed('receipt: signature and every digest', async () => {
      const value = await checkReceipt(receipt, keys, files, sent.ids)
      return { value, result: `${value} files`, bytes: total }
    })
    const grant = await desk.openGrant(of)
    const bundle = await timed('bundle downloaded, interrupted once', async () => {
      const value = await download(`${url}/api/cases/${of}/bundle`, grant.token)
      return { value, result: `resumed at byte ${value.resumedAt}`, bytes: value.bytes.length }
    })
    await timed('bundle: signature and every digest', async () => {
      const value = await checkBundle(bundle.bytes, keys, files, sent.ids)
      const dicom = value.filter((file) => file.kind === 'dicom').length
      expectThat(
        value.length === files.length - 1 && dicom === slices,
        'the bundle holds every accepted file',
      )
      return { value, result: `${dicom} DICOM, ${value.length - dicom} PDF`, bytes: bundle.bytes.length }
    })
    const refused = await call(`${url}/api/cases/${of}/bundle`)
    expectThat(refused.status === 401, 'without a token there is no bundle')
  } finally {
    await gateway.stop()
  }
}

const slices = Number(process.argv[2] ?? 120)
const folder = await mkdtemp(join(tmpdir(), 'second-read-demo-'))
try {
  await run(folder, slices)
  print()
  console.log('demo: everything held')
} catch (error) {
  print()
  console.error(`demo: ${error instanceof Error ? error.message : 'failed'}`)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
