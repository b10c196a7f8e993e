/** The page of a link in a real browser, as the server sends it: with its script, without JavaScript, and for robots. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Language } from '#domain/language.ts'
import { openWindow, startBrowser, type WindowTerms } from '#fixtures/browser/browser.ts'
import { expectGoodLooks, expectNoViolations } from '#fixtures/browser/expectations.ts'
import { findCutWords, findSmallControls } from '#fixtures/browser/look.ts'
import { openWire, type Wire } from '#fixtures/browser/wire.ts'
import { call, must } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { exchange } from '#fixtures/client/sender.ts'
import { ctSlice } from '#fixtures/dicom/shapes.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { scriptPdf } from '#fixtures/pdf.ts'
import { formFaults } from './answer-words.ts'
import { formWords } from './form-words.ts'

let folder: string
let gateway: Gateway
let desk: Desk
let browser: Browser
let wire: Wire

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'second-read-page-'))
  gateway = await startGateway(folder, { CONSENT: 'required', INSTITUTION: 'Dr Joshi’s second-opinion desk' })
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  browser = await startBrowser()
  wire = await openWire(gateway.url)
})

afterAll(async () => {
  await browser?.close()
  await wire?.close()
  await gateway?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const newCase = () => desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })

/** What stands after the `#` of a new link, and its code if it has one. */
const newLink = async (of: string, terms: Record<string, unknown> = {}) => {
  const { url, code } = await desk.openLink(of, terms)
  return { secret: url.slice(url.indexOf('#') + 1), code }
}

const open = (terms: Partial<WindowTerms> = {}) => openWindow(browser, { url: wire.url, ...terms })

const write = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

describe('opening the page', () => {
  test('sends nothing of what stands after the #, with JavaScript in no head and without it nowhere', async () => {
    const { secret } = await newLink(await newCase())
    const [, claims = ''] = secret.split('.')
    for (const scripts of [true, false]) {
      const before = wire.heard.length
      const window = await open({ scripts })
      await window.page.goto(`/send#${secret}`, { waitUntil: 'networkidle' })
      const heard = wire.heard.slice(before)
      expect(heard[0]).toMatchObject({ method: 'GET', path: '/send' })
      expect(heard.map(({ path, head }) => path + head).join('\n')).not.toContain(claims.slice(0, 20))
      const said = heard.map(({ body }) => body).join('')
      expect(scripts ? '' : said).toBe('')
      expectNoViolations(window)
      await window.close()
    }
  })

  test('runs its script under its policy, and keeps the parts for the next time', async () => {
    const window = await open()
    await window.page.goto('/send', { waitUntil: 'networkidle' })
    await expect.poll(() => window.page.locator('.shell').count()).toBe(0)
    const partsOf = (): string[] =>
      wire.heard.map(({ path }) => path).filter((path) => path.startsWith('/assets/'))
    // Some parts come while the page is read; one that a reload breaks off would rightly be asked for again.
    for (let before = -1; before !== partsOf().length; ) {
      before = partsOf().length
      await window.page.waitForTimeout(1_500)
    }
    const parts = partsOf()
    expect(parts.length).toBeGreaterThan(0)
    await window.page.reload({ waitUntil: 'networkidle' })
    const page = await window.context.newPage()
    await page.goto('/send', { waitUntil: 'networkidle' })
    await expect.poll(() => page.locator('.shell').count()).toBe(0)
    expect(
      partsOf()
        .slice(parts.length)
        .filter((path) => parts.includes(path)),
    ).toEqual([])
    expectNoViolations(window)
    await window.close()
  })

  test('fifty times by robots and previews leaves a link that works once as it was', async () => {
    const { secret } = await newLink(await newCase(), { maxUses: 1 })
    const robots = [
      'WhatsApp/2.23.20.0',
      'Mozilla/5.0 (compatible; MSIE 9.0) SafeLinks',
      'TelegramBot',
      'Googlebot/2.1',
    ]
    for (let round = 0; round < 50; round += 1) {
      const answer = await call(`${gateway.url}/send`, {
        method: round % 2 === 0 ? 'GET' : 'HEAD',
        headers: { 'user-agent': robots[round % robots.length] ?? '', purpose: 'prefetch' },
      })
      expect(answer.status).toBe(200)
    }
    expect(await exchange(gateway.url, secret)).toMatchObject({ session: expect.any(String) })
  })

  test('its parts are kept for ever and packed, and no other name is there', async () => {
    const page = (await call(`${gateway.url}/send`)).body.toString()
    const script = /<script type="module" src="(\/assets\/[^"]+)"/.exec(page)?.[1] ?? ''
    const { status, headers, body } = await call(gateway.url + script, {
      headers: { 'accept-encoding': 'gzip' },
    })
    expect([status, headers['content-encoding'], headers['cache-control']]).toEqual([
      200,
      'gzip',
      'public, max-age=31536000, immutable',
    ])
    expect(Number(headers['content-length'])).toBe(body.length)
    const again = { 'accept-encoding': 'gzip', 'if-none-match': headers.etag ?? '' }
    expect((await call(gateway.url + script, { headers: again })).status).toBe(304)
    for (const name of ['nothing-AAAAAAAA.js', 'manifest.json', '.made-of', '..%2fmanifest.json'])
      expect((await call(`${gateway.url}/assets/${name}`)).status).toBe(404)
  })
})

/** Fills the form of the language and sends it. */
const sendForm = async (
  page: Page,
  language: Language,
  { link, code, files }: { link: string; code: string; files: string[] },
) => {
  const words = formWords[language]
  const form = page.locator(`section[lang=${language}]`)
  if (!(await form.locator('form').isVisible())) await form.locator('summary').click()
  await form.locator('[name=link]').fill(link)
  await form.locator('[name=code]').fill(code)
  await form.getByLabel(words.person).fill('आशा देशपांडे')
  await form.getByLabel(words.roles.family).check()
  await form.getByLabel(words.agree).check()
  await form.locator('[name=files]').setInputFiles(files)
  await form.getByRole('button', { name: words.send }).click()
}

describe('where the script does not come', () => {
  test.each([
    ['phone', false],
    ['narrow', false],
    ['desk', true],
  ] as const)('the form reads and fits, and so does a no to it: %s, dark %s', async (viewport, dark) => {
    const window = await open({ viewport, dark })
    const { page } = window
    await page.route('**/assets/*.js', (route) => route.abort())
    await page.goto('/send')
    for (const summary of await page.locator('summary').all()) await summary.click()
    expect(await page.locator('form').count()).toBe(3)
    await expectGoodLooks(page)
    expect(await findSmallControls(page)).toEqual([])
    await sendForm(page, 'hi', { link: 'one.two.three', code: '', files: [write('a.txt', Buffer.from('x'))] })
    await page.getByText(formFaults.link.hi).waitFor()
    await expectGoodLooks(page)
    expectNoViolations(window)
    await window.close()
  })
})

describe('without JavaScript', () => {
  test.each(['phone', 'narrow'] as const)('the page says so, and nothing is cut: %s', async (viewport) => {
    const window = await open({ scripts: false, viewport })
    const { page } = window
    await page.goto('/send')
    // Playwright finds no words within `noscript`.
    expect(await page.locator('noscript p').first().isVisible()).toBe(true)
    for (const summary of await page.locator('summary').all()) await summary.click()
    expect(await findCutWords(page)).toEqual([])
    expectNoViolations(window)
    await window.close()
  })

  test('two files arrive, are receipted and read by the desk under the name of who sent them', async () => {
    const id = await newCase()
    const { secret, code } = await newLink(id, { check: 'code' })
    const slice = ctSlice({ seed: 61 }).bytes
    const report = await scriptPdf()
    const paths = [write('I1.dcm', slice), write('रिपोर्ट.pdf', report)]
    const window = await open({ scripts: false, viewport: 'phone', locale: 'mr-IN' })
    const { page } = window
    await page.goto(`/send#${secret}`)
    await sendForm(page, 'mr', { link: page.url(), code: 'WRONG-CODE', files: paths })
    await page.getByText('जुळत नाही').waitFor()
    expect(await findCutWords(page)).toEqual([])
    expect(await desk.items(id)).toEqual([])

    await page.goBack()
    await sendForm(page, 'mr', { link: `${wire.url}/send#${secret}`, code: code ?? '', files: paths })
    await page.getByRole('heading', { name: 'तुमचे रेकॉर्ड पोहोचले' }).waitFor()
    await page.getByRole('cell', { name: 'रिपोर्ट.pdf' }).waitFor()
    expect(await findCutWords(page)).toEqual([])
    expectNoViolations(window)

    const receipt = (await page.locator('#receipt').textContent()) ?? ''
    const keys = createLocalJWKSet(await must<JSONWebKeySet>(`${gateway.url}/.well-known/jwks.json`))
    const { payload, protectedHeader } = await compactVerify(receipt, keys, { algorithms: ['EdDSA'] })
    const { files, case: of } = JSON.parse(Buffer.from(payload).toString()) as {
      case: string
      files: { size: number; sha256: string }[]
    }
    expect([protectedHeader.typ, of]).toEqual(['receipt+jws', id])
    const sent = [slice, report].map((bytes) => ({
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    }))
    expect(new Set(files.map(({ size, sha256 }) => `${size} ${sha256}`))).toEqual(
      new Set(sent.map(({ size, sha256 }) => `${size} ${sha256}`)),
    )
    const named = async () => new Set((await desk.items(id)).map(({ name }) => name))
    await expect.poll(named).toEqual(new Set(['I1.dcm', 'रिपोर्ट.pdf']))
    const { senders } = await must<{ senders: unknown[] }>(`${gateway.url}/api/cases/${id}/senders`, {
      token: desk.token,
    })
    expect(senders).toMatchObject([
      { introduced: { name: 'आशा देशपांडे', role: 'family' }, consent: { kind: 'others', language: 'mr' } },
    ])
    expect(gateway.output()).not.toMatch(/आशा|रिपोर्ट|I1\.dcm/)
    await window.close()
  })
})
