/** One medium out of a real gateway: what is in it, that it is the same every time, and that it proves itself. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, must } from '#fixtures/client/call.ts'
import { signIn } from '#fixtures/client/desk.ts'
import { readManifest } from '#fixtures/client/manifest.ts'
import { cutParts, exchange, finish, inMemory, plan, sendPart, status } from '#fixtures/client/sender.ts'
import { readZip } from '#fixtures/client/zip.ts'
import { exchangeFiles } from '#fixtures/dicom/exchange-study.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { reportPdf } from '#fixtures/pdf.ts'
import { runProgram } from '#fixtures/run-program.ts'

let folder: string
let gateway: Gateway
let url: string
let token: string
let whole: Awaited<ReturnType<typeof call>>
let entries: Map<string, Buffer>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-exchange-'))
  gateway = await startGateway(folder)
  const desk = await signIn(gateway.url, gateway.signInCode ?? '')
  const id = await desk.openCase({ name: 'Doe^Jane', birthDate: '1970-01-31' })
  const session = await exchange(gateway.url, (await desk.openLink(id)).url)
  const pdf = Buffer.from(await reportPdf({ seed: 1, patientName: 'Doe^Jane', birthDate: '19700131' }))
  const words = [
    'first',
    'second',
    'no number',
    'shouted',
    'bare',
    'report',
    'key images',
    'state',
    'document',
  ]
  const sent = [
    ...exchangeFiles(pdf)
      .filter(({ word }) => words.includes(word))
      .map(({ word, bytes }) => inMemory(`${word}.dcm`, bytes)),
    inMemory('रिपोर्ट.pdf', pdf),
  ]
  const planned = await plan(gateway.url, session, sent)
  for (const part of cutParts(session, planned, 600_000))
    await sendPart(gateway.url, session, planned, sent, part)
  await finish(gateway.url, session)
  for (let states = ['received']; states.includes('received'); )
    states = (await status(gateway.url, session)).map((item) => item.state)
  token = (await desk.openGrant(id)).token
  url = `${gateway.url}/api/cases/${id}/bundle`
  whole = await call(url, { token })
  entries = readZip(whole.body)
  await writeFile(join(folder, 'bundle.zip'), whole.body)
  const keys = await must<object>(`${gateway.url}/.well-known/jwks.json`)
  await writeFile(join(folder, 'keys.json'), JSON.stringify(keys))
})

afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('a bundle from the gateway', () => {
  it('is a medium with directory, index and submission set, reports first', () => {
    expect([...entries.keys()].slice(0, 9)).toEqual([
      'README.TXT',
      'INDEX.HTM',
      'DICOMDIR',
      'IHE_PDI/HINDI.HTM',
      'IHE_PDI/MARATHI.HTM',
      'IHE_XDM/SUBSET01/METADATA.XML',
      'MANIFEST.JSN',
      'MANIFEST.JWS',
      'IHE_XDM/SUBSET01/D0000001.PDF',
    ])
    const lines = readManifest(entries.get('MANIFEST.JSN') ?? Buffer.alloc(0))
    const nameOf = (path: string) => lines.find((line) => line.path.endsWith(path))?.name
    const study = ['P0000002/ST000001/SE000001', 'P0000002/ST000001/SE000002', 'P0000002/ST000001/SE000003']
    expect(study.map((path) => nameOf(`${path}/IM000001`))).toEqual([
      'report.dcm',
      'key images.dcm',
      'document.dcm',
    ])
    const metadata = String(entries.get('IHE_XDM/SUBSET01/METADATA.XML'))
    const document = entries.get('IHE_XDM/SUBSET01/D0000001.PDF') ?? Buffer.alloc(0)
    expect(metadata).toContain(`<rim:Value>${createHash('sha1').update(document).digest('hex')}</rim:Value>`)
    expect(metadata).toContain('<rim:Value>D0000001.PDF</rim:Value>')
  })

  it('is checked by one command, and has every page in its manifest', async () => {
    const program = fileURLToPath(import.meta.resolve('../scripts/verify.ts'))
    const check = () =>
      runProgram(program, [join(folder, 'bundle.zip'), '--keys', join(folder, 'keys.json')], {})
    const { code, out, err } = await check()
    expect([code, err, out.includes(`holds: all ${entries.size - 2} files`)]).toEqual([0, '', true])
    const at = whole.body.indexOf(entries.get('DICOMDIR') ?? '')
    const other = Buffer.from(whole.body)
    other[at + 500] = (other[at + 500] ?? 0) ^ 1
    await writeFile(join(folder, 'bundle.zip'), other)
    const changed = await check()
    await writeFile(join(folder, 'bundle.zip'), whole.body)
    expect([changed.code, changed.out.includes('DICOMDIR: its content is not what was signed')]).toEqual([
      1,
      true,
    ])
  })

  it('is read by dcmtk, and names every file but the one without a header', () => {
    execFileSync('unzip', ['-q', join(folder, 'bundle.zip'), '-d', join(folder, 'disc')])
    const cwd = join(folder, 'disc')
    const dump = execFileSync('dcmdump', ['DICOMDIR'], { cwd, encoding: 'utf8' })
    const named = [...dump.matchAll(/refFileID="([^"]+)"/g)].map(([, path = '']) =>
      path.replaceAll('\\', '/'),
    )
    const lines = readManifest(entries.get('MANIFEST.JSN') ?? Buffer.alloc(0))
    const wanted = lines.filter(({ path, name }) => path.startsWith('DICOM/') && name !== 'bare.dcm')
    expect(named.sort()).toEqual(wanted.map(({ path }) => path).sort())
    expect(execFileSync('dcmftest', ['DICOMDIR', ...named], { cwd, encoding: 'utf8' })).not.toContain('no:')
    expect(String(entries.get('README.TXT'))).toContain('It does not name 1 file of the folder DICOM')
  })

  it('is the same when it is asked for again, and in pieces', async () => {
    const again = await call(url, { token, headers: { 'if-none-match': String(whole.headers['etag']) } })
    expect(again.status).toBe(304)
    const start = whole.body.indexOf(entries.get('DICOMDIR') ?? '') - 20
    const piece = await call(url, { token, headers: { range: `bytes=${start}-${start + 3000}` } })
    expect([piece.status, piece.body.equals(whole.body.subarray(start, start + 3001))]).toEqual([206, true])
  })
})
