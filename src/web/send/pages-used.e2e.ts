/** The sender's pages as they are used: by keyboard, by screen reader, by shaking hands, and on paper. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBrowser } from '#fixtures/browser/browser.ts'
import { expectNoViolations } from '#fixtures/browser/expectations.ts'
import { type GalleryWindow, openGalleryWindow } from '#fixtures/browser/gallery-window.ts'
import { dropPaths } from '#fixtures/browser/hands.ts'
import { type Gallery, openGallery } from '#fixtures/browser/open-gallery.ts'
import { galleryScenes } from '#fixtures/gallery/scenes.ts'

let browser: Browser
let gallery: Gallery
let window: GalleryWindow
let folder: string

beforeAll(async () => {
  ;[browser, gallery] = await Promise.all([startBrowser(), openGallery()])
  folder = mkdtempSync(join(tmpdir(), 'second-read-pages-'))
  for (const name of ['a.dcm', 'b.pdf']) writeFileSync(join(folder, name), name)
  window = await openGalleryWindow(browser, { url: gallery.url })
})

afterAll(async () => {
  await browser?.close()
  gallery?.close()
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  await window.page.emulateMedia({ media: 'screen' })
  await window.done()
})

afterEach(() => {
  expectNoViolations(window)
})

const focused = (): Promise<string> =>
  window.page.evaluate(() => document.activeElement?.textContent?.trim() ?? '')

/** Presses Tab until the control with these words has the focus, then Enter. */
const pressByKey = async (words: string, key = 'Enter'): Promise<void> => {
  const { page } = window
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(() => {
      const one = document.activeElement
      return (one?.closest('label') ?? one)?.textContent ?? ''
    })
    if (at.includes(words)) return page.keyboard.press(key)
  }
  throw new Error(`“${words}” was not reached`)
}

describe('with the keyboard alone', () => {
  test.each([
    ['landing', 'Start', 'start'],
    ['landing, finished', 'See the receipt', 'start'],
    ['locked no more', 'Try again', 'tryAgain'],
    ['dead used up', 'Ask for a new link', 'askForLink'],
    ['choose', 'Whole CD', 'pickFolder'],
    ['choose again', 'Open “D:', 'openFolderAgain'],
    ['found', 'Send 1,181 files', 'send'],
    ['found', 'Add more', 'addMore'],
    ['found, other patient', 'Yes, it is', 'answerPatient:same-person'],
    ['found, other patient', 'No, leave them', 'answerPatient:leave-out'],
    ['found, several patients', 'No, but send all', 'answerPatient:several-patients'],
    ['sending', 'Pause', 'pause'],
    ['sending, paused', 'Continue', 'goOn'],
    ['sending', 'Stop', 'stop'],
    ['sending, one problem', 'Try these again', 'trySkipped'],
    ['rest', 'Choose the missing', 'addMore'],
    ['rest', 'Finish without', 'leaveRest'],
    ['stopped, failed', 'Try again', 'tryAgain'],
    ['receipt', 'Print', 'print'],
    ['receipt', 'Save the receipt', 'saveReceipt'],
    ['receipt', 'checksums', 'saveDigests'],
    ['receipt', 'Email me', 'mailReceipt'],
    ['receipt', 'Withdraw consent', 'toWithdraw'],
    ['receipt', 'Send more', 'sendMore'],
    ['withdraw', 'Yes, withdraw', 'withdraw'],
    ['withdraw', 'No, go back', 'back'],
    ['trouble ended', 'Open again', 'tryAgain'],
    ['landing', 'मराठी', 'speak:mr'],
  ] as const)('%s: “%s” does %s, once', async (scene, words, action) => {
    await window.show(scene)
    await pressByKey(words)
    await window.page.keyboard.press('Enter')
    expect(await window.done()).toContain(action)
  })

  test('a birth date is typed in three boxes and sent with Enter', async () => {
    const { page, show, done } = window
    await show('check birth date', 'mr')
    await page.focus('#check-answer')
    await page.keyboard.type('२७')
    await page.keyboard.press('Tab')
    await page.keyboard.type('3')
    await page.keyboard.press('Tab')
    await page.keyboard.type('1962')
    await page.keyboard.press('Enter')
    expect(await done()).toEqual(['check:1962-03-27'])
  })

  test('a date that does not exist is told, and the way to it is a link', async () => {
    const { page, show, done } = window
    await show('check birth date')
    await page.fill('#check-answer', '31')
    await page.fill('#check-answer-month', '4')
    await page.fill('#check-answer-year', '1962')
    await page.keyboard.press('Enter')
    expect(await done()).toEqual([])
    await expect.poll(focused).toContain('There is no such date')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('check-answer')
    // The address of the real page holds the link after its #.
    expect(page.url()).toBe(`${gallery.url}/`)
  })

  test('who sends is filled in, and another role asks for another consent', async () => {
    const { page, show, done } = window
    await show('who')
    await page.focus('#who-name')
    await page.keyboard.type('Asha D')
    await page.keyboard.press('Tab')
    expect(await page.isChecked('#who-role-family')).toBe(true)
    await page.keyboard.press('ArrowUp')
    expect(await page.isChecked('#who-role-patient')).toBe(true)
    await pressByKey('I agree', 'Space')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.type('98200 12345')
    await page.keyboard.press('Enter')
    expect((await done()).map((line) => JSON.parse(line.slice('introduce:'.length)))).toEqual([
      { name: 'Asha D', role: 'patient', mail: '', phone: '98200 12345', agreed: true },
    ])
    // What was agreed to as the patient is not what a doctor's practice agrees to.
    await page.check('#who-role-provider')
    expect(await page.isChecked('#who-agreed')).toBe(false)
  })

  test('studies are ticked and not', async () => {
    await window.show('found')
    await pressByKey('CHEST', 'Space')
    await pressByKey('biopsy', 'Space')
    expect(await window.done()).toEqual(['chooseStudy:a:false', 'chooseDocument:d1:false'])
  })
})

test('a link that rests offers to try again only when its time has come', async () => {
  const { page, show } = window
  await show('locked')
  await page.waitForTimeout(200)
  expect(await page.locator('main button').count()).toBe(0)
  await show('locked no more')
  expect(await page.locator('main button').allInnerTexts()).toEqual(['Try again'])
})

describe('nothing is sent', () => {
  test('before the question about the patient is answered', async () => {
    await window.show('found, other patient')
    await pressByKey('Send 1,181 files')
    expect(await window.done()).toEqual([])
    expect(await focused()).toBe('Is this the right patient?')
    expect(await window.page.innerText('[role=alert]')).toContain('answer the question about the patient')
  })

  test('when nothing is ticked', async () => {
    await window.show('found, nothing ticked')
    await pressByKey('Send 0 files')
    expect(await window.done()).toEqual([])
    expect(await window.page.innerText('[role=alert]')).toContain('Tick at least one')
  })
})

describe('a button', () => {
  test('is not pressed twice by a double click', async () => {
    await window.show('landing')
    await window.page.dblclick('text=Start')
    expect(await window.done()).toEqual(['start'])
  })

  test.each([
    ['landing starting', 'Opening…'],
    ['dead expired, asking', 'Asking…'],
    ['withdraw, working', 'Withdrawing…'],
    ['receipt, opinion ready', 'Sending the email…'],
    ['check code, checking', 'Checking…'],
    ['who, saving', 'Saving…'],
  ] as const)('%s: shows “%s”, keeps the focus and does nothing more', async (scene, words) => {
    const { page, show, done } = window
    await show(scene)
    await pressByKey(words)
    await page.click(`button:has-text("${words}")`, { force: true })
    expect(await done()).toEqual([])
    expect(await focused()).toBe(words)
    expect(await page.getAttribute('button[aria-disabled]', 'aria-disabled')).toBe('true')
  })
})

describe('another page', () => {
  test('takes the focus to its heading, and tells its name', async () => {
    const { page, draw } = window
    await draw(galleryScenes.landing)
    await draw(galleryScenes.choose)
    expect(await focused()).toBe('Choose the records')
    expect(await page.title()).toBe('Choose the records – Deenanath Second-Opinion Desk, Pune')
  })

  test('in another language is the same page: what was typed and the focus stay', async () => {
    const { page, draw } = window
    await draw(galleryScenes.who)
    await page.fill('#who-name', 'Asha')
    await draw({ ...galleryScenes.who, language: 'hi' })
    await expect.poll(() => page.getAttribute('html', 'lang')).toBe('hi')
    expect(await page.title()).toContain('कौन भेज रहा है?')
    expect(await page.inputValue('#who-name')).toBe('Asha')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('who-name')
  })

  test('comes in its language as soon as its words do, and until then in the one before', async () => {
    const fresh = await openGalleryWindow(browser, { url: gallery.url })
    const { page, draw } = fresh
    await draw(galleryScenes.landing)
    await page.route('**/mr-*.js', (route) => route.abort())
    const refused = page.waitForEvent('requestfailed')
    // It does not draw before the words are here; nobody waits for it.
    const drawn = page.evaluate(() => Reflect.get(globalThis, 'gallery').redraw('mr'))
    await refused
    await drawn
    expect(await page.innerText('h1')).toBe('Send medical records')
    expect(await page.getAttribute('html', 'lang')).toBe('en')
    await page.unroute('**/mr-*.js')
    await expect.poll(() => page.innerText('h1')).toBe('वैद्यकीय रेकॉर्ड पाठवा')
    expect(await page.getAttribute('html', 'lang')).toBe('mr')
    expectNoViolations(fresh)
    await fresh.close()
  })

  test('a second wrong answer is told again', async () => {
    const { page, draw } = window
    await draw(galleryScenes['check code'])
    await draw(galleryScenes['check code, wrong'])
    expect(await focused()).toContain('You can try 2 more times')
    await page.fill('#check-answer', ' ab-12 ')
    await page.keyboard.press('Enter')
    expect(await window.done()).toEqual(['check:ab-12'])
    const wrong = galleryScenes['check code, wrong']
    if (wrong.page.at === 'check') await draw({ ...wrong, page: { ...wrong.page, left: 1 } })
    expect(await focused()).toContain('You can try 1 more time.')
  })
})

test('progress is told to screen readers now and then, not at every byte', async () => {
  const { page, draw } = window
  const scene = galleryScenes.sending
  if (scene.page.at !== 'sending') throw new Error('the scene is another one')
  const { sending } = scene.page
  await draw(scene)
  await page.evaluate(() => {
    const told: string[] = []
    Object.assign(globalThis, { told })
    const place = document.querySelector('.unseen[role=status]')
    if (place === null) throw new Error('nothing tells it')
    new MutationObserver(() => void told.push(place.textContent ?? '')).observe(place, {
      subtree: true,
      childList: true,
      characterData: true,
    })
  })
  const began = Date.now()
  for (let step = 0; step < 60; step += 1) {
    const bytesDone = sending.bytes * (0.3 + step * 0.01)
    await draw({ ...scene, page: { ...scene.page, sending: { ...sending, bytesDone } } })
  }
  const told = await page.evaluate(() => Reflect.get(globalThis, 'told') as string[])
  expect(await page.innerText('.big')).toBe('89%')
  // At most one in two seconds, whatever the speed of this machine.
  expect(told.length).toBeLessThanOrEqual(1 + (Date.now() - began) / 2_000)
})

describe('files', () => {
  test('come from the picker, and the same ones again', async () => {
    const { page, show, done } = window
    await show('choose')
    for (let round = 0; round < 2; round += 1) {
      const [picker] = await Promise.all([page.waitForEvent('filechooser'), page.click('text=Files or ZIP')])
      expect(picker.isMultiple()).toBe(true)
      await picker.setFiles([join(folder, 'a.dcm'), join(folder, 'b.pdf')])
      expect(await done()).toEqual(['takeFiles:a.dcm,b.pdf'])
      // Sooner it would be the same click.
      await page.waitForTimeout(500)
    }
  })

  test('come from the camera', async () => {
    const { page, show, done } = window
    await show('choose on a phone')
    const [picker] = await Promise.all([page.waitForEvent('filechooser'), page.click('text=Take photos')])
    expect(await picker.element().getAttribute('capture')).toBe('environment')
    await picker.setFiles([join(folder, 'a.dcm')])
    expect(await done()).toEqual(['takeFiles:a.dcm'])
  })

  test('are dropped anywhere on the page', async () => {
    const { page, show, done } = window
    await show('choose')
    await dropPaths(page, 'footer', [folder])
    await expect.poll(done).toEqual(['takeDrop:1 dropped'])
    expect(await page.locator('.drop-zone').count()).toBe(0)
  })

  test('dropped where none are taken do not replace the page', async () => {
    const { page, show, done } = window
    await show('sending')
    await dropPaths(page, 'main', [join(folder, 'b.pdf')])
    await page.waitForTimeout(300)
    expect(await done()).toEqual([])
    expect(await page.innerText('h1')).toBe('Sending your records')
  })
})

test('on paper the receipt has its facts and nothing to press', async () => {
  const { page, show } = window
  await show('receipt, with specialist')
  await page.emulateMedia({ media: 'print' })
  expect(await page.locator(':is(button, nav, img):visible').allTextContents()).toEqual([])
  const text = await page.innerText('body')
  for (const fact of ['K7PD-4M2X', '2 December 2026', '14:10 IST', '1,180 images', 'With the specialist'])
    expect(text).toContain(fact)
})

test('ten thousand files are drawn a hundred at a time', async () => {
  const { page, show } = window
  await show('checking many')
  expect(await page.locator('.files li').count()).toBe(0)
  await page.click('summary')
  await expect.poll(() => page.locator('.files li').count()).toBe(100)
  await page.click('text=Show more')
  await expect.poll(() => page.locator('.files li').count()).toBe(200)
})

describe('why a file was not accepted', () => {
  test('is told in the language of the page', async () => {
    const { page, show } = window
    await show('checking', 'mr')
    await page.click('summary')
    const office = page.locator('.files li', { hasText: 'letter.docx' })
    await expect.poll(() => office.innerText()).toContain('हे ऑफिस दस्तऐवज (जसे Word) आहे')
    expect(await office.innerText()).toContain('घेतली नाही')
  })

  test('is left to the desk when these words do not know it', async () => {
    const { page, show } = window
    await show('receipt, problems')
    await expect.poll(() => page.locator('.files').innerText()).toContain('This is an office document')
    expect(await page.locator('.files li', { hasText: 'File 3' }).innerText()).toContain(
      'The desk can tell you why.',
    )
  })
})
