/**
 * Slices: how long a specialist waits for the first slice, and how even 100 slices pass when they are at hand, in Debian's
 * Chromium on a real gateway. From the click on the images, the viewer not yet loaded, to the picture.
 *
 *     ./scripts/slices [--rounds 4] [--slices 120]
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { openWindow, startBrowser } from '#fixtures/browser/browser.ts'
import { enter, invite, openImages, sendRecords } from '#fixtures/browser/reading.ts'
import { signIn } from '#fixtures/client/desk.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { createTable } from '#fixtures/figures.ts'
import { startGateway } from '#fixtures/gateway.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '4' }, slices: { type: 'string', default: '120' } },
})

/**
 * Milliseconds between two slices on the screen, of as many steps as are asked for, one a frame at most. The pane is
 * numbered in the frame that draws the slice, after what other callbacks of that frame could see.
 */
const scroll = (page: Page, steps: number): Promise<number[]> =>
  page.evaluate(async (count) => {
    const pane = document.querySelector('.pane')
    const viewer = document.querySelector('.toolbar .tool')
    const press = (key: string): void => {
      viewer?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
    }
    const step = (key: string): Promise<void> =>
      new Promise((done) => {
        const watch = new MutationObserver(() => {
          watch.disconnect()
          done()
        })
        if (pane !== null) watch.observe(pane, { attributeFilter: ['data-shown'] })
        press(key)
      })
    await step('Home')
    for (let at = 0; at < count; at += 1) await step('ArrowDown')
    await step('Home')
    const took: number[] = []
    for (let at = 0; at < count; at += 1) {
      const began = performance.now()
      await step('ArrowDown')
      took.push(performance.now() - began)
    }
    return took
  }, steps)

const slices = Number(values.slices)
const folder = await mkdtemp(join(tmpdir(), 'second-read-slices-'))
const gateway = await startGateway(folder)
const browser = await startBrowser()
const table = createTable()
try {
  const desk = await signIn(gateway.url, gateway.signInCode ?? '')
  const study = Array.from(ctStudy({ slices, seed: 90 }), ({ path, bytes }) => ({ path, bytes }))
  const id = await sendRecords(gateway.url, desk, study)
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const { page, close } = await openWindow(browser, { url: gateway.url })
    await enter(page, await invite(gateway.url, desk, id))
    const began = performance.now()
    await openImages(page)
    table.add('first slice', 'ms', '≤ 2500', performance.now() - began)
    const took = (await scroll(page, Math.min(100, slices - 1))).toSorted((a, b) => a - b)
    const at = (part: number): number => took[Math.min(took.length - 1, Math.floor(took.length * part))] ?? 0
    table.add('a slice at hand, median', 'ms', '–', at(0.5))
    table.add('a slice at hand, 95 of 100', 'ms', '≤ 35', at(0.95))
    await close()
  }
  console.log(table.lines().join('\n'))
} finally {
  await browser.close()
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
}
