/** Files that leave otherwise than they came, on a real gateway: what a reader gets, what is kept, and what is signed. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, must } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { readManifest, sentDigest } from '#fixtures/client/manifest.ts'
import {
  cutParts,
  exchange,
  finish,
  inMemory,
  plan,
  type Session,
  sendPart,
  status,
} from '#fixtures/client/sender.ts'
import { readZip } from '#fixtures/client/zip.ts'
import { ctSlice, ctWithPreamble } from '#fixtures/dicom/shapes.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const zeroed = (bytes: Uint8Array): Buffer => Buffer.concat([Buffer.alloc(128), bytes.subarray(128)])

const files = {
  'program.dcm': ctWithPreamble(Buffer.from('MZ\x90\0 and so on'), 1).bytes,
  'odd.dcm': ctWithPreamble(Buffer.from('made by some old station'), 2).bytes,
  'tiff.dcm': ctWithPreamble(Buffer.from('II*\0\x08\0\0\0', 'latin1'), 3).bytes,
  'plain.dcm': ctSlice({ seed: 4 }).bytes,
  // In several chunks, sent as several runs: its copy that goes out is summed over all of them.
  'large.dcm': ctSlice({ seed: 5, rows: 900, columns: 900, preamble: Buffer.from('old') }).bytes,
} as const

const out: Readonly<Record<string, Buffer>> = {
  'program.dcm': zeroed(files['program.dcm']),
  'odd.dcm': zeroed(files['odd.dcm']),
  'tiff.dcm': Buffer.from(files['tiff.dcm']),
  'plain.dcm': Buffer.from(files['plain.dcm']),
  'large.dcm': zeroed(files['large.dcm']),
}

let folder: string
let gateway: Gateway
let desk: Desk
let id: string
let session: Session
let receipt: string
const items = new Map<string, string>()

const bundle = async () => {
  const { token } = await desk.openGrant(id)
  const url = `${gateway.url}/api/cases/${id}/bundle`
  const whole = await call(url, { token })
  expect(whole.status).toBe(200)
  const entries = readZip(whole.body)
  const lines = readManifest(entries.get('MANIFEST.JSN') ?? Buffer.alloc(0))
  return { url, token, whole, entries, lines, etag: String(whole.headers['etag']) }
}

const verified = async (jws: string): Promise<Buffer> => {
  const keys = await must<JSONWebKeySet>(`${gateway.url}/.well-known/jwks.json`)
  return Buffer.from((await compactVerify(jws, createLocalJWKSet(keys), { algorithms: ['EdDSA'] })).payload)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-served-'))
  gateway = await startGateway(folder)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  id = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
  session = await exchange(gateway.url, (await desk.openLink(id)).url)
  const sent = Object.entries(files).map(([name, bytes]) => inMemory(name, bytes))
  const planned = await plan(gateway.url, session, sent)
  for (const part of cutParts(session, planned, 600_000))
    await sendPart(gateway.url, session, planned, sent, part)
  for (const [index, file] of sent.entries()) items.set(file.path, planned[index]?.id ?? '')
  receipt = (await finish(gateway.url, session)).receipt
  for (let states = ['received']; states.includes('received'); )
    states = (await status(gateway.url, session)).map((item) => item.state)
})

afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('a file that is a program as well', () => {
  it('waits for a person, who reads what will happen to it; a TIFF and an odd one do not', async () => {
    const states = new Map((await status(gateway.url, session)).map((item) => [item.id, item]))
    expect(states.get(items.get('program.dcm') ?? '')).toMatchObject({
      state: 'quarantined',
      codes: ['PREAMBLE_EXECUTABLE'],
      sentence: expect.stringMatching(/that part never goes out/),
    })
    expect(states.get(items.get('tiff.dcm') ?? '')?.state).toBe('accepted')
    for (const name of ['odd.dcm', 'large.dcm'])
      expect(states.get(items.get(name) ?? '')?.state).toBe('accepted_with_warnings')
    const { etag, lines } = await bundle()
    expect(lines.map((line) => line.name)).not.toContain('program.dcm')
    const released = await call(`${gateway.url}/api/cases/${id}/items/${items.get('program.dcm')}/release`, {
      method: 'POST',
      token: desk.token,
      headers: { 'content-type': 'application/json' },
      body: [Buffer.from('{"reason":"other","note":"asked"}')],
    })
    expect(released.status).toBe(200)
    expect((await bundle()).etag).not.toBe(etag)
  })
})

describe('once released', () => {
  it('everything leaves with its length, and with zeros where a program or something unknown stood', async () => {
    const { entries, lines } = await bundle()
    expect(new Set(lines.map((line) => line.name))).toEqual(new Set(Object.keys(files)))
    expect(lines).toHaveLength(Object.keys(files).length)
    for (const line of lines) {
      const name = (line.name ?? '') as keyof typeof files
      const entry = entries.get(line.path) ?? Buffer.alloc(0)
      expect([name, entry.equals(out[name] ?? Buffer.alloc(0))]).toEqual([name, true])
      expect(line).toMatchObject({ size: files[name].length, sha256: sha256(entry) })
      expect(sentDigest(line)).toBe(sha256(files[name]))
    }
    const why = Object.fromEntries(lines.map((line) => [line.name, line.original?.codes]))
    expect(why).toEqual({
      'program.dcm': ['PREAMBLE_EXECUTABLE'],
      'odd.dcm': ['PREAMBLE_NONZERO'],
      'large.dcm': ['PREAMBLE_NONZERO'],
      'tiff.dcm': undefined,
      'plain.dcm': undefined,
    })
    const page = String(entries.get('INDEX.HTM'))
    expect(page).toContain('3 files were changed on the way out')
    expect(String(entries.get('README.TXT'))).toContain('changed on its way out')
  })

  it('the manifest is signed with both digests, and the receipt has what was sent', async () => {
    const { entries } = await bundle()
    const manifest = await verified(String(entries.get('MANIFEST.JWS')))
    expect(manifest.equals(entries.get('MANIFEST.JSN') ?? Buffer.alloc(0))).toBe(true)
    type Receipt = { files: { item: string; sha256?: string }[] }
    const told = JSON.parse(String(await verified(receipt))) as Receipt
    const line = told.files.find((file) => file.item === items.get('program.dcm'))
    expect(line?.sha256).toBe(sha256(files['program.dcm']))
  })

  it('any range of the bundle is a piece of the same bytes', async () => {
    const { url, token, whole, entries, lines, etag } = await bundle()
    for (const { path } of lines) {
      const at = whole.body.indexOf(entries.get(path) ?? '')
      for (const [from, to] of [
        [at - 3, at + 2],
        [at, at],
        [at + 5, at + 127],
        [at + 127, at + 128],
        [at + 128, at + 140],
        [at + 1, at + 300],
      ] as const) {
        const headers = { range: `bytes=${from}-${to}`, 'if-range': etag }
        const piece = await call(url, { token, headers })
        expect(piece.status).toBe(206)
        expect(piece.body.equals(whole.body.subarray(from, to + 1))).toBe(true)
      }
    }
  })

  it('each file by itself is the same, under a tag and a digest of its own', async () => {
    const { token } = await desk.openGrant(id)
    for (const [name, expected] of Object.entries(out)) {
      const url = `${gateway.url}/api/cases/${id}/items/${items.get(name)}/content`
      const whole = await call(url, { token })
      expect([name, whole.status, whole.body.equals(expected)]).toEqual([name, 200, true])
      expect(whole.headers['etag']).toBe(`"${sha256(expected)}"`)
      const digest = createHash('sha256').update(expected).digest('base64')
      expect(whole.headers['repr-digest']).toBe(`sha-256=:${digest}:`)
      const piece = await call(url, { token, headers: { range: 'bytes=0-131' } })
      expect(piece.body.equals(expected.subarray(0, 132))).toBe(true)
      const tail = await call(url, { token, headers: { range: 'bytes=127-128' } })
      expect(tail.body.equals(expected.subarray(127, 129))).toBe(true)
    }
  })
})
