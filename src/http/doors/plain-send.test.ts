/** The form without JavaScript on a real socket: what arrives, and a page with a way on for everything that does not. */
import { afterEach, describe, expect, it } from 'vitest'
import { Fault, refuse } from '#domain/fault.ts'
import type { HttpNeeds } from '#http/needs.ts'
import { actors, type Behaviour, bytesOf, type Rehearsal, rehearse } from '#http/rehearsal.ts'

let stage: Rehearsal | null = null
afterEach(async () => {
  await stage?.close()
  stage = null
})

const said: unknown[] = []

const begin = async (needs: Partial<HttpNeeds> = {}, behaviour: Behaviour = {}): Promise<Rehearsal> => {
  said.length = 0
  stage = await rehearse(
    {
      exchangeLink: async (...words) => {
        said.push(words)
        return { session: actors.session, token: 'sender' }
      },
      introduce: async (_, words) => {
        said.push(words)
        return null
      },
      finishSend: async () => ({ receipt: 'a.b.c', items: 1, bytes: 1 }),
      ...needs,
    },
    { behaviour },
  )
  return stage
}

const good: Readonly<Record<string, string>> = {
  lang: 'en',
  link: 'https://records.example/send#one.two.three',
  code: '',
  name: ' Asha ',
  mail: '',
  phone: '',
  role: 'patient',
  consent: '2026-11',
}

const formOf = (
  fields: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>>,
): FormData => {
  const form = new FormData()
  for (const [name, text] of Object.entries(fields)) form.append(name, text)
  for (const [name, text] of Object.entries(files)) form.append('files', new Blob([text]), name)
  return form
}

const post = async (form: FormData, headers: Record<string, string> = {}) => {
  const reply = await fetch(`${stage?.url}/send/files`, { method: 'POST', body: form, headers })
  const text = await reply.text()
  expect(reply.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(reply.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
  expect(reply.headers.get('cache-control')).toBe('private, no-store')
  expect(text).toMatch(/^<!doctype html>/)
  return { status: reply.status, text, language: reply.headers.get('content-language') }
}

const one = { 'a.dcm': 'bytes' }

describe('the form without JavaScript', () => {
  it('takes link, introduction and files in one, and shows what arrived with its receipt', async () => {
    const { recorded } = await begin({}, { pauseEvery: 2 })
    const { status, text } = await post(
      formOf({ ...good, mail: 'a@b.in' }, { 'CD/<I1>.dcm': 'x'.repeat(300_000), 'रिपोर्ट.pdf': 'yy' }),
    )
    expect(status).toBe(200)
    expect(said).toEqual([
      ['one.two.three', undefined],
      { name: 'Asha', mail: 'a@b.in', phone: null, role: 'patient', language: 'en', consent: '2026-11' },
    ])
    expect(recorded.map((record) => [record.committed, ...bytesOf(record)])).toEqual([
      [true, 'x'.repeat(300_000), 'yy'],
    ])
    expect(text).toContain('Your records have arrived')
    expect(text).toContain('2 files, 300 kB')
    expect(text).toContain('CD/&lt;I1&gt;.dcm')
    expect(text).toContain('रिपोर्ट.pdf')
    expect(text).toMatch(/<pre[^>]*>a\.b\.c<\/pre>/)
  })

  it.each([
    ['hi', 'आपके रिकॉर्ड पहुँच गए'],
    ['mr', 'तुमचे रेकॉर्ड पोहोचले'],
  ])('answers in the language of the form: %s', async (lang, words) => {
    await begin()
    const { text, language } = await post(formOf({ ...good, lang }, one))
    expect([language, text]).toEqual([lang, expect.stringContaining(`<html lang="${lang}">`)])
    expect(text).toContain(words)
  })

  it.each([
    ['one.two.three', 'what stands after the #'],
    [' https://records.example/send#one.two\n.three ', 'a link that a mail program broke'],
  ])('understands %j: %s', async (link) => {
    await begin()
    expect((await post(formOf({ ...good, link, code: ' 1962-08-15 ' }, one))).status).toBe(200)
    expect(said[0]).toEqual(['one.two.three', '1962-08-15'])
  })

  it.each([
    ['no link', { link: '' }, 'The link is missing'],
    ['the link without its end', { link: 'https://records.example/send' }, 'The link is missing'],
    ['no name', { name: '  ' }, 'Your name is missing'],
    ['a name too long', { name: 'a'.repeat(201) }, 'Your name is missing, or it is longer'],
    ['an address that is none', { mail: 'a at b' }, 'does not look right'],
    ['no role', { role: 'doctor' }, 'who is sending'],
    ['no agreement', { consent: '' }, 'Without your agreement'],
    ['no language', { lang: 'xx' }, 'open it again'],
  ])('says what to do about %s, and reads no file', async (_, fields, words) => {
    const { recorded } = await begin()
    for (const files of [one, {}]) {
      const { status, text } = await post(formOf({ ...good, ...fields }, files))
      expect([status, text]).toEqual([400, expect.stringContaining(words)])
      expect(text).toContain('href="/send"')
    }
    expect([said, recorded]).toEqual([[], []])
  })

  it('asks for files when none was chosen, without touching the link', async () => {
    await begin()
    const { status, text } = await post(formOf({ ...good, lang: 'mr' }, {}))
    expect([status, text]).toEqual([400, expect.stringContaining('एकही फाइल निवडलेली नाही')])
    expect(said).toEqual([])
  })

  it('refuses a file that comes before the link, and what comes after it is not read', async () => {
    const { recorded } = await begin()
    const form = new FormData()
    form.append('files', new Blob(['x'.repeat(2_000_000)]), 'first.dcm')
    for (const [name, text] of Object.entries(good)) form.append(name, text)
    const { status, text } = await post(form)
    expect([status, text]).toEqual([400, expect.stringContaining('open it again')])
    expect([said, recorded]).toEqual([[], []])
  })

  it.each([
    ['link.invalid', {}, 404, 'paste the whole link'],
    ['link.expired', {}, 410, 'stopped working'],
    ['link.code-needed', {}, 403, 'needs the code'],
    ['link.code-wrong', { left: 3 }, 403, '3 tries left'],
    ['link.locked', {}, 429, 'fifteen minutes'],
    ['case.closed', {}, 410, 'takes no more records'],
  ] as const)('says a no of the link in words: %s', async (code, facts, status, words) => {
    const { recorded, notes } = await begin({ exchangeLink: async () => refuse(code, facts) })
    const reply = await post(formOf(good, one))
    expect([reply.status, reply.text]).toEqual([status, expect.stringContaining(words)])
    expect(recorded).toEqual([])
    await expect.poll(() => notes[0]?.fields).toMatchObject({ fault: code, route: '/send/files' })
    expect(JSON.stringify(notes)).not.toMatch(/Asha|one\.two|a\.dcm/)
  })

  it('asks of the session what every door asks', async () => {
    const { recorded } = await begin({ authorizeSender: async () => refuse('consent.needed') })
    const { status, text } = await post(formOf(good, one))
    expect([status, text]).toEqual([403, expect.stringContaining('Without your agreement')])
    expect(recorded).toEqual([])
  })

  it('keeps nothing when the store has no room, and says so', async () => {
    const { recorded } = await begin({}, { throws: new Fault('store.full') })
    const { status, text } = await post(formOf({ ...good, lang: 'hi' }, one))
    expect([status, text]).toEqual([507, expect.stringContaining('जगह नहीं है')])
    expect(recorded[0]).toMatchObject({ committed: false, aborted: true })
  })

  it.each([
    [
      'files announced earlier are missing',
      async () => refuse('send.incomplete', { missing: 4 }),
      '4 files that this link',
    ],
    ['the desk closed the case just then', async () => refuse('case.closed'), 'receipt could not be made'],
    ['the ledger fails', () => Promise.reject(new Fault('ledger.unavailable')), 'receipt could not be made'],
  ])('says that files are safe when %s', async (_, finishSend, words) => {
    const { recorded } = await begin({ finishSend })
    const { status, text } = await post(formOf(good, one))
    expect([status, text]).toEqual([200, expect.stringContaining('Your records have arrived')])
    expect(text).toContain(words)
    expect(text).not.toContain('<pre')
    expect(recorded[0]?.committed).toBe(true)
  })

  it('counts tries by address, and says so in the language the browser asks for', async () => {
    await begin({ exchangeLink: async () => refuse('link.invalid') })
    for (let round = 0; round < 30; round += 1) expect((await post(formOf(good, one))).status).toBe(404)
    const { status, text } = await post(formOf(good, one), { 'accept-language': 'mr-IN,en;q=0.5' })
    expect([status, text]).toEqual([429, expect.stringContaining('एक मिनिट थांबून')])
  })

  it('answers what is no form of ours with a page, and the process lives', async () => {
    const { url } = await begin()
    const reply = await fetch(`${url}/send/files`, {
      method: 'POST',
      body: 'x',
      headers: { 'content-type': 'text/plain' },
    })
    expect([reply.status, reply.headers.get('content-type')]).toEqual([415, 'text/html; charset=utf-8'])
    expect(await reply.text()).toContain('href="/send"')
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })
})
