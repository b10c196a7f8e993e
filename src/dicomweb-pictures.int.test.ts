/**
 * What a reader sees of a case without a viewer, on a real gateway: frames as pictures, documents as themselves, and
 * thumbnails on which no name can stand.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from '#fixtures/client/call.ts'
import { signIn } from '#fixtures/client/desk.ts'
import type { StudyFile } from '#fixtures/dicom/ct-study.ts'
import { syntaxes } from '#fixtures/dicom/part10.ts'
import {
  ctSlice,
  encapsulatedPdf,
  fragmentedCapture,
  secondaryCapture,
  truncatedCt,
} from '#fixtures/dicom/shapes.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { reportPdf } from '#fixtures/pdf.ts'
import { sendCase } from '#fixtures/sent-case.ts'

const ct = ctSlice({ seed: 71 })
const clip = fragmentedCapture({ seed: 72 })
const odd = fragmentedCapture({ seed: 73, fragments: 3 })
const big = ctSlice({ seed: 74, syntax: syntaxes.explicitBig })
const implicit = ctSlice({ seed: 75, syntax: syntaxes.implicitLittle })
const deflated = ctSlice({ seed: 76, syntax: syntaxes.deflatedLittle })
const capture = secondaryCapture({ seed: 78 })
const page = await reportPdf({ seed: 79 })
const report = encapsulatedPdf({ seed: 79, pdf: page })
const cut = truncatedCt({ seed: 80 })

let folder: string
let gateway: Gateway
let token: string
let base: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-pictures-'))
  gateway = await startGateway(folder)
  const desk = await signIn(gateway.url, gateway.signInCode ?? '')
  const files = [ct, clip, odd, big, implicit, deflated, capture, report, cut]
  const id = await sendCase(gateway.url, desk, files)
  token = (await desk.openGrant(id)).token
  base = `${gateway.url}/dicomweb/cases/${id}`
}, 240_000)

afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

const ask = (path: string, headers: Record<string, string> = {}) => call(`${base}${path}`, { token, headers })
const place = ({ studyUid, seriesUid, sopUid }: StudyFile): string =>
  `/studies/${studyUid}/series/${seriesUid}/instances/${sopUid}`

describe('pictures', () => {
  const sizeOf = (png: Buffer) => [png.toString('latin1', 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)]

  it('are drawn of what can be, by the window asked for, and small', async () => {
    for (const file of [ct, big, implicit, deflated, capture]) {
      const whole = await ask(`${place(file)}/rendered`)
      expect([whole.status, whole.headers['content-type']]).toEqual([200, 'image/png'])
      expect(sizeOf(whole.body)).toEqual(['PNG', 64, 64])
    }
    const usual = await ask(`${place(ct)}/frames/1/rendered`)
    expect((await ask(`${place(ct)}/rendered?window=40,400,linear`)).body.equals(usual.body)).toBe(true)
    expect((await ask(`${place(ct)}/rendered?window=-600,1500,linear`)).body.equals(usual.body)).toBe(false)
    const tiny = await ask(`/studies/${ct.studyUid}/thumbnail?viewport=32,16`, { accept: 'image/png' })
    expect(sizeOf(tiny.body)).toEqual(['PNG', 16, 16])
    expect((await ask(`/studies/${ct.studyUid}/series/${ct.seriesUid}/rendered`)).status).toBe(200)
  })

  it('are the stored codestream or document where that is one', async () => {
    const jpeg = await ask(`${place(clip)}/frames/2/rendered`, { accept: 'image/*' })
    expect([jpeg.headers['content-type'], clip.bytes.includes(jpeg.body)]).toEqual(['image/jpeg', true])
    const document = await ask(`${place(report)}/rendered`, { accept: 'application/pdf' })
    expect(document.headers['content-type']).toBe('application/pdf')
    expect(document.body.subarray(0, page.length).equals(page)).toBe(true)
  })

  it('show no writing where they are small', async () => {
    const [captured, documented] = await Promise.all(
      [capture, report].map((file) => ask(`${place(file)}/thumbnail`)),
    )
    expect(sizeOf(captured?.body ?? Buffer.alloc(0))).toEqual(['PNG', 128, 128])
    expect(captured?.body.equals(documented?.body ?? Buffer.alloc(0))).toBe(true)
  })

  it.each([
    ['window=40,400', 400],
    ['window=40,0,linear', 400],
    ['viewport=0,1', 400],
    ['viewport=64,64,1,1,2,2', 400],
    ['quality=0', 400],
    ['annotation=all', 400],
    ['quality=50&annotation=patient', 200],
  ])('asked for with %s are %i', async (query, status) => {
    expect((await ask(`${place(ct)}/rendered?${query}`)).status).toBe(status)
  })

  it.each([
    ['a type that is not made', () => `${place(ct)}/rendered`, 'image/gif', 406],
    ['a frame that is not there', () => `${place(ct)}/frames/2/rendered`, '*/*', 404],
    ['frames that nothing tells apart', () => `${place(odd)}/rendered`, '*/*', 406],
    ['an object that is not there', () => `${place(cut)}/thumbnail`, '*/*', 404],
  ])('of %s are refused', async (_, path, accept, status) => {
    expect((await ask(path(), { accept })).status).toBe(status)
  })
})
