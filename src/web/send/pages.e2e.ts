/** Every page in every state, looked at as it is drawn: nothing cut, nothing that shuts somebody out, no word missing. */
import { gzipSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { languages } from '#domain/language.ts'
import { startBrowser } from '#fixtures/browser/browser.ts'
import { expectNoViolations } from '#fixtures/browser/expectations.ts'
import { openGalleryWindow } from '#fixtures/browser/gallery-window.ts'
import { findAxeFaults, findCutWords, findSmallControls } from '#fixtures/browser/look.ts'
import { type Gallery, openGallery } from '#fixtures/browser/open-gallery.ts'
import { gallerySceneNames, galleryScenes } from '#fixtures/gallery/scenes.ts'

let browser: Browser
let gallery: Gallery

beforeAll(async () => {
  ;[browser, gallery] = await Promise.all([startBrowser(), openGallery()])
})

afterAll(async () => {
  await browser?.close()
  gallery?.close()
})

/** Every member of `Page` must be among the scenes; a new one does not compile here before it is. */
const pages = {
  opening: 1,
  'old-browser': 1,
  dead: 1,
  landing: 1,
  check: 1,
  locked: 1,
  who: 1,
  choose: 1,
  found: 1,
  sending: 1,
  rest: 1,
  stopped: 1,
  checking: 1,
  receipt: 1,
  withdraw: 1,
} as const satisfies Record<(typeof galleryScenes)[(typeof gallerySceneNames)[number]]['page']['at'], 1>

test('the gallery has every page', () => {
  const shown = new Set(Object.values(galleryScenes).map(({ page }) => page.at))
  expect([...shown].sort()).toEqual(Object.keys(pages).sort())
})

describe.each(languages)('in %s', (language) => {
  test('every page is whole and open to everybody, on a phone and on a desk', async () => {
    const faultsOn = async (viewport: 'phone' | 'desk'): Promise<string[]> => {
      const window = await openGalleryWindow(browser, { url: gallery.url, viewport })
      const { page, show, close } = window
      const faults: string[] = []
      for (const name of gallerySceneNames) {
        await show(name, language)
        const found = [
          ...(await findAxeFaults(page)),
          ...(await findCutWords(page)),
          ...(await findSmallControls(page)),
        ]
        if ((await page.getAttribute('html', 'lang')) !== language) found.push('told as another language')
        if (/\{\w+\}|undefined|null|NaN|Invalid Date/.test(await page.innerText('body')))
          found.push('a sentence was not filled')
        faults.push(...found.map((fault) => `${viewport}, ${name}: ${fault}`))
      }
      expectNoViolations(window)
      await close()
      return faults
    }
    expect((await Promise.all([faultsOn('phone'), faultsOn('desk')])).flat()).toEqual([])
    // Two hundred pages, each under every rule: a busy machine takes its time.
  }, 400_000)

  test('no page is pushed sideways at 400 %', async () => {
    const { page, show, close } = await openGalleryWindow(browser, { url: gallery.url, viewport: 'narrow' })
    const faults: string[] = []
    for (const name of gallerySceneNames) {
      await show(name, language)
      faults.push(...(await findCutWords(page)).map((fault) => `${name}: ${fault}`))
    }
    expect(faults).toEqual([])
    await close()
  })
})

test('in the dark every page has enough contrast', async () => {
  const terms = { url: gallery.url, viewport: 'phone', dark: true } as const
  const { page, show, close } = await openGalleryWindow(browser, terms)
  const faults: string[] = []
  for (const name of gallerySceneNames) {
    await show(name)
    faults.push(...(await findAxeFaults(page)).map((fault) => `${name}: ${fault}`))
  }
  expect(faults).toEqual([])
  await close()
})

test('every control of every page is reached with the Tab key alone', async () => {
  const { page, show, close } = await openGalleryWindow(browser, { url: gallery.url, viewport: 'desk' })
  const faults: string[] = []
  for (const name of gallerySceneNames) {
    await show(name)
    // One of a group of radio buttons takes the key; the others take the arrows.
    const all = await page.evaluate(
      () =>
        [
          ...document.querySelectorAll('a[href], button, summary, input:not([type=radio]), input:checked'),
        ].filter((one) => one.getClientRects().length > 0).length,
    )
    await page.evaluate(() => {
      ;(document.activeElement as HTMLElement | null)?.blur()
      getSelection()?.setPosition(document.body, 0)
    })
    const reached = new Set<string>()
    for (let presses = 0; presses <= all + 2; presses += 1) {
      await page.keyboard.press('Tab')
      const at = await page.evaluate(() => {
        const one = document.activeElement
        if (one === null || one === document.body) return null
        const { outlineWidth, outlineStyle } = getComputedStyle(one)
        const index = [...document.querySelectorAll('*')].indexOf(one)
        return { index, seen: outlineStyle === 'solid' && outlineWidth === '3px', text: one.textContent }
      })
      // Between the last and the first the browser itself has it.
      if (at === null) continue
      if (!at.seen) faults.push(`${name}: the focus does not show on “${at.text}”`)
      reached.add(String(at.index))
    }
    if (reached.size !== all) faults.push(`${name}: ${reached.size} of ${all} controls reached`)
  }
  expect(faults).toEqual([])
  await close()
})

test('words of one language and style weigh little, and those of verdicts are apart', () => {
  const weigh = (pattern: RegExp): number[] =>
    [...gallery.files]
      .filter(([name]) => pattern.test(name))
      .map(([, bytes]) => gzipSync(bytes, { level: 9 }).length)
  const [style = Number.NaN] = weigh(/\.css$/)
  for (const language of languages) {
    const [words = Number.NaN, ...more] = weigh(new RegExp(`^${language}-(?!verdicts).*\\.js$`))
    expect(more).toEqual([])
    expect(words + style).toBeLessThan(11_000)
    expect(weigh(new RegExp(`^${language}-verdicts.*\\.js$`))).toHaveLength(1)
  }
})
