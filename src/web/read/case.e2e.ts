/** A specialist's way in a real browser, on a real gateway: in by link and code, the case, taking it along, and out. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWindow, startBrowser } from '#fixtures/browser/browser.ts'
import { expectGoodLooks, expectNoViolations } from '#fixtures/browser/expectations.ts'
import { findSmallControls } from '#fixtures/browser/look.ts'
import { enter, invite, openImages, question, sendRecords } from '#fixtures/browser/reading.ts'
import { call, must } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { ctSlice } from '#fixtures/dicom/shapes.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { reportPdf } from '#fixtures/pdf.ts'

let folder: string
let gateway: Gateway
let desk: Desk
let browser: Browser
let id: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'second-read-case-'))
  gateway = await startGateway(folder, { PROXIES: '1' })
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  id = await sendRecords(gateway.url, desk, [
    ...[...ctStudy({ slices: 6, seed: 84, rows: 64, columns: 64 })].map(({ path, bytes }) => ({
      path,
      bytes,
    })),
    { path: 'report.pdf', bytes: await reportPdf({ seed: 84, pages: 2 }) },
  ])
  browser = await startBrowser()
})

afterAll(async () => {
  await browser?.close()
  await gateway?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const open = (terms: Partial<Parameters<typeof openWindow>[1]> = {}) =>
  openWindow(browser, { url: gateway.url, ...terms })

const bundleDigest = async (): Promise<string> => {
  const { token } = await desk.openGrant(id)
  const { body } = await call(`${gateway.url}/api/cases/${id}/bundle`, { token })
  return createHash('sha256').update(body).digest('hex')
}

const code = async (page: Page, text: string): Promise<void> => {
  await page.getByLabel('Code').fill(text)
  // A second press this soon is taken for the first one.
  await page.waitForTimeout(450)
  await page.getByRole('button', { name: 'Open the records' }).click()
}

describe('getting in', () => {
  test('takes the code, once; the link is gone from the address, a reload stays in, another tab does not', async () => {
    const window = await open()
    const { page } = window
    const invited = await invite(gateway.url, desk, id)
    await page.goto(invited.url)
    await code(page, 'WRONG')
    await page.getByText('You can try 4 more times').first().waitFor()
    await code(page, invited.code)
    await page.getByRole('heading', { name: 'Second opinion' }).waitFor()
    expect(page.url()).toBe(`${gateway.url}/read`)
    await page.reload()
    await page.getByText(question).waitFor()

    const other = await window.context.newPage()
    await other.goto(invited.url)
    await other.getByRole('heading', { name: 'This link was opened before' }).waitFor()
    await other.close()
    expect(window.requests.filter((line) => line.includes(invited.url.split('#')[1] ?? '-'))).toEqual([])

    await page.getByRole('button', { name: 'End reading' }).click()
    await page.getByRole('heading', { name: 'You have finished reading' }).waitFor()
    expect(await page.content()).not.toMatch(/canarypatient/i)
    await page.reload()
    await page.getByRole('heading', { name: 'The link is not complete' }).waitFor()
    expectNoViolations(window)
    await window.close()
  })

  test('rests after five wrong codes', async () => {
    const window = await open()
    const { page } = window
    await page.goto((await invite(gateway.url, desk, id)).url)
    for (const text of ['A', 'B', 'C', 'D', 'E']) {
      await code(page, text)
      await page
        .getByText(/more times?\.|Please wait/)
        .first()
        .waitFor()
    }
    await page.getByText(/the link rests until \d\d:\d\d/).waitFor()
    await expectGoodLooks(page)
    expectNoViolations(window)
    await window.close()
  })

  test('says what is wrong with a link that lets nobody in, and with a line that is gone', async () => {
    const window = await open()
    const { page, context } = window
    for (const [link, title] of [
      ['', 'The link is not complete'],
      ['#nonsense', 'This link does not work'],
    ] as const) {
      await page.goto('about:blank')
      await page.goto(`/read${link}`)
      await page.getByRole('heading', { name: title }).waitFor()
      await expectGoodLooks(page)
    }
    const invited = await invite(gateway.url, desk, id)
    await call(`${gateway.url}/api/readers/${invited.reader}/end`, { method: 'POST', token: desk.token })
    await page.goto('about:blank')
    await page.goto(invited.url)
    await page.getByRole('heading', { name: 'The desk has ended this access' }).waitFor()
    await page.route('**/api/read/enter', (route) => route.abort())
    await page.goto('about:blank')
    await page.goto((await invite(gateway.url, desk, id)).url)
    await page.getByRole('heading', { name: 'We cannot reach the service' }).waitFor()
    await page.unroute('**/api/read/enter')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('heading', { name: 'Enter your code' }).waitFor()
    await context.close()
  })
})

describe('the case', () => {
  test('is opened without the viewer, which comes when it is asked for', async () => {
    const window = await open()
    const { page } = window
    await enter(page, await invite(gateway.url, desk, id))
    await page.getByText('What arrived').waitFor()
    await page.getByText(/The case was opened on \d+ \w+ 20\d\d, \d\d:\d\d IST\./).waitFor()
    expect(await page.title()).toBe('Read medical records')
    const parts = () => window.requests.filter((line) => /\/assets\/(viewer|pdf|decode)/.test(line))
    expect(parts()).toEqual([])
    await page.locator('.patient').getByText('Studies: 19 October 2026').waitFor()
    await openImages(page)
    expect(parts().join()).toContain('viewer')
    expectNoViolations(window)
    await window.close()
  })

  test.each([
    ['en', 'desk', ['Images (6)', 'Documents (1)', 'History']],
    ['en', 'phone', ['Images (6)', 'Documents (1)', 'History']],
    ['hi', 'desk', ['तस्वीरें (6)', 'काग़ज़ात (1)', 'इतिहास']],
    ['hi', 'phone', ['तस्वीरें (6)', 'काग़ज़ात (1)', 'इतिहास']],
    ['mr', 'desk', ['प्रतिमा (6)', 'कागदपत्रे (1)', 'इतिहास']],
    ['mr', 'phone', ['प्रतिमा (6)', 'कागदपत्रे (1)', 'इतिहास']],
  ] as const)('reads and fits in %s at a %s', async (language, viewport, [images, documents, history]) => {
    const window = await open({ locale: `${language}-IN`, viewport })
    const { page } = window
    const invited = await invite(gateway.url, desk, id)
    await page.goto(invited.url)
    await page.locator('#enter-code').fill(invited.code)
    await expectGoodLooks(page)
    await page.locator('form button').click()
    await page.getByRole('tab', { name: history }).waitFor()
    await page.locator('.studies').waitFor()
    await expectGoodLooks(page)
    await page.getByRole('tab', { name: documents }).click()
    await page.locator('.sheet[data-drawn=drawn]').waitFor()
    await expectGoodLooks(page)
    await page.getByRole('tab', { name: images }).click()
    await page.locator('.pane:not([data-shown=""])').waitFor()
    await page.locator('.viewer summary').click()
    await expectGoodLooks(page)
    expect(await findSmallControls(page)).toEqual([])
    expectNoViolations(window)
    await window.close()
  })

  test('of nothing yet says so, and of images that name somebody else warns', async () => {
    const empty = await sendRecords(gateway.url, desk, [])
    const mixed = await sendRecords(gateway.url, desk, [
      {
        path: 'other.dcm',
        bytes: ctSlice({ seed: 85, patient: { ...canaryPatient, birthDate: '19551104' } }).bytes,
      },
    ])
    const [held] = await desk.items(mixed)
    const window = await open()
    const { page } = window
    await enter(page, await invite(gateway.url, desk, empty))
    await page.getByText('There is nothing to read in this case').waitFor()
    expect(await page.getByRole('button', { name: /Download|Weasis|DICOMweb/ }).count()).toBe(0)
    await expectGoodLooks(page)
    await page.getByRole('button', { name: 'End reading' }).click()
    await page.getByRole('heading', { name: 'You have finished reading' }).waitFor()
    await enter(page, await invite(gateway.url, desk, mixed))
    await page.getByText('1 file is held back').waitFor()
    await must(`${gateway.url}/api/cases/${mixed}/items/${held?.id}/release`, {
      token: desk.token,
      json: { reason: 'identity-confirmed' },
    })
    await page.reload()
    await page.getByText(/Check the patient: some images name somebody else/).waitFor()
    await page
      .getByText(/CANARYPATIENT, ASHA, born 4 November 1955/)
      .first()
      .waitFor()
    await expectGoodLooks(page)
    expectNoViolations(window)
    await window.close()
  })
})

describe('taking it along', () => {
  test('everything goes into a file the reader chose, the same bytes', async () => {
    const window = await open()
    const { page } = window
    // Chromium's own dialogue cannot be answered here: the file is one of the browser's private ones, and as real.
    await page.addInitScript(() => {
      Reflect.set(globalThis, 'showSaveFilePicker', async (terms: { suggestedName: string }) => {
        const root = await navigator.storage.getDirectory()
        return root.getFileHandle(terms.suggestedName, { create: true })
      })
    })
    await enter(page, await invite(gateway.url, desk, id))
    await page.getByRole('button', { name: /Download everything \(\d/ }).click()
    await page.getByText('All is downloaded.').waitFor()
    const digest = await page.evaluate(async (name) => {
      const root = await navigator.storage.getDirectory()
      const file = await (await root.getFileHandle(name)).getFile()
      const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()))
      return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
    }, `case-${id}.zip`)
    expect(digest).toBe(await bundleDigest())
    expectNoViolations(window)
    await window.close()
  })

  test('where a page can write no file the browser downloads it by itself, the same bytes', async () => {
    const window = await open()
    const { page, context } = window
    await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker'))
    await enter(page, await invite(gateway.url, desk, id))
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: /Download everything/ }).click()
    const download = await downloading
    expect(download.suggestedFilename()).toBe(`case-${id}.zip`)
    const bytes = Buffer.concat(await (await download.createReadStream()).toArray())
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(await bundleDigest())
    const [cookie] = await context.cookies(`${gateway.url}/api/cases/${id}/bundle`)
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: `/api/cases/${id}/bundle` })
    expect(await context.cookies(`${gateway.url}/api/cases/${id}/notes`)).toEqual([])
    expectNoViolations(window)
    await window.close()
  })

  test('the DICOMweb address that is copied answers with its token, until reading has ended', async () => {
    const window = await open()
    const { page, context } = window
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await enter(page, await invite(gateway.url, desk, id))
    await page.getByRole('button', { name: 'Copy DICOMweb address' }).click()
    await page.getByText(/Copied\. The address works until \d\d:\d\d/).waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    const [address = '', header = ''] = copied.split('\n')
    const token = header.replace('Authorization: Bearer ', '')
    expect(await page.locator('body').textContent()).not.toContain(token)
    const ask = () => call(`${gateway.url}${new URL(address).pathname}/studies`, { token })
    expect((await ask()).status).toBe(200)
    await page.getByRole('button', { name: 'End reading' }).click()
    await page.getByRole('heading', { name: 'You have finished reading' }).waitFor()
    expect((await ask()).status).toBe(401)
    expectNoViolations(window)
    await window.close()
  })
})
