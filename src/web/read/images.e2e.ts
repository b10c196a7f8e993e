/** The viewer in a real browser, on a real gateway: the same pixels whatever the transfer syntax, and no wrong slice ever. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWindow, startBrowser } from '#fixtures/browser/browser.ts'
import { expectNoViolations } from '#fixtures/browser/expectations.ts'
import { enter, invite, openImages, sendRecords, shownSlice } from '#fixtures/browser/reading.ts'
import { call } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { compress, compressions } from '#fixtures/dicom/compressed.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { ctSlice } from '#fixtures/dicom/shapes.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'

let folder: string
let gateway: Gateway
let desk: Desk
let browser: Browser
let study: string
let packed: string

const slices = [...ctStudy({ slices: 24, seed: 81, rows: 96, columns: 96, series: 2 })]

/** The same pixels in five objects of five studies, so that none is a duplicate of another. */
const same = (n: number): Buffer =>
  ctSlice({ seed: 82, rows: 96, columns: 96, patient: { ...canaryPatient, id: `CANARY-${n}` } }).bytes

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'second-read-images-'))
  gateway = await startGateway(folder, { PROXIES: '1' })
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  study = await sendRecords(
    gateway.url,
    desk,
    slices.map(({ path, bytes }) => ({ path, bytes })),
  )
  packed = await sendRecords(gateway.url, desk, [
    { path: 'plain', bytes: same(0) },
    ...compressions.map((how, index) => ({ path: how, bytes: compress(same(index + 1), how) })),
  ])
  browser = await startBrowser()
})

afterAll(async () => {
  await browser?.close()
  await gateway?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const open = async (id: string) => {
  const window = await openWindow(browser, { url: gateway.url })
  const invited = await invite(gateway.url, desk, id)
  await enter(window.page, invited)
  return { ...window, window, invited }
}

/** Digest of what the first pane's canvas shows, and how many different values are in it. */
const look = (page: Page): Promise<{ readonly digest: string; readonly values: number }> =>
  page.evaluate(async () => {
    const canvas = document.querySelector<HTMLCanvasElement>('.pane canvas')
    const context = canvas?.getContext('2d')
    if (canvas === null || context === undefined || context === null) return { digest: '', values: 0 }
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data))
    return { digest: Array.from(digest).join(' '), values: new Set(data).size }
  })

const number = (page: Page) => page.locator('.slice-number').first().textContent()

describe('what is on the screen', () => {
  test('has the same pixels in five transfer syntaxes, and is never empty', async () => {
    const { page, window } = await open(packed)
    await openImages(page)
    const tiles = page.locator('.strip button')
    expect(await tiles.count()).toBe(compressions.length + 1)
    const seen: { readonly digest: string; readonly values: number }[] = []
    for (let at = 0; at <= compressions.length; at += 1) {
      await tiles.nth(at).click()
      await page.locator('.strip button[aria-current]').nth(0).waitFor()
      await shownSlice(page, 1)
      await page.getByRole('button', { name: 'Soft tissue', exact: true }).click()
      await page.getByText('C 40 · W 400').waitFor()
      await page.waitForTimeout(100)
      seen.push(await look(page))
    }
    expect(new Set(seen.map(({ digest }) => digest)).size).toBe(1)
    expect(seen[0]?.values).toBeGreaterThan(50)
    expectNoViolations(window)
    await window.close()
  })

  test('is another slice for every step, by wheel, keys, bar and drag, and the number is that of the picture', async () => {
    const { page, window } = await open(study)
    await openImages(page)
    await shownSlice(page, 13)
    const seen = new Map<string | null, string>()
    const note = async () => seen.set(await number(page), (await look(page)).digest)
    await note()
    await page.locator('.picture').hover()
    await page.mouse.wheel(0, 100)
    await shownSlice(page, 14)
    await note()
    await page.locator('.bar input').focus()
    await page.keyboard.press('ArrowRight')
    await shownSlice(page, 15)
    await note()
    await page.locator('.toolbar .tool').first().focus()
    await page.keyboard.press('PageUp')
    await shownSlice(page, 5)
    await note()
    await page.keyboard.press('End')
    await shownSlice(page, 24)
    await note()
    expect([...seen.keys()]).toEqual([13, 14, 15, 5, 24].map((n) => `Slice ${n} of 24`))
    expect(new Set(seen.values()).size).toBe(5)
    await page.keyboard.press('s')
    const box = await page.locator('.picture').boundingBox()
    await page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 300)
    await page.mouse.down()
    await page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 220, { steps: 10 })
    await page.mouse.up()
    await shownSlice(page, 14)
    expect((await look(page)).digest).toBe(seen.get('Slice 14 of 24'))
    expectNoViolations(window)
    await window.close()
  })

  test('has its own number at every moment, also where drawing comes late', async () => {
    const { page, window } = await open(study)
    await openImages(page)
    await shownSlice(page, 13)
    await page.evaluate(() => {
      const soon = requestAnimationFrame.bind(globalThis)
      globalThis.requestAnimationFrame = (draw) => Number(setTimeout(() => soon(draw), 150))
      const seen = new Set<string>()
      Object.assign(globalThis, { seen })
      setInterval(() => {
        const number = document.querySelector('.slice-number')?.textContent
        const canvas = document.querySelector<HTMLCanvasElement>('.pane canvas')
        const { width = 0, height = 0 } = canvas ?? {}
        const middle = canvas?.getContext('2d')?.getImageData(width / 4, height / 2, width / 2, 32).data
        seen.add(`${number}: ${middle?.reduce((sum, value) => (Math.imul(sum, 31) + value) | 0, 0)}`)
      }, 20)
    })
    await page.locator('.toolbar .tool').first().focus()
    for (const to of [14, 15, 16]) {
      await page.keyboard.press('ArrowDown')
      await shownSlice(page, to)
    }
    for (let step = 0; step < 6; step += 1) {
      await page.keyboard.press('ArrowUp')
      await page.waitForTimeout(60)
    }
    await shownSlice(page, 10)
    await page.waitForTimeout(400)
    const seen = await page.evaluate(() => [...(Reflect.get(globalThis, 'seen') as Set<string>)])
    const [numbers, pictures] = [0, 1].map((half) => new Set(seen.map((one) => one.split(': ')[half])))
    expect(numbers?.size).toBeGreaterThan(4)
    expect([numbers?.size, pictures?.size]).toEqual([seen.length, seen.length])
    expectNoViolations(window)
    await window.close()
  })

  test('says whose it is, and letters turn with the picture', async () => {
    const { page, window } = await open(study)
    await openImages(page)
    const overlay = page.locator('.overlay')
    await overlay.getByText('CANARYPATIENT, ASHA').waitFor()
    await page.locator('.patient').getByText('born 29 February 1968').waitFor()
    const letters = async () =>
      Promise.all(
        ['left', 'right', 'top', 'bottom'].map((side) => page.locator(`.letter.${side}`).textContent()),
      )
    expect(await letters()).toEqual(['R', 'L', 'A', 'P'])
    await page.getByRole('button', { name: 'Flip', exact: true }).click()
    await expect.poll(letters).toEqual(['L', 'R', 'A', 'P'])
    await page.getByRole('button', { name: 'Fit', exact: true }).click()
    await expect.poll(letters).toEqual(['R', 'L', 'A', 'P'])
    await page.getByRole('button', { name: 'Rotate', exact: true }).click()
    await expect.poll(letters).toEqual(['P', 'A', 'R', 'L'])
    expectNoViolations(window)
    await window.close()
  })

  test('is measured in millimetres', async () => {
    const { page, window } = await open(study)
    await openImages(page)
    await page.getByRole('button', { name: 'Length', exact: true }).click()
    await page.locator('.picture').hover()
    const box = await page.locator('.picture').boundingBox()
    const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2]
    await page.mouse.move(x - 100, y)
    await page.mouse.down()
    await page.mouse.move(x + 100, y, { steps: 5 })
    await page.mouse.up()
    const text = (await page.locator('.measures text').textContent()) ?? ''
    // 96 pixels of 0.7 mm fill the height of the pane.
    const expected = (200 / (box?.height ?? 1)) * 96 * 0.7
    expect(text).toMatch(/ mm$/)
    expect(Math.abs(Number.parseFloat(text) - expected)).toBeLessThan(0.5)
    await window.close()
  })

  test('is two series side by side that scroll together', async () => {
    const { page, window } = await open(study)
    await openImages(page)
    await page.getByRole('button', { name: 'Layout 1 × 2' }).click()
    await page.locator('.pane').nth(1).click()
    await page.locator('.strip button').nth(1).click()
    await expect
      .poll(() => page.locator('.slice-number').allTextContents())
      .toEqual(['Slice 13 of 24', 'Slice 13 of 24'])
    await page.locator('.picture').nth(1).hover()
    await page.mouse.wheel(0, 100)
    await expect
      .poll(() => page.locator('.slice-number').allTextContents())
      .toEqual(['Slice 14 of 24', 'Slice 14 of 24'])
    expectNoViolations(window)
    await window.close()
  })
})

describe('what cannot be read', () => {
  test('is said, with nothing of another slice in its place, and its original is to be had', async () => {
    const { page, window } = await open(study)
    const broken = slices.find(
      ({ seriesNumber, instanceNumber }) => seriesNumber === 1 && instanceNumber === 14,
    )
    await page.route(`**/instances/${broken?.sopUid}/frames/**`, (route) => route.fulfill({ status: 500 }))
    await openImages(page)
    await shownSlice(page, 13)
    await page.locator('.toolbar .tool').first().focus()
    await page.keyboard.press('ArrowDown')
    await page.getByText('Slice 14 could not be read').waitFor()
    expect(await number(page)).toBe('Slice 14 of 24')
    const [over, picture] = await Promise.all(
      ['.unread', '.picture'].map((place) => page.locator(place).boundingBox()),
    )
    expect([over?.width, over?.height]).toEqual([picture?.width, picture?.height])
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download the original' }).click()
    const stream = await (await downloading).createReadStream()
    const bytes = Buffer.concat(await stream.toArray())
    expect(bytes.includes(Buffer.from(broken?.sopUid ?? 'none'))).toBe(true)
    await page.locator('.toolbar .tool').first().focus()
    await page.keyboard.press('ArrowDown')
    await shownSlice(page, 15)
    expect(await page.locator('.unread').count()).toBe(0)
    expectNoViolations(window)
    await window.close()
  })

  test('is everything once the desk has ended the access: the page says so, and nothing is left of the patient', async () => {
    const { page, window, invited } = await open(study)
    await openImages(page)
    await call(`${gateway.url}/api/readers/${invited.reader}/end`, { method: 'POST', token: desk.token })
    // The small pictures may have found out before the click.
    await page
      .locator('.strip button')
      .nth(1)
      .click({ timeout: 2_000 })
      .catch(() => null)
    await page.getByRole('heading', { name: 'The desk has ended this access' }).waitFor()
    expect(await page.locator('canvas').count()).toBe(0)
    expect(await page.locator('body').textContent()).not.toMatch(/canarypatient/i)
    await page.reload()
    await page.getByRole('heading', { name: 'The link is not complete' }).waitFor()
    expectNoViolations(window)
    await window.close()
  })
})
