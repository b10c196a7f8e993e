/** De-identified copies on a real gateway: asked for, made, fetched, checked, and searched for everything that tells. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, callJson, must } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { letIn } from '#fixtures/client/reader.ts'
import { exchange, finish, inMemory, send } from '#fixtures/client/sender.ts'
import { readZip } from '#fixtures/client/zip.ts'
import { secondaryCapture } from '#fixtures/dicom/shapes.ts'
import { tellingCt, tellingTexts, tellingUids } from '#fixtures/dicom/telling-ct.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { reportPdf } from '#fixtures/pdf.ts'
import { runProgram } from '#fixtures/run-program.ts'

type Listed = {
  copy: string
  state: string
  stale: boolean
  files: number | null
  leftOut: { kind: string; reason: string; files: number }[]
  warnings: string[]
}
type Manifest = {
  case: string
  files: { path: string; item: string; sha256: string; name?: string; original?: unknown }[]
  deidentified: { codes: string[]; options: Record<string, unknown>; leftOut: unknown[] }
}

const slices = [
  tellingCt({ number: 1 }),
  tellingCt({ number: 2, encoding: 'implicitLittle' }),
  tellingCt({ number: 3, encoding: 'jpegLossless' }),
  // A header that is longer than what is read at first.
  tellingCt({ number: 4, more: [[0x0009_1002, 'OB', Buffer.alloc(90_000, tellingTexts.private)]] }),
]
const capture = secondaryCapture({ seed: 1 })

let folder: string
let gateway: Gateway
let desk: Desk
let id: string
let bring: (name: string, bytes: Buffer) => Promise<void>

const listed = async (of = id) =>
  (await must<{ copies: Listed[] }>(`${gateway.url}/api/cases/${of}/copies`, { token: desk.token })).copies

const waitFor = async (copy: string): Promise<Listed> => {
  for (;;) {
    const found = (await listed()).find((one) => one.copy === copy)
    if (found?.state === 'ready' || found?.state === 'failed') return found
    await sleep(50)
  }
}

const ask = async (options: Record<string, unknown> = {}): Promise<Listed> => {
  const asked = await callJson(`${gateway.url}/api/cases/${id}/copies`, {
    token: desk.token,
    json: { options },
  })
  expect(asked.status).toBe(201)
  return waitFor((asked.json as { copy: string }).copy)
}

const fetchCopy = async (copy: string) => {
  const { token } = await desk.openGrant(id, ['case:download'])
  const url = `${gateway.url}/api/cases/${id}/copies/${copy}/bundle`
  const whole = await call(url, { token })
  expect(whole.status).toBe(200)
  const entries = readZip(whole.body)
  const manifest = JSON.parse(String(entries.get('MANIFEST.JSN'))) as Manifest
  return { url, token, whole, entries, manifest, etag: String(whole.headers['etag']) }
}

const dicomOf = (entries: ReadonlyMap<string, Buffer>): Buffer[] =>
  [...entries].filter(([path]) => path.startsWith('DICOM/')).map(([, bytes]) => bytes)

/** What pydicom reads of every file: the named attributes, as texts. */
const readAll = (files: readonly Buffer[], names: readonly string[]): Record<string, string>[] => {
  const under = mkdtempSync(join(folder, 'read-'))
  for (const [at, bytes] of files.entries()) writeFileSync(join(under, `${at}.dcm`), bytes)
  const program = `import sys, json, pydicom
out = []
for n in range(int(sys.argv[2])):
    ds = pydicom.dcmread(f'{sys.argv[1]}/{n}.dcm')
    list(ds.iterall())
    out.append({k: str(ds.get(k, '')) for k in sys.argv[3:]})
print(json.dumps(out))`
  const args = ['-c', program, under, String(files.length), ...names]
  return JSON.parse(execFileSync('/usr/bin/python3', args, { encoding: 'utf8' }))
}

const everythingTelling = [
  ...canaryPatient.name.split('^'),
  canaryPatient.id,
  canaryPatient.birthDate,
  'Station Road',
  'KULKARNI',
  'MEERA',
  ...Object.values(tellingTexts),
  tellingUids.study,
  tellingUids.series,
  tellingUids.frame,
  ...[1, 2, 3, 4].map(tellingUids.instance),
]

const findTelling = (bytes: Buffer): string[] => {
  const text = bytes.toString('latin1').toLowerCase()
  return everythingTelling.filter((word) => text.includes(word.toLowerCase()))
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'second-read-copies-'))
  gateway = await startGateway(folder)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  id = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
  const link = (await desk.openLink(id)).url
  const settled = async () => {
    for (let state = ''; state !== 'ready'; state = await desk.caseState(id)) await sleep(50)
  }
  bring = async (name, bytes) => {
    const session = await exchange(gateway.url, link)
    await send(gateway.url, session, [inMemory(name, bytes)])
    await finish(gateway.url, session)
    await settled()
  }
  const session = await exchange(gateway.url, link)
  await send(gateway.url, session, [
    ...slices.map(({ bytes }, at) => inMemory(`${canaryPatient.id}/${at}.dcm`, bytes)),
    inMemory('capture.dcm', capture.bytes),
    inMemory('report.pdf', await reportPdf({ seed: 1 })),
  ])
  await finish(gateway.url, session)
  await settled()
})

afterAll(async () => {
  await gateway.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('a de-identified copy', () => {
  it('has every picture to the byte, and nothing anywhere of whose it is', async () => {
    expect(findTelling(slices[0]?.bytes ?? Buffer.alloc(0)).length).toBeGreaterThan(12)
    const made = await ask()
    expect(made).toMatchObject({ state: 'ready', stale: false, files: slices.length })
    const { whole, entries, manifest } = await fetchCopy(made.copy)
    expect(findTelling(whole.body)).toEqual([])
    expect(whole.body.includes(id)).toBe(false)
    for (const item of await desk.items(id)) expect(whole.body.includes(item.id)).toBe(false)
    const files = dicomOf(entries)
    expect(files).toHaveLength(slices.length)
    for (const { pixels } of slices)
      expect(files.filter((file) => file.subarray(-pixels.length).equals(pixels))).toHaveLength(1)
    expect(manifest.case).toBe(made.copy)
    expect(manifest.files.every((file) => file.name === undefined && file.original === undefined)).toBe(true)
  })

  it('says what was done and what is not in it, to people and programs', async () => {
    const made = await ask({ dates: 'remove' })
    expect(made.leftOut).toEqual([
      { kind: 'dicom', reason: 'text-in-picture', files: 1 },
      { kind: 'pdf', reason: 'document', files: 1 },
    ])
    expect(made.warnings.join('\n')).toMatch(/can show a face[^]*1 file left out: the picture itself/)
    const { entries, manifest } = await fetchCopy(made.copy)
    expect(manifest.deidentified).toMatchObject({
      codes: ['113100'],
      options: { dates: 'remove', characteristics: false, burnedIn: 'leave-out' },
      leftOut: made.leftOut,
    })
    const readme = String(entries.get('README.TXT')).replaceAll('\r\n', ' ').replace(/ +/g, ' ')
    expect(readme).toContain('1 file left out: documents, photos and archives cannot be cleaned')
    expect(readme).toContain('Dates are taken out.')
  })

  it('is read by pydicom, dcmtk and a judge of IODs; references hold, dates move together', async () => {
    const { copy } = await ask({ characteristics: true })
    const { entries } = await fetchCopy(copy)
    const names = [
      'SOPInstanceUID',
      'StudyInstanceUID',
      'PatientName',
      'PatientID',
      'PatientAge',
      'StudyDate',
    ]
    const read = readAll(dicomOf(entries), [...names, 'ReferencedImageSequence', 'AcquisitionDate'])
    const only = (name: string) => [...new Set(read.map((file) => file[name]))]
    for (const name of ['StudyInstanceUID', 'PatientName', 'PatientID', 'StudyDate'])
      expect([name, only(name).length]).toEqual([name, 1])
    expect(only('PatientName')[0]).toMatch(/^Case [2-9B-Z]{6}$/)
    expect(only('PatientAge')).toEqual(['058Y'])
    expect(only('StudyDate')).toEqual(only('AcquisitionDate'))
    expect(only('StudyDate')[0]).toMatch(/^(19|20)\d{6}$/)
    expect(only('StudyDate')[0]).not.toBe('20261019')
    expect(read[1]?.['ReferencedImageSequence']).toContain(read[0]?.['SOPInstanceUID'])
    expect(read[0]?.['ReferencedImageSequence']).toContain(read[1]?.['SOPInstanceUID'])
    const directory = join(folder, 'DICOMDIR')
    writeFileSync(directory, entries.get('DICOMDIR') ?? '')
    const dumped = execFileSync('dcmdump', ['-q', directory], { encoding: 'utf8' })
    expect(dumped.match(/ \[IMAGE *\]/g)).toHaveLength(slices.length)
    expect(dumped).toContain(only('PatientName')[0])
    const under = join(folder, 'tools')
    mkdirSync(under)
    for (const [at, bytes] of dicomOf(entries).entries()) {
      const path = join(under, `${at}.dcm`)
      writeFileSync(path, bytes)
      expect(execFileSync('dcmftest', [path], { encoding: 'utf8' })).toContain('yes:')
      execFileSync('dcmdump', ['-q', path], { stdio: ['ignore', 'ignore', 'inherit'] })
      const told = execFileSync('sh', ['-c', 'dciodvfy "$0" 2>&1 || true', path], { encoding: 'utf8' })
      expect(told).toContain('CTImage')
      expect(told.split('\n').filter((line) => line.startsWith('Error'))).toEqual([])
    }
  })

  it('is the same in any range, under one tag', async () => {
    const { copy } = await ask()
    const { url, token, whole, etag } = await fetchCopy(copy)
    const { length } = whole.body
    for (let nth = 0; nth < 60; nth += 1) {
      const from = Math.floor(Math.random() * length)
      const to = Math.min(length - 1, from + Math.floor(Math.random() * 20_000))
      const piece = await call(url, { token, headers: { range: `bytes=${from}-${to}`, 'if-range': etag } })
      expect([from, to, piece.status, piece.body.equals(whole.body.subarray(from, to + 1))]).toEqual([
        from,
        to,
        206,
        true,
      ])
    }
    expect((await call(url, { token, headers: { 'if-none-match': etag } })).status).toBe(304)
  })

  it('holds against its signed manifest', async () => {
    const { copy } = await ask()
    const { whole } = await fetchCopy(copy)
    const zip = join(folder, 'copy.zip')
    const keys = join(folder, 'keys.json')
    writeFileSync(zip, whole.body)
    writeFileSync(keys, (await call(`${gateway.url}/.well-known/jwks.json`)).body)
    const program = fileURLToPath(import.meta.resolve('../scripts/verify.ts'))
    const { code, out, err } = await runProgram(program, [zip, '--keys', keys], {})
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain(copy)
  })

  it('has pictures that may show a name only when asked to, and warns of them', async () => {
    const made = await ask({ burnedIn: 'include', dates: 'keep' })
    expect(made).toMatchObject({ files: slices.length + 1, leftOut: [{ kind: 'pdf' }] })
    expect(made.warnings[0]).toMatch(/^1 file may show a name as part of the picture/)
    const { whole, entries } = await fetchCopy(made.copy)
    expect(findTelling(whole.body)).toEqual([])
    expect(readAll(dicomOf(entries), ['StudyDate']).map((file) => file['StudyDate'])).toContain('20261019')
  })

  it('is for its own case, with a token that may download, and every reading is in the audit', async () => {
    const { copy } = await ask()
    const other = await desk.openCase({ name: 'SOMEBODY^ELSE' })
    const theirs = (await desk.openGrant(other, ['case:download'])).token
    const crossed = await call(`${gateway.url}/api/cases/${other}/copies/${copy}/bundle`, { token: theirs })
    expect([crossed.status, String(crossed.body)]).toEqual([404, expect.stringContaining('copy.not-found')])
    const looking = (await desk.openGrant(id, ['case:read'])).token
    const url = `${gateway.url}/api/cases/${id}/copies/${copy}/bundle`
    expect((await call(url, { token: looking })).status).toBe(403)
    expect((await call(url)).status).toBe(401)
    const { entries } = await must<{ entries: { action: string; object: string }[] }>(
      `${gateway.url}/api/cases/${id}/audit`,
      { token: desk.token },
    )
    const actions = () => entries.filter(({ object }) => object === copy).map(({ action }) => action)
    expect(actions()).toEqual(['copy.asked'])
    await fetchCopy(copy)
    const later = await must<{ entries: { action: string; object: string }[] }>(
      `${gateway.url}/api/cases/${id}/audit`,
      { token: desk.token },
    )
    expect(later.entries.filter(({ object }) => object === copy).map(({ action }) => action)).toEqual([
      'copy.asked',
      'copy.read',
    ])
  })

  it('is asked for by a reader in person too', async () => {
    const { session } = await letIn(gateway.url, desk, id)
    const { copy } = await must<{ copy: string }>(`${gateway.url}/api/read/copies`, {
      token: session,
      json: {},
    })
    expect((await waitFor(copy)).state).toBe('ready')
    const { copies } = await must<{ copies: Listed[] }>(`${gateway.url}/api/read/copies`, { token: session })
    expect(copies.map((one) => one.copy)).toContain(copy)
  })

  it('stays what it was when the case gets more, and says so', async () => {
    const { copy } = await ask()
    const { whole } = await fetchCopy(copy)
    await bring('late.dcm', tellingCt({ number: 9 }).bytes)
    const after = (await listed()).find((one) => one.copy === copy)
    expect(after).toMatchObject({ stale: true, files: slices.length })
    expect(after?.warnings.at(-1)).toMatch(/has changed since/)
    expect((await fetchCopy(copy)).whole.body.equals(whole.body)).toBe(true)
  })
})
