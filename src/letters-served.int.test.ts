/** Letters and the printed link over HTTP on a whole gateway: kept where there is no mail, sent where there is. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PDFiumLibrary } from '@hyzyla/pdfium'
import decodeQR from 'qr/decode.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { currentConsent } from '#domain/consent.ts'
import { type Answer, call, callJson, must } from '#fixtures/client/call.ts'
import { type Desk, deskOf, type OpenedLink, signIn } from '#fixtures/client/desk.ts'
import { exchange } from '#fixtures/client/sender.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { type MailServer, startMailServer } from '#fixtures/mail/mail-server.ts'

type Letter = { letter: string; kind: string; state: string; language: string; hasWords: boolean }

const mail = 'canary.sender@example.org'
const password = 'Jq3vT9xLw7Zr2Kc5'
let folder: string
let server: MailServer
let gateway: Gateway
let desk: Desk
let of: string
let log = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-letters-'))
  server = await startMailServer({ onAuth: ({ username }, _, done) => done(null, { user: username ?? '' }) })
  gateway = await startGateway(folder)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  of = await desk.openCase({ name: 'CANARYPATIENT^Jane', birthDate: '19700131' })
})
afterAll(async () => {
  await gateway.stop()
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

const lettersOf = async (): Promise<Letter[]> =>
  (await must<{ letters: Letter[] }>(`${gateway.url}/api/cases/${of}/letters`, { token: desk.token })).letters

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((again) => setTimeout(again, 100))
}

const print = ({ link }: OpenedLink, wish: Record<string, unknown>): Promise<Answer> =>
  call(`${gateway.url}/api/links/${link}/letter`, {
    method: 'POST',
    token: desk.token,
    headers: { 'content-type': 'application/json' },
    body: [Buffer.from(JSON.stringify(wish))],
  })

const codeOf = ({ body }: Answer): unknown => JSON.parse(body.toString('utf8')).code

const pageOf = async (pdf: Buffer) => {
  const library = await PDFiumLibrary.init()
  const document = await library.loadDocument(pdf)
  // A page that was rendered is closed, and has no text any more.
  const text = document.getPage(0).getText()
  const { width, height, data } = await document.getPage(0).render({ scale: 3, render: 'bitmap' })
  const seen = decodeQR({ width, height, data: new Uint8Array(data) }, { timeLimit: 5_000 })
  document.destroy()
  library.destroy()
  return { seen, text }
}

describe('without mail', () => {
  it('a letter is kept, read by the desk once it wants to, and dropped', async () => {
    const { url } = await desk.openLink(of, { mail, language: 'mr' })
    await until(async () => (await lettersOf())[0]?.state === 'kept')
    const [letter] = await lettersOf()
    expect(letter).toMatchObject({ kind: 'link', language: 'mr', hasWords: true })
    const at = `${gateway.url}/api/letters/${letter?.letter}`
    const read = await must<{ to: string; text: string }>(at, { token: desk.token })
    expect(read.to).toBe(mail)
    expect(read.text).toContain(url)
    expect((await call(at, { method: 'DELETE', token: desk.token })).status).toBe(204)
    expect((await callJson(at, { token: desk.token })).status).toBe(410)
    expect((await callJson(at)).status).toBe(401)
    const other = at.replace(/[^/]+$/, crypto.randomUUID())
    expect((await callJson(other, { token: desk.token })).status).toBe(404)
  })

  it('refuses what is not one address', async () => {
    for (const bad of ['nobody', 'a@example.org, b@example.org', 'a@example.org\r\nBcc: b@example.org']) {
      const json = { role: 'patient', name: 'A', mail: bad }
      const reply = await callJson(`${gateway.url}/api/cases/${of}/links`, { token: desk.token, json })
      expect(reply.status).toBe(400)
    }
  })
})

describe('the printed link', () => {
  it('is a file whose square is the link, with the code only when asked', async () => {
    const opened = await desk.openLink(of, { check: 'code' })
    const { url, code } = opened
    const sheet = await print(opened, { url, code, languages: ['hi', 'en'] })
    expect(sheet.status).toBe(200)
    expect(sheet.headers['content-type']).toBe('application/pdf')
    expect(sheet.headers['content-disposition']).toBe('attachment; filename="link.pdf"')
    expect(sheet.headers['cache-control']).toContain('no-store')
    const { seen, text } = await pageOf(sheet.body)
    expect(seen).toBe(url)
    expect(text).toContain('JC')
    expect(text).not.toContain('CANARYPATIENT')
    expect(text).not.toContain(code)
    const withCode = await pageOf(
      (await print(opened, { url, code, withCode: true, languages: ['en'] })).body,
    )
    expect(withCode.text).toContain(code)
    expect(withCode.text).not.toMatch(/\p{sc=Devanagari}/u)
  })

  it('is printed of this link alone, with its own code, while it works', async () => {
    const [opened, other] = [await desk.openLink(of, { check: 'code' }), await desk.openLink(of)]
    const changed = `${opened.url.slice(0, -3)}abc`
    for (const url of [
      other.url,
      changed,
      opened.url.replace('/send', '/other'),
      'https://evil.example/send#x',
    ])
      expect(codeOf(await print(opened, { url }))).toBe('link.invalid')
    expect(codeOf(await print(opened, { url: opened.url, code: 'WRONGONE' }))).toBe('link.code-wrong')
    expect(codeOf(await print(other, { url: other.url, code: 'WRONGONE' }))).toBe('link.code-wrong')
    await must(`${gateway.url}/api/links/${opened.link}/revoke`, { method: 'POST', token: desk.token })
    expect(codeOf(await print(opened, { url: opened.url }))).toBe('link.revoked')
    const found = await callJson(`${gateway.url}/api/cases/${of}/audit`, { token: desk.token })
    expect(JSON.stringify(found.json)).toContain('link.printed')
  })
})

describe('with mail', () => {
  it('a letter leaves by itself, and what was kept before does not', async () => {
    log += gateway.output()
    await gateway.stop()
    const SMTP_URL = `smtp://desk:${password}@127.0.0.1:${server.port}`
    gateway = await startGateway(folder, { SMTP_URL, MAIL_FROM: 'desk@hospital.example' })
    desk = deskOf(gateway.url, desk.token)
    const { url } = await desk.openLink(of, { mail })
    await until(async () => (await lettersOf()).some(({ state }) => state === 'sent'))
    expect(server.delivered.map(({ text }) => text)).toEqual([expect.stringContaining(url)])
    expect((await lettersOf()).map(({ kind, state }) => `${kind} ${state}`).toSorted()).toEqual([
      'link kept',
      'link sent',
      'reminder owed',
      'reminder owed',
    ])
  })

  it('a sender who has finished gets the receipt at the address of the introduction', async () => {
    const session = await exchange(gateway.url, (await desk.openLink(of)).url)
    const ask = () => callJson(`${gateway.url}/api/send/mail-receipt`, { token: session.session, json: {} })
    expect((await ask()).json).toMatchObject({ code: 'mail.none' })
    const said = { name: 'CANARYSENDER', role: 'patient', mail, language: 'hi', consent: currentConsent }
    const introduced = await callJson(`${gateway.url}/api/send/introduce`, {
      token: session.session,
      json: said,
    })
    expect(introduced.status).toBe(204)
    expect((await ask()).json).toMatchObject({ code: 'send.incomplete' })
    const finished = await callJson(`${gateway.url}/api/send/finish`, { token: session.session, json: {} })
    expect(await ask()).toMatchObject({ status: 200, json: { queued: true } })
    await until(async () => server.delivered.some(({ attachments }) => attachments.length === 2))
    const { readers, attachments } = server.delivered.at(-1) ?? { readers: [], attachments: [] }
    expect(readers).toEqual([mail])
    expect(attachments[0]?.content).toBe((finished.json as { receipt: string }).receipt)
  })

  it('no word of any letter is in the log', async () => {
    server.answer('never')
    await desk.openLink(of, { mail })
    await until(async () => (await lettersOf()).some(({ state }) => state === 'refused'))
    server.answer('break')
    await desk.openLink(of, { mail })
    log += gateway.output()
    await until(async () => gateway.output().includes('letter.not-sent'))
    log += gateway.output()
    expect(log).toMatch(/letter\.sent.*letter\.refused/s)
    expect(log).not.toMatch(/canary|example\.org|hospital\.example|\/send#/i)
    expect(log).not.toContain(password)
  })
})
