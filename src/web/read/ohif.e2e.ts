/**
 * “Open in OHIF” in a real browser: the real button, and at another origin a page that asks as OHIF would and is none of
 * OHIF's code (`fixtures/browser/ohif-stand-in.ts`). OHIF itself is not run here.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWindow, startBrowser, type Window } from '#fixtures/browser/browser.ts'
import { expectGoodLooks } from '#fixtures/browser/expectations.ts'
import { findSmallControls } from '#fixtures/browser/look.ts'
import { type StandIn, type StandInTold, startStandIn } from '#fixtures/browser/ohif-stand-in.ts'
import { enter, invite, sendRecords } from '#fixtures/browser/reading.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'

const side = 64
const slices = [
  ...ctStudy({ slices: 2, seed: 91, rows: side, columns: side }),
  ...ctStudy({ slices: 2, seed: 92, rows: side, columns: side }),
]

let folder: string
let standIn: StandIn
let stranger: StandIn
let gateway: Gateway
let desk: Desk
let browser: Browser
let id: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'second-read-ohif-e2e-'))
  standIn = await startStandIn()
  stranger = await startStandIn()
  gateway = await startGateway(folder, { OHIF_URL: standIn.url })
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  id = await sendRecords(gateway.url, desk, slices)
  browser = await startBrowser()
})

afterAll(async () => {
  await browser?.close()
  await gateway?.stop()
  await standIn?.close()
  await stranger?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A window that sends nothing a browser would not: a header of the test's own would have to be allowed to other origins. */
const open = async (terms: Partial<Parameters<typeof openWindow>[1]> = {}): Promise<Window> => {
  const window = await openWindow(browser, { url: gateway.url, ...terms })
  await window.context.setExtraHTTPHeaders({})
  return window
}

const press = (page: Page): Promise<void> => page.getByRole('button', { name: 'Open in OHIF' }).click()

const pressed = async ({ context, page }: Window): Promise<Page> => {
  const [opened] = await Promise.all([context.waitForEvent('page'), press(page)])
  return opened
}

const told = async (page: Page): Promise<StandInTold> =>
  JSON.parse((await page.locator('#told').textContent()) ?? 'null') as StandInTold

const digests = Object.fromEntries(
  slices.map(({ sopUid, bytes }) => [
    sopUid,
    createHash('sha256')
      .update(bytes.subarray(-2 * side * side))
      .digest('hex'),
  ]),
)

describe('the case in OHIF', () => {
  test('opens in a tab that has no hold on this one, and there every slice can be read', async () => {
    const window = await open()
    const { page, seen } = window
    await enter(page, await invite(gateway.url, desk, id))
    await page.getByText(/OHIF is another program, for which Second-opinion desk is responsible/).waitFor()
    const opened = await pressed(window)
    expect(await told(opened)).toEqual({
      opener: false,
      referrer: '',
      isolated: true,
      studies: expect.toSatisfy(
        (uids: string[]) =>
          new Set(uids).size === 2 && uids.every((uid) => slices.some(({ studyUid }) => studyUid === uid)),
      ),
      patient: canaryPatient.id,
      frames: digests,
    })
    // A page behind another is drawn late, or never.
    await opened.close()
    await page.getByText(/It can fetch the images until \d\d:\d\d/).waitFor()
    await expectGoodLooks(page)
    expect(seen.violations).toEqual([])
    expect(seen.errors).toEqual([])
    const origin = new URL(standIn.url).origin
    expect(seen.foreign.filter((line) => !line.includes(`${origin}/`))).toEqual([])
    await window.close()
  })

  test('is refused by the browser to a page of any other origin', async () => {
    const window = await open()
    await enter(window.page, await invite(gateway.url, desk, id))
    const opened = await pressed(window)
    const own = new URL(opened.url())
    await opened.goto(`${stranger.url}/viewer/dicomwebproxy${own.search}`)
    expect(await told(opened)).toEqual({ failed: 'Failed to fetch' })
    await opened.goto(own.href)
    expect(await told(opened)).toMatchObject({ frames: digests })
    await window.close()
  })

  test('ends with reading; what is opened again has an address of its own', async () => {
    const window = await open()
    const { page } = window
    await enter(page, await invite(gateway.url, desk, id))
    const first = await pressed(window)
    await told(first)
    await page.waitForTimeout(450)
    const second = await pressed(window)
    expect(await told(second)).toMatchObject({ frames: digests })
    expect(second.url()).not.toBe(first.url())
    await page.getByRole('button', { name: 'End reading' }).click()
    await page.getByRole('heading', { name: 'You have finished reading' }).waitFor()
    for (const tab of [first, second]) {
      await tab.reload()
      expect(await told(tab)).toEqual({ failed: 'source: 401' })
    }
    await window.close()
  })

  test('after ten minutes the page says that OHIF cannot read on, and opens it again', async () => {
    const window = await open()
    const { page } = window
    await page.clock.install()
    await enter(page, await invite(gateway.url, desk, id))
    const opened = await pressed(window)
    await told(opened)
    await opened.close()
    const link = page.getByRole('link', { name: 'No new tab? Open OHIF from here.' })
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer')
    await page.clock.fastForward('10:01')
    await page.getByText('OHIF cannot fetch images any more. To go on there, please open it again.').waitFor()
    expect(await link.count()).toBe(0)
    expect(await told(await pressed(window))).toMatchObject({ frames: digests })
    await window.close()
  })

  test.each(['hi', 'mr'] as const)('is offered in %s on a phone', async (language) => {
    const window = await open({ locale: `${language}-IN`, viewport: 'phone' })
    const { page } = window
    const invited = await invite(gateway.url, desk, id)
    await page.goto(invited.url)
    await page.locator('#enter-code').fill(invited.code)
    await page.locator('form button').click()
    const [opened] = await Promise.all([
      window.context.waitForEvent('page'),
      page.getByRole('button', { name: 'OHIF' }).click(),
    ])
    await told(opened)
    await opened.close()
    await page.locator('.ohif-terms a').waitFor()
    await expectGoodLooks(page)
    expect(await findSmallControls(page)).toEqual([])
    await window.close()
  })
})

test('a reader whose hospital has no OHIF is offered none', async () => {
  const without = mkdtempSync(join(tmpdir(), 'second-read-no-ohif-'))
  const plain = await startGateway(without)
  const own = await signIn(plain.url, plain.signInCode ?? '')
  const of = await sendRecords(plain.url, own, slices.slice(0, 1))
  const window = await open({ url: plain.url })
  await enter(window.page, await invite(plain.url, own, of))
  await window.page.getByRole('button', { name: 'Open in Weasis' }).waitFor()
  expect(await window.page.getByText('OHIF').count()).toBe(0)
  await window.close()
  await plain.stop()
  rmSync(without, { recursive: true, force: true })
})
