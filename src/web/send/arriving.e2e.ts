/** Arriving in a real browser: what is fetched before somebody begins, and what happens where a part of it does not come. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openWindow, startBrowser, type Window } from '#fixtures/browser/browser.ts'
import { expectNoViolations } from '#fixtures/browser/expectations.ts'
import { expectPage, press } from '#fixtures/browser/sender.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { openProxy, type Proxy } from '#fixtures/faults/proxy.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'

let browser: Browser
let folder: string
let gateway: Gateway
let proxy: Proxy
let desk: Desk
let window: Window

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-arriving-'))
  gateway = await startGateway(join(folder, 'data'))
  proxy = await openProxy(gateway.url)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  browser = await startBrowser()
})

afterEach(async () => {
  proxy.decide(() => 'pass')
  await window.close()
})

afterAll(async () => {
  await browser.close()
  await proxy.close()
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

const newUrl = async (): Promise<string> => {
  const { url } = await desk.openLink(await desk.openCase({ name: 'Doe^Jane', birthDate: '19700203' }))
  return url.replace(gateway.url, proxy.url)
}

const open = async () => {
  window = await openWindow(browser, { url: proxy.url })
  return window
}

const gone = { answer: 503, body: 'busy' } as const

describe('a link that is opened', () => {
  test('is shown without the worker, which comes when somebody begins; nothing that is asked for is missing', async () => {
    const { page, requests, seen } = await open()
    const missing: string[] = []
    page.on('response', (reply) => {
      if (reply.status() === 404) missing.push(reply.url())
    })
    await page.goto(await newUrl())
    await expectPage(page, 'landing')
    expect(requests.some((line) => line.includes('.worker-'))).toBe(false)
    await press(page, 'Start')
    await expectPage(page, 'who')
    expect(requests.some((line) => line.includes('.worker-'))).toBe(true)
    expect(await page.locator('link[rel=icon]').getAttribute('href')).toMatch(/^\/assets\/.+\.svg$/)
    expect(missing).toEqual([])
    expectNoViolations({ seen })
  })

  test.each(['en-', 'later-'])(
    'waits for what did not come (%s), and shows it when it does',
    async (part) => {
      const { page } = await open()
      let fails = true
      let asked = 0
      proxy.decide((req) => {
        if (!req.url?.startsWith(`/assets/${part}`)) return 'pass'
        asked += 1
        return fails ? gone : 'pass'
      })
      await page.goto(await newUrl())
      await expect.poll(() => asked).toBeGreaterThan(0)
      if (part === 'en-') {
        await page.getByText('opening this page has not used up your link').first().waitFor()
        fails = false
        await expectPage(page, 'landing')
        return
      }
      await press(page, 'Start')
      await page.waitForTimeout(500)
      await expectPage(page, 'landing')
      fails = false
      await expectPage(page, 'who')
    },
  )

  test('can be started again where the worker did not come at first', async () => {
    const { page } = await open()
    let fails = true
    proxy.decide((req) => (fails && req.url?.includes('.worker-') === true ? gone : 'pass'))
    await page.goto(await newUrl())
    await press(page, 'Start')
    await page.getByRole('button', { name: 'Try again' }).waitFor()
    fails = false
    // A second press so soon would be the same press.
    await page.waitForTimeout(500)
    await press(page, 'Start')
    await expectPage(page, 'who')
  })

  test('waits for the internet before anything is known, and goes on by itself', async () => {
    const { page } = await open()
    let fails = true
    proxy.decide((req) => (fails && req.url === '/api/send/look' ? { cutAfter: 0 } : 'pass'))
    await page.goto(await newUrl())
    await page
      .getByText(/internet/)
      .first()
      .waitFor()
    fails = false
    await expectPage(page, 'landing')
  })
})
