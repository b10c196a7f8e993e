/** Coming back, changing one's mind, and files that go away: the parts of the flow that are not one straight line. */
import { mkdtemp, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openWindow, startBrowser, type Window } from '#fixtures/browser/browser.ts'
import {
  digestsOf,
  drop,
  enter,
  expectArrived,
  expectPage,
  type Made,
  makeFolder,
  press,
  send,
  signedFor,
} from '#fixtures/browser/sender.ts'
import { must } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { openProxy, type Proxy } from '#fixtures/faults/proxy.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'

let browser: Browser
let folder: string
let gateway: Gateway
let proxy: Proxy
let desk: Desk
const windows: Window[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-again-'))
  gateway = await startGateway(join(folder, 'data'))
  proxy = await openProxy(gateway.url)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  browser = await startBrowser()
})

afterEach(async () => {
  proxy.decide(() => 'pass')
  for (const window of windows.splice(0)) await window.close()
})

afterAll(async () => {
  await browser.close()
  await proxy.close()
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

const open = async (): Promise<Window> => {
  const window = await openWindow(browser, { url: proxy.url })
  windows.push(window)
  return window
}

const through = (url: string) => ({
  link: url.slice(url.indexOf('#') + 1),
  url: url.replace(gateway.url, proxy.url),
})

const newLink = async (terms: Record<string, unknown> = {}) => {
  const of = await desk.openCase({ name: 'Doe^Jane', birthDate: '19700203' })
  const { link: id, url } = await desk.openLink(of, terms)
  return { id, of, ...through(url) }
}

const bytesOf = (files: readonly Made[]): number => files.reduce((sum, { size }) => sum + size, 0)

/** Lets so many parts through and no more; told of each. */
const letThrough = (most: number) => {
  const counted = { parts: 0 }
  proxy.decide((req) => (req.method === 'PUT' && ++counted.parts > most ? { swallow: 'hang' } : 'pass'))
  return counted
}

const countBytes = () => {
  const counted = { bytes: 0 }
  proxy.decide((req) => {
    if (req.method === 'PUT') counted.bytes += Number(req.headers['content-length'] ?? 0)
    return 'pass'
  })
  return counted
}

describe('coming back', () => {
  test('opens the folder of before with one press where the browser wants to be asked', async () => {
    const disc = join(folder, 'disc again')
    const made = await makeFolder(disc, 90, 60_000)
    const { link, url } = await newLink()
    const { page, context } = await open()
    await enter(page, url)
    await drop(page, [disc])
    const counted = letThrough(2)
    await send(page)
    await expect.poll(() => counted.parts).toBeGreaterThan(2)
    // As after a restart of the browser: a worker may not read the folder without asking.
    await context.route('**/sender.worker-*.js', async (route) => {
      const reply = await route.fetch()
      const before = "FileSystemHandle.prototype.queryPermission=async()=>'prompt';"
      await route.fulfill({ response: reply, body: `${before}${await reply.text()}` })
    })
    page.on('dialog', (dialog) => void dialog.accept())
    proxy.decide(() => 'pass')
    await page.reload()
    await expectPage(page, 'choose')
    await press(page, 'Open “disc again” again')
    await expectArrived(page)
    expect(digestsOf(await signedFor(gateway.url, link))).toEqual(digestsOf(made))
  })

  test('over a new link of the desk in place of one that was used up keeps what has arrived', async () => {
    const disc = join(folder, 'disc renewed')
    const made = await makeFolder(disc, 100, 100_000)
    const { of, url } = await newLink({ maxUses: 1 })
    const first = await open()
    await enter(first.page, url)
    await drop(first.page, [disc])
    const counted = letThrough(3)
    await send(first.page)
    await expect.poll(() => counted.parts).toBeGreaterThan(3)
    proxy.decide(() => 'pass')
    await first.context.close()
    const { page } = await open()
    await page.goto(url)
    await page.getByRole('heading', { name: 'This link was opened too often' }).waitFor()
    await press(page, 'Ask for a new link')
    await page.getByText(/desk/).first().waitFor()
    const asked = async () =>
      (
        await must<{ asks: { link: string; case: string }[] }>(`${gateway.url}/api/asked-links`, {
          token: desk.token,
        })
      ).asks.filter((ask) => ask.case === of)
    await expect.poll(asked).toHaveLength(1)
    const [ask] = await asked()
    const renewed = await must<{ url: string }>(`${gateway.url}/api/links/${ask?.link}/renew`, {
      token: desk.token,
      json: {},
    })
    const again = through(renewed.url)
    const bytes = countBytes()
    await page.goto(again.url)
    await page.getByText(/of 100 files have arrived and are safe/).waitFor()
    await press(page, 'Continue')
    await expectPage(page, 'choose')
    await drop(page, [disc])
    await send(page)
    await expectArrived(page)
    expect(digestsOf(await signedFor(gateway.url, again.link))).toEqual(digestsOf(made))
    expect(bytes.bytes).toBeLessThan(bytesOf(made))
  })

  test('on a second device with other files finishes without those of the first when told to', async () => {
    const disc = join(folder, 'disc first')
    await makeFolder(disc, 40, 100_000)
    const other = join(folder, 'disc second')
    const made = await makeFolder(other, 5, 4_000)
    const { link, url } = await newLink()
    const first = await open()
    await enter(first.page, url)
    await drop(first.page, [disc])
    const counted = letThrough(0)
    await send(first.page)
    await expect.poll(() => counted.parts).toBeGreaterThan(0)
    await first.context.close()
    proxy.decide(() => 'pass')
    const { page } = await open()
    await page.goto(url)
    await press(page, /Start|Continue/)
    await expectPage(page, 'choose')
    await drop(page, [other])
    await send(page)
    await expectPage(page, 'rest')
    await press(page, 'Finish without them')
    await expectArrived(page)
    const signed = digestsOf(await signedFor(gateway.url, link))
    expect(signed).toEqual(expect.arrayContaining(digestsOf(made)))
    expect(signed.length).toBeLessThan(45)
  })
})

describe('files that are not as they were', () => {
  test('are told while the others go on, and can be tried again as they are now', async () => {
    const disc = join(folder, 'disc loose')
    const made = await makeFolder(disc, 60, 60_000)
    const { link, url } = await newLink()
    const { page } = await open()
    await enter(page, url)
    await drop(page, [disc])
    const placeOf = (nth: number): string => join(folder, made[nth]?.path ?? '')
    const [vanished, changed] = [placeOf(7), placeOf(8)]
    await rename(vanished, `${vanished}.away`)
    const other = await readFile(changed)
    await writeFile(changed, Buffer.concat([other, Buffer.from('more')]))
    proxy.decide((req) => (req.method === 'PUT' ? { delayMs: 1_500 } : 'pass'))
    await send(page)
    await page.getByText('2 files could not be sent').first().waitFor()
    await rename(`${vanished}.away`, vanished)
    await writeFile(changed, other)
    await utimes(changed, 1_600_000_000, 1_600_000_000)
    await press(page, 'Try these again')
    proxy.decide(() => 'pass')
    await expectArrived(page)
    const signed = digestsOf(await signedFor(gateway.url, link))
    expect(signed).toEqual(digestsOf(made))
  })
})

describe('after the receipt', () => {
  test('it comes by mail with the same number, and consent can be withdrawn and given again', async () => {
    const disc = join(folder, 'disc kept')
    await makeFolder(disc, 3, 3_000)
    const { of, url } = await newLink()
    const { page } = await open()
    await enter(page, url)
    await drop(page, [disc])
    await send(page)
    await expectPage(page, 'receipt')
    const [number = ''] =
      /[0-9A-F]{5}-[0-9A-F]{5}/.exec((await page.locator('main').textContent()) ?? '') ?? []
    expect(number).not.toBe('')
    await press(page, 'Email me a copy')
    await page.getByText('A copy is on its way').waitFor()
    type Letter = { letter: string; kind: string; state: string }
    const kept = async (): Promise<Letter | undefined> =>
      (
        await must<{ letters: Letter[] }>(`${gateway.url}/api/cases/${of}/letters`, { token: desk.token })
      ).letters.find(({ kind, state }) => kind === 'receipt' && state === 'kept')
    await expect.poll(kept, { timeout: 90_000 }).toBeDefined()
    const letter = await must<{ text: string; to: string }>(
      `${gateway.url}/api/letters/${(await kept())?.letter}`,
      { token: desk.token },
    )
    expect([letter.to, letter.text.includes(number)]).toEqual(['office@example.org', true])

    await press(page, 'Withdraw consent')
    await press(page, 'Yes, withdraw consent')
    await page.getByRole('heading', { name: 'Consent is withdrawn' }).waitFor()
    await press(page, 'Back')
    await expectPage(page, 'landing')
    await press(page, /See the receipt/)
    await expectPage(page, 'who')
    await page.getByLabel('Your name').fill('Dr. Meera Joshi')
    await page.getByLabel('Email').fill('office@example.org')
    await page.getByLabel('Yes, this is so').check()
    await press(page, 'Save and continue')
    await expectPage(page, 'receipt')
    // Another receipt, of today, which holds as the one before did.
    await page.getByText('agrees with the files on this device').waitFor()
  })
})
