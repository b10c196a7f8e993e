/** Documents in a real browser: scans in every codec draw, an empty page is said to be one, photos stand upright. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWindow, startBrowser, type Window } from '#fixtures/browser/browser.ts'
import { expectGoodLooks, expectNoViolations } from '#fixtures/browser/expectations.ts'
import { enter, invite, sendRecords } from '#fixtures/browser/reading.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { codestreamOf, compress } from '#fixtures/dicom/compressed.ts'
import { ctSlice } from '#fixtures/dicom/shapes.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { reportPdf } from '#fixtures/pdf.ts'
import { telephoneJpeg } from '#fixtures/picture/pictures.ts'
import { heicSample } from '#fixtures/picture/samples.ts'
import { emptyPdf, scanPdf } from '#fixtures/scan-pdf.ts'

let folder: string
let gateway: Gateway
let desk: Desk
let browser: Browser
let window: Window
let page: Page

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'second-read-documents-'))
  gateway = await startGateway(folder, { PROXIES: '1' })
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  const codestream = codestreamOf(compress(ctSlice({ seed: 86 }).bytes, 'jpeg2000'))
  const id = await sendRecords(gateway.url, desk, [
    { path: 'fax.pdf', bytes: await scanPdf('ccitt') },
    { path: 'scan.pdf', bytes: await scanPdf('jbig2') },
    { path: 'film.pdf', bytes: await scanPdf('jpeg2000', codestream) },
    { path: 'broken.pdf', bytes: await scanPdf('jpeg2000', codestream.subarray(0, 90)) },
    { path: 'empty.pdf', bytes: await emptyPdf() },
    { path: 'report.pdf', bytes: await reportPdf({ seed: 86, pages: 3 }) },
    { path: 'photo.jpg', bytes: await telephoneJpeg(6, { width: 40, height: 20 }) },
    { path: 'photo.heic', bytes: heicSample() },
  ])
  browser = await startBrowser()
  window = await openWindow(browser, { url: gateway.url })
  page = window.page
  await enter(page, await invite(gateway.url, desk, id))
  await page.getByRole('tab', { name: /Documents/ }).click()
})

afterAll(async () => {
  await browser?.close()
  await gateway?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const choose = (name: string): Promise<void> =>
  page.locator('.paper-list').getByRole('button', { name }).click()

/** The part of the page that is dark. */
const darkness = (): Promise<number> =>
  page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('.sheet canvas')
    const context = canvas?.getContext('2d')
    if (canvas === null || context === undefined || context === null) return -1
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
    let dark = 0
    for (let at = 0; at < data.length; at += 4) if ((data[at] ?? 255) < 128) dark += 1
    return dark / (data.length / 4)
  })

test.each([
  // Half of the picture's columns, and the picture is 4/9 of the page.
  ['fax.pdf', 0.222],
  ['scan.pdf', 0.222],
])('a scan in %s draws what is in it', async (name, expected) => {
  await choose(name)
  await page.locator('.sheet[data-drawn=drawn]').waitFor()
  expect(Math.abs((await darkness()) - expected)).toBeLessThan(0.02)
})

test('one that is chosen while another opens or closes draws', async () => {
  // As on a busy machine: what the page asks its worker arrives late.
  await page.evaluate(() => {
    const post = Reflect.get(Worker.prototype, 'postMessage')
    Reflect.set(Worker.prototype, 'postMessage', function (this: Worker, ...given: unknown[]) {
      setTimeout(() => Reflect.apply(post, this, given), 400)
    })
    Reflect.set(globalThis, 'endLate', () => Reflect.set(Worker.prototype, 'postMessage', post))
  })
  await choose('photo.jpg')
  await page.waitForTimeout(1_000)
  await choose('report.pdf')
  await page.waitForTimeout(200)
  for (const name of ['fax.pdf', 'scan.pdf', 'fax.pdf']) {
    await choose(name)
    await page.locator('.sheet[data-drawn=drawn]').waitFor()
    expect(Math.abs((await darkness()) - 0.222)).toBeLessThan(0.02)
  }
  await page.evaluate(() => Reflect.apply(Reflect.get(globalThis, 'endLate'), null, []))
})

test('a scan in JPEG 2000 draws', async () => {
  await choose('film.pdf')
  await page.locator('.sheet[data-drawn=drawn]').waitFor()
  expect(await darkness()).toBeGreaterThan(0.1)
})

test('a scan that cannot be decoded, and an empty page, are said and not just white', async () => {
  await choose('broken.pdf')
  await page.getByText(/did not draw/).waitFor()
  await expectGoodLooks(page)
  await choose('empty.pdf')
  await page.getByText('This page came out empty').waitFor()
  await page.getByRole('button', { name: 'Download the original' }).waitFor()
})

test('the text of a page can be selected, pages are chosen, and it turns', async () => {
  await choose('report.pdf')
  await page.locator('.sheet[data-drawn=drawn]').waitFor()
  await page.getByRole('button', { name: 'Page 3' }).click()
  await page.locator('.sheet-text').getByText('Page 3 of 3').waitFor()
  const [upright, text] = await Promise.all([
    page.locator('.sheet canvas').boundingBox(),
    page.locator('.sheet-text').getByText('Department of Radiology').boundingBox(),
  ])
  expect((upright?.height ?? 0) > (upright?.width ?? 0)).toBe(true)
  // The words lie over their picture: in the upper part, left, and as wide as they are drawn.
  expect((text?.y ?? 0) - (upright?.y ?? 0)).toBeLessThan((upright?.height ?? 0) / 4)
  const wide = (text?.width ?? 0) / (upright?.width ?? 1)
  expect(wide).toBeGreaterThan(0.28)
  expect(wide).toBeLessThan(0.4)
  await page.getByRole('button', { name: 'Turn' }).click()
  await expect
    .poll(async () => {
      const box = await page.locator('.sheet canvas').boundingBox()
      return (box?.width ?? 0) > (box?.height ?? 0)
    })
    .toBe(true)
})

test('a photo stands upright, grows and turns; one that no browser draws is downloaded', async () => {
  await choose('photo.jpg')
  const box = async () => {
    const { width = 0, height = 0 } = (await page.locator('.photo').boundingBox()) ?? {}
    return { width, height }
  }
  // 40 × 20 as stored, held upright by its camera.
  await expect.poll(async () => (await box()).height > (await box()).width).toBe(true)
  const { width } = await box()
  await page.getByRole('button', { name: 'Larger' }).click()
  await expect.poll(async () => (await box()).width > width).toBe(true)
  await page.waitForTimeout(450)
  await page.getByRole('button', { name: 'Turn' }).click()
  await expect.poll(async () => (await box()).width > (await box()).height).toBe(true)
  await expectGoodLooks(page)
  await choose('photo.heic')
  await page.getByText('This kind of file is not shown here').waitFor()
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download the original' }).click()
  expect((await downloading).suggestedFilename()).toBe('photo.heic')
})

test('all of it under its policy, and nobody else was asked', () => expectNoViolations(window))
