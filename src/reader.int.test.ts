/** A specialist who was let in: link and code once, the case, tokens of their own; and how the desk ends it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, callJson, must } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { exchange, finish, inMemory, send, status } from '#fixtures/client/sender.ts'
import { ctSlice } from '#fixtures/dicom/shapes.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { reportPdf } from '#fixtures/pdf.ts'

type Invited = { reader: string; url: string; code: string; expiresAt: string }
type Minted = { grant: string; token: string; dicomweb: string; bundle: string }
type Viewed = {
  case: string
  patient: { name: string }
  question: string
  images: number
  documents: { item: string; kind: string; name: string; mediaType: string; pages: number }[]
  arriving: number
}

let folder: string
let gateway: Gateway
let desk: Desk
let id: string

const invite = (name = 'Dr. Kulkarni') =>
  must<Invited>(`${gateway.url}/api/cases/${id}/readers`, { token: desk.token, json: { name } })

const enterWith = (link: string, code?: string) =>
  callJson(`${gateway.url}/api/read/enter`, {
    json: { link: link.slice(link.indexOf('#') + 1), ...(code === undefined ? {} : { code }) },
  })

const enter = async ({ url, code }: Invited): Promise<string> => {
  const { status: told, json } = await enterWith(url, code)
  expect(told).toBe(200)
  return (json as { session: string }).session
}

const mint = (session: string) =>
  must<Minted>(`${gateway.url}/api/read/grants`, {
    token: session,
    json: { scopes: ['case:read', 'case:download'] },
  })

const codeOf = (answer: { json: unknown }) => (answer.json as { code: string }).code

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-reader-'))
  gateway = await startGateway(folder)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  const details = {
    patient: { name: canaryPatient.name, birthDate: '1968-02-29' },
    question: 'Is the lesion resectable?',
  }
  id = (await must<{ case: string }>(`${gateway.url}/api/cases`, { token: desk.token, json: details })).case
  const session = await exchange(gateway.url, (await desk.openLink(id)).url)
  await send(gateway.url, session, [
    inMemory('a/1', ctSlice({ seed: 1 }).bytes),
    inMemory('a/2', ctSlice({ seed: 2 }).bytes),
    inMemory('report.pdf', await reportPdf({ seed: 1 })),
  ])
  await finish(gateway.url, session)
  for (let states = ['received']; states.includes('received'); )
    states = (await status(gateway.url, session)).map((item) => item.state)
})

afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('a reader in person', () => {
  it('sees the case they were let in to, mints a token, and is in the audit', async () => {
    const invited = await invite()
    const session = await enter(invited)
    const seen = await must<Viewed>(`${gateway.url}/api/read/case`, { token: session })
    expect(seen).toMatchObject({
      case: id,
      patient: { name: canaryPatient.name },
      question: 'Is the lesion resectable?',
      images: 2,
      arriving: 0,
    })
    expect(seen.documents).toMatchObject([{ kind: 'pdf', name: 'report.pdf', mediaType: 'application/pdf' }])
    const { token, bundle } = await mint(session)
    expect((await call(bundle, { token })).status).toBe(200)
    const { entries } = await must<{ entries: { action: string; actor: { kind: string; id?: string } }[] }>(
      `${gateway.url}/api/cases/${id}/audit`,
      { token: desk.token },
    )
    const theirs = entries.filter(({ actor }) => actor.id === invited.reader).map(({ action }) => action)
    expect(theirs).toEqual(['reader.entered', 'case.viewed', 'grant.opened'])
  })

  it('comes in once, with the code, and looking at the link spends nothing', async () => {
    const invited = await invite()
    for (let nth = 0; nth < 3; nth += 1) expect(codeOf(await enterWith(invited.url))).toBe('link.code-needed')
    const wrong = await enterWith(invited.url, 'AAAA-AAAA')
    expect([wrong.status, codeOf(wrong)]).toEqual([403, 'link.code-wrong'])
    await enter(invited)
    const second = await enterWith(invited.url, invited.code)
    expect([second.status, codeOf(second)]).toEqual([410, 'link.used-up'])
    // An upload link is no reader's link, and the other way round.
    const upload = await desk.openLink(id)
    expect(codeOf(await enterWith(upload.url, invited.code))).toBe('link.invalid')
    const crossed = await callJson(`${gateway.url}/api/send/exchange`, {
      json: { link: (await invite()).url.split('#')[1] },
    })
    expect(codeOf(crossed)).toBe('link.invalid')
  })

  it('is refused at the next request after the desk ended it, whatever token they hold', async () => {
    const invited = await invite()
    const session = await enter(invited)
    const { token, bundle } = await mint(session)
    const ended = await call(`${gateway.url}/api/readers/${invited.reader}/end`, {
      method: 'POST',
      token: desk.token,
    })
    expect(ended.status).toBe(204)
    expect((await call(bundle, { token })).status).toBe(401)
    expect(codeOf(await callJson(`${gateway.url}/api/read/case`, { token: session }))).toBe('reader.ended')
    expect(codeOf(await enterWith(invited.url, invited.code))).toBe('reader.ended')
  })

  it('needs a new link after leaving, and gets it from the desk', async () => {
    const invited = await invite()
    const session = await enter(invited)
    const { token, bundle } = await mint(session)
    await call(`${gateway.url}/api/read/leave`, { method: 'POST', token: session })
    expect((await call(bundle, { token })).status).toBe(401)
    const again = await must<Invited>(`${gateway.url}/api/readers/${invited.reader}/invite`, {
      token: desk.token,
      json: {},
    })
    expect(again.reader).toBe(invited.reader)
    await enter(again)
    const { readers } = await must<{ readers: { reader: string; name: string; state: string }[] }>(
      `${gateway.url}/api/cases/${id}/readers`,
      { token: desk.token },
    )
    expect(readers.find(({ reader }) => reader === invited.reader)).toMatchObject({
      name: 'Dr. Kulkarni',
      state: 'reading',
    })
  })
})
