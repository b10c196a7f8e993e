/** The sender's flow in a real browser against a real gateway, over lines that break: nothing lost, nothing twice. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openWindow, startBrowser, type Window } from '#fixtures/browser/browser.ts'
import { expectNoViolations } from '#fixtures/browser/expectations.ts'
import {
  digestsOf,
  drop,
  enter,
  expectArrived,
  expectPage,
  makeFolder,
  press,
  send,
  signedFor,
} from '#fixtures/browser/sender.ts'
import { must } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { openProxy, type Proxy } from '#fixtures/faults/proxy.ts'
import { openSlowLine, type SlowLine } from '#fixtures/faults/slow-line.ts'
import { findPort, type Gateway, startGateway } from '#fixtures/gateway.ts'

let browser: Browser
let folder: string
let port: string
let metrics: string
let gateway: Gateway
let proxy: Proxy
let desk: Desk
let window: Window | null = null

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-flow-'))
  port = String(await findPort())
  metrics = String(await findPort())
  gateway = await startGateway(join(folder, 'data'), { PORT: port, METRICS_PORT: metrics })
  proxy = await openProxy(gateway.url)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  browser = await startBrowser()
})

afterEach(async () => {
  proxy.decide(() => 'pass')
  await window?.close()
  window = null
})

afterAll(async () => {
  await browser.close()
  await proxy.close()
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

const open = async (url: string): Promise<Window> => {
  window = await openWindow(browser, { url })
  return window
}

const newLink = async (
  through: string,
  patient = { name: 'Doe^Jane', birthDate: '19700203' },
  terms: Record<string, unknown> = {},
) => {
  const of = await desk.openCase(patient)
  const { link: id, url, code } = await desk.openLink(of, terms)
  return { id, of, code, link: url.slice(url.indexOf('#') + 1), url: url.replace(gateway.url, through) }
}

/** Requests with parts, and their bytes, that went through the proxy. */
const countParts = () => {
  const counted = { parts: 0, bytes: 0 }
  proxy.decide((req) => {
    if (req.method === 'PUT') {
      counted.parts += 1
      counted.bytes += Number(req.headers['content-length'] ?? 0)
    }
    return 'pass'
  })
  return counted
}

/** Bytes in parts that the gateway has acknowledged, by its own count. */
const receivedBytes = async (): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text()
  return Number(/^second_read_bytes_received_total (\d+)$/m.exec(text)?.[1])
}

const bytesOf = (files: readonly { readonly size: number }[]): number =>
  files.reduce((sum, { size }) => sum + size, 0)

describe('a folder that is dropped', () => {
  test('arrives whole, and its receipt holds and can be kept', async () => {
    const disc = join(folder, 'disc 101')
    const made = await makeFolder(disc, 101, 3_000)
    const { of, link, url } = await newLink(proxy.url)
    const { page, seen } = await open(proxy.url)
    await enter(page, url)
    await drop(page, [disc])
    await page.getByText('Patient matches').waitFor()
    await send(page)
    await expectPage(page, 'receipt')
    await page.getByText('agrees with the files on this device').waitFor()
    const download = page.waitForEvent('download')
    await press(page, /checksums/)
    const list = await (await download).createReadStream()
    const lines = Buffer.concat(await list.toArray())
      .toString('utf8')
      .trim()
      .split('\n')
    expect(lines.sort()).toEqual(made.map(({ sha256, path }) => `${sha256}  ${path}`).sort())
    expect(digestsOf(await signedFor(gateway.url, link))).toEqual(digestsOf(made))
    expect(await desk.accepted(of)).toBe(101)
    const items = await desk.items(of)
    expect(new Set(items.map(({ name }) => name))).toEqual(new Set(made.map(({ path }) => path)))
    expectNoViolations({ seen })
  })

  test.each([3_003, 10_000])('arrives whole with %i files in many folders', async (files) => {
    const disc = join(folder, `disc ${files}`)
    const made = await makeFolder(disc, files, 1_500)
    const { link, url } = await newLink(proxy.url)
    const { page, seen } = await open(proxy.url)
    await enter(page, url)
    await drop(page, [disc])
    await page
      .getByText(`${files.toLocaleString('en')} images`)
      .first()
      .waitFor()
    const counted = countParts()
    await send(page)
    await expectArrived(page)
    expect(digestsOf(await signedFor(gateway.url, link))).toEqual(digestsOf(made))
    expect(counted.bytes).toBeLessThan(bytesOf(made) + files * 160 + 100_000)
    expectNoViolations({ seen })
  })
})

describe('sending that breaks', () => {
  test('goes on by itself when the page was reloaded, and sends only what is missing', async () => {
    const disc = join(folder, 'disc reloaded')
    const made = await makeFolder(disc, 120, 100_000)
    const { link, url } = await newLink(proxy.url)
    const { page } = await open(proxy.url)
    await enter(page, url)
    await drop(page, [disc])
    const before = await receivedBytes()
    let bytes = 0
    let quarter = (): void => {}
    const reached = new Promise<void>((done) => {
      quarter = done
    })
    let largest = 0
    proxy.decide((req) => {
      if (req.method !== 'PUT') return 'pass'
      const length = Number(req.headers['content-length'] ?? 0)
      bytes += length
      largest = Math.max(largest, length)
      if (bytes > bytesOf(made) / 4) quarter()
      return { delayMs: 150 }
    })
    await send(page)
    await reached
    page.on('dialog', (dialog) => void dialog.accept())
    await page.reload()
    await expectArrived(page)
    expect(digestsOf(await signedFor(gateway.url, link))).toEqual(digestsOf(made))
    // By the gateway's own count: what was on its way came twice at most, a part in each of three lanes.
    const came = await receivedBytes()
    const header = made.length * 2 * 160
    expect(came - before).toBeGreaterThanOrEqual(bytesOf(made))
    expect(came - before).toBeLessThanOrEqual(bytesOf(made) + header + 3 * largest)
  })

  test('asks for the same folder in a new window, and knows it again', async () => {
    const disc = join(folder, 'disc again')
    const made = await makeFolder(disc, 100, 100_000)
    const { link, url } = await newLink(proxy.url)
    const first = await open(proxy.url)
    await enter(first.page, url)
    await drop(first.page, [disc])
    let parts = 0
    proxy.decide((req) => (req.method === 'PUT' && ++parts > 2 ? { swallow: 'hang' } : 'pass'))
    await send(first.page)
    await expect.poll(() => parts).toBeGreaterThan(3)
    await first.close()
    const counted = countParts()
    const { page } = await open(proxy.url)
    await page.goto(url)
    await page.getByText(/of 100 files have arrived and are safe/).waitFor()
    await press(page, 'Continue')
    await expectPage(page, 'choose')
    await drop(page, [disc])
    await send(page)
    await expectArrived(page)
    expect(digestsOf(await signedFor(gateway.url, link))).toEqual(digestsOf(made))
    expect(counted.bytes).toBeLessThan(bytesOf(made))
  })

  test('goes on by itself when the gateway was killed and comes back', async () => {
    const disc = join(folder, 'disc killed')
    const made = await makeFolder(disc, 150, 100_000)
    const { link, url } = await newLink(proxy.url)
    const { page } = await open(proxy.url)
    await enter(page, url)
    await drop(page, [disc])
    let parts = 0
    proxy.decide((req) => {
      if (req.method === 'PUT') parts += 1
      return req.method === 'PUT' ? { delayMs: 200 } : 'pass'
    })
    await send(page)
    await expect.poll(() => parts).toBeGreaterThan(1)
    await gateway.kill()
    await page.getByText('Nothing is lost.').first().waitFor()
    gateway = await startGateway(join(folder, 'data'), { PORT: port, METRICS_PORT: metrics })
    await expectArrived(page)
    expect(digestsOf(await signedFor(gateway.url, link))).toEqual(digestsOf(made))
  })

  test('waits for the internet, and goes on by itself when it is back', async () => {
    const disc = join(folder, 'disc offline')
    const made = await makeFolder(disc, 120, 100_000)
    const { link, url } = await newLink(proxy.url)
    const { page, context } = await open(proxy.url)
    await enter(page, url)
    await drop(page, [disc])
    let parts = 0
    proxy.decide((req) => {
      if (req.method === 'PUT') parts += 1
      return req.method === 'PUT' ? { delayMs: 200 } : 'pass'
    })
    await send(page)
    await expect.poll(() => parts).toBeGreaterThan(1)
    await context.setOffline(true)
    await page.getByText('Waiting for the internet. Nothing is lost.').waitFor()
    // As long as a train is in a tunnel.
    await page.waitForTimeout(30_000)
    await context.setOffline(false)
    await expectArrived(page)
    expect(digestsOf(await signedFor(gateway.url, link))).toEqual(digestsOf(made))
  })

  test('pauses and goes on when a person says so', async () => {
    const disc = join(folder, 'disc paused')
    const made = await makeFolder(disc, 60, 100_000)
    const { link, url } = await newLink(proxy.url)
    const { page } = await open(proxy.url)
    await enter(page, url)
    await drop(page, [disc])
    proxy.decide((req) => (req.method === 'PUT' ? { delayMs: 400 } : 'pass'))
    await send(page)
    await press(page, 'Pause')
    await page.getByText('Paused').waitFor()
    await page.waitForTimeout(1_000)
    const counted = countParts()
    await page.waitForTimeout(1_500)
    expect(counted.parts).toBe(0)
    await press(page, 'Continue')
    await expectArrived(page)
    expect(digestsOf(await signedFor(gateway.url, link))).toEqual(digestsOf(made))
  })

  test('works over one megabit a second and 400 ms, in small parts', async () => {
    const line: SlowLine = await openSlowLine(gateway.url, { bytesPerSecond: 125_000, roundTripMs: 400 })
    try {
      const disc = join(folder, 'disc slow')
      const made = await makeFolder(disc, 40, 60_000)
      const { link, url } = await newLink(line.url)
      const { page } = await open(line.url)
      await enter(page, url)
      await drop(page, [disc])
      const before = line.sent()
      await send(page)
      await expectArrived(page)
      expect(digestsOf(await signedFor(gateway.url, link))).toEqual(digestsOf(made))
      expect(line.sent() - before).toBeLessThan(bytesOf(made) * 1.3)
    } finally {
      await line.close()
    }
  })
})

describe('what a person is told', () => {
  test('a doubt about the patient must be answered before a byte leaves', async () => {
    const disc = join(folder, 'disc stranger')
    await makeFolder(disc, 3, 2_000)
    const { url } = await newLink(proxy.url, { name: 'Deshpande^Ashok', birthDate: '19580101' })
    const { page } = await open(proxy.url)
    await enter(page, url)
    await drop(page, [disc])
    await page.getByText('Is this the right patient?').waitFor()
    const counted = countParts()
    await press(page, 'Send 3 files')
    await page.getByText('Please answer the question about the patient first').waitFor()
    expect(counted.parts).toBe(0)
    await press(page, 'Yes, it is written differently')
    await page.getByText('You said: it is the same person').waitFor()
    // A second press so soon would be the same press.
    await page.waitForTimeout(500)
    await send(page)
    await expectPage(page, 'receipt')
  })

  test('a link that is taken back while bytes move stops, and says what is safe', async () => {
    const disc = join(folder, 'disc taken back')
    await makeFolder(disc, 120, 100_000)
    const { id, url } = await newLink(proxy.url)
    const { page } = await open(proxy.url)
    await enter(page, url)
    await drop(page, [disc])
    let parts = 0
    proxy.decide((req) => {
      if (req.method === 'PUT') parts += 1
      return req.method === 'PUT' ? { delayMs: 300 } : 'pass'
    })
    await send(page)
    await expect.poll(() => parts).toBeGreaterThan(2)
    await must(`${gateway.url}/api/links/${id}/revoke`, { token: desk.token, json: {} })
    await page.getByRole('heading', { name: 'The hospital has closed this link' }).waitFor()
  })
})

describe('a link with a code', () => {
  test('counts wrong ones, lets the right one in, and needs none again after a reload', async () => {
    const { url, code } = await newLink(proxy.url, undefined, { check: 'code' })
    const { page } = await open(proxy.url)
    await page.goto(url)
    await press(page, 'Start')
    await page.getByLabel('Code').fill('000000')
    await press(page, 'Continue')
    await page.getByText('You can try 4 more times.').first().waitFor()
    await page.getByLabel('Code').fill(code ?? '')
    // A second press so soon would be the same press.
    await page.waitForTimeout(500)
    await press(page, 'Continue')
    await expectPage(page, 'who')
    await page.reload()
    await press(page, 'Start')
    await expectPage(page, 'who')
  })
})

describe('a folder', () => {
  test('has the same paths without handles, entries by the hundred, and is known again by the picker', async () => {
    const disc = join(folder, 'disc entries')
    const made = await makeFolder(disc, 260, 20_000)
    const { link, url } = await newLink(proxy.url)
    const first = await open(proxy.url)
    // As browsers are that give no handles.
    await first.context.addInitScript(() => {
      Reflect.deleteProperty(DataTransferItem.prototype, 'getAsFileSystemHandle')
      Reflect.deleteProperty(globalThis, 'showDirectoryPicker')
    })
    await enter(first.page, url)
    let parts = 0
    proxy.decide((req) => (req.method === 'PUT' && ++parts > 1 ? { swallow: 'hang' } : 'pass'))
    await drop(first.page, [disc])
    await first.page.getByText('260 images').first().waitFor()
    await send(first.page)
    await expect.poll(() => parts).toBeGreaterThan(2)
    first.page.on('dialog', (dialog) => void dialog.accept())
    const counted = countParts()
    await first.page.reload()
    await expectPage(first.page, 'choose')
    const chooser = first.page.waitForEvent('filechooser')
    await press(first.page, /Whole CD or folder/)
    await (await chooser).setFiles(disc)
    // The same folder as before goes on by itself.
    await expectArrived(first.page)
    expect(digestsOf(await signedFor(gateway.url, link))).toEqual(digestsOf(made))
    expect(counted.bytes).toBeLessThan(bytesOf(made))
  })
})
