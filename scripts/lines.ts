/**
 * Lines: how long a folder takes from a browser to its receipt, on this machine's own line and on slower ones, as a
 * table. Nothing is judged here: times are the machine's as much as ours.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { openWindow, startBrowser } from '#fixtures/browser/browser.ts'
import { drop, enter, type Made, makeFolder, seeArrived, send } from '#fixtures/browser/sender.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { type LineShape, openSlowLine } from '#fixtures/faults/slow-line.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import './build.ts'

type Case = {
  readonly name: string
  readonly files: number
  readonly bytes: number
  readonly line: LineShape
}

const cases: readonly Case[] = [
  { name: '3,003 × 20 KB, this machine', files: 3_003, bytes: 20_000, line: {} },
  {
    name: '3,003 × 20 KB, 50 Mbit/s, 80 ms',
    files: 3_003,
    bytes: 20_000,
    line: { bytesPerSecond: 6_250_000, roundTripMs: 80 },
  },
  {
    name: '40 × 60 KB, 1 Mbit/s, 400 ms',
    files: 40,
    bytes: 60_000,
    line: { bytesPerSecond: 125_000, roundTripMs: 400 },
  },
]

const sum = (made: readonly Made[]): number => made.reduce((all, { size }) => all + size, 0)

/** Seconds from the press on the button until everything is acknowledged and the receipt is there. */
const measure = async (
  { files, bytes, line }: Case,
  browser: Browser,
  gateway: Gateway,
  desk: Desk,
  folder: string,
): Promise<{ readonly looked: number; readonly sent: number; readonly bytes: number }> => {
  const disc = join(folder, `disc ${files} ${line.roundTripMs ?? 0}`)
  const made = await makeFolder(disc, files, bytes)
  const slow = await openSlowLine(gateway.url, line)
  const { page, close } = await openWindow(browser, { url: slow.url })
  try {
    const { url } = await desk.openLink(await desk.openCase({ name: 'Doe^Jane', birthDate: '19700203' }))
    await enter(page, url.replace(gateway.url, slow.url))
    const began = performance.now()
    await drop(page, [disc])
    await page.getByText('Patient matches').first().waitFor()
    const looked = performance.now()
    const arrived = seeArrived(page)
    const pressed = Date.now()
    await send(page)
    return { looked: (looked - began) / 1_000, sent: ((await arrived) - pressed) / 1_000, bytes: sum(made) }
  } finally {
    await close()
    await slow.close()
    await rm(disc, { recursive: true, force: true })
  }
}

const folder = await mkdtemp(join(tmpdir(), 'second-read-lines-'))
const gateway = await startGateway(join(folder, 'data'))
const browser = await startBrowser()
try {
  const desk = await signIn(gateway.url, gateway.signInCode ?? '')
  console.log('| folder and line | read and looked into | sent and acknowledged | share of the line |')
  console.log('|---|---|---|---|')
  for (const one of cases) {
    const { looked, sent, bytes } = await measure(one, browser, gateway, desk, folder)
    const { bytesPerSecond } = one.line
    const share =
      bytesPerSecond === undefined ? '–' : `${Math.round((100 * bytes) / bytesPerSecond / sent)} %`
    console.log(`| ${one.name} | ${looked.toFixed(1)} s | ${sent.toFixed(1)} s | ${share} |`)
  }
} finally {
  await browser.close()
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
}
