import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { languages } from '#domain/language.ts'
import { verdictTable } from '#domain/verdict.ts'
import { loadVerdicts, loadWords } from './load-words.ts'
import { type Plural, tellIn, type Words } from './words.ts'

const words = {
  en: await import('./en.ts'),
  hi: await import('./hi.ts'),
  mr: await import('./mr.ts'),
} satisfies Record<(typeof languages)[number], Words>

const english: Words['messages'] = words.en.messages
const keys = Object.keys(english) as (keyof typeof english)[]

const forms = (message: string | Plural): string[] =>
  typeof message === 'string' ? [message] : [message.one, message.other]

const namesIn = (message: string | Plural): string[] => [
  ...new Set(forms(message).flatMap((text) => text.match(/\{\w+\}/g) ?? [])),
]

const folder = join(import.meta.dirname, '..')
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter(
    (name) => /\.tsx?$/.test(name) && !/test\.ts$|e2e\.ts$|^words\/(\w\w|\w\w-verdicts)\.ts$/.test(name),
  )
  .map((name) => readFileSync(join(folder, name), 'utf8'))
  .join('\n')

/** Keys written out, and patterns of those put together: `dead.title.${why}`. */
const quoted = new Set([...sources.matchAll(/'([\w-]+(?:\.[\w-]+)+)'/g)].map(([, key]) => key))
const patterns = [...sources.matchAll(/`([\w-]*(?:\.|\$\{[^`}]+(?:\[[^`]*?\][^`}]*)?\}|[\w-])+)`/g)]
  .map(([, text = '']) => text)
  .filter((text) => text.includes('${') && text.includes('.'))
  .map((text) => new RegExp(`^${text.replace(/\$\{.*?\}/g, '[\\w-]+').replaceAll('.', '\\.')}$`))

describe.each(languages)('%s', (language) => {
  const { messages } = words[language]

  test('says everything, with the same names in braces and nothing left empty', () => {
    expect(Object.keys(messages).sort()).toEqual([...keys].sort())
    for (const key of keys) {
      expect([key, namesIn(messages[key]).sort()]).toEqual([key, namesIn(english[key]).sort()])
      for (const text of forms(messages[key])) expect([key, text]).toEqual([key, text.trim() || 'empty'])
    }
  })

  test('has a sentence for every verdict', async () => {
    const verdicts = await loadVerdicts(language)
    expect(Object.keys(verdicts).sort()).toEqual(Object.keys(verdictTable).sort())
    for (const text of Object.values(verdicts)) expect(text).toMatch(/[.।]$/)
  })

  test('has no word that only we know', () => {
    const ours = /\b(invalid|payload|session|token|authenticat\w*|quarantine\w*|upload\w*)\b/i
    for (const key of keys) for (const text of forms(messages[key])) expect(text).not.toMatch(ours)
  })
})

test('Hindi and Marathi are written in their own script', () => {
  const latin = new Set(['time.at', 'found.kind.pdf', 'scan.MR', 'scan.PT'])
  for (const language of ['hi', 'mr'] as const)
    for (const key of keys.filter((one) => !latin.has(one) && !one.startsWith('size.')))
      for (const text of forms(words[language].messages[key]))
        expect(`${key}: ${text}`).toMatch(/[\u0900-\u097f]/)
})

test('no word is there that no page says', () => {
  const unused = keys.filter((key) => !quoted.has(key) && !patterns.some((pattern) => pattern.test(key)))
  expect(unused).toEqual([])
})

describe('a sentence', () => {
  test('is filled with numbers as the language writes them, and takes its plural', () => {
    const en = tellIn('en', words.en)
    expect(en('found.send', { count: 1 })).toBe('Send 1 file')
    expect(en('found.send', { count: 1_204 })).toBe('Send 1,204 files')
    expect(en('landing.arrived', { count: 312, of: 123_456 })).toContain('312 of 1,23,456 files have')
    expect(tellIn('hi', words.hi)('found.send', { count: 1_204 })).toBe('1,204 फ़ाइलें भेजें')
    expect(tellIn('mr', words.mr)('found.send', { count: 1 })).toBe('1 फाइल पाठवा')
  })

  test('takes what a person is called as it is, braces and dollar signs too', () => {
    const en = tellIn('en', words.en)
    expect(en('found.patient', { name: '$& {birth} <b>', birth: '1962' })).toBe('$& {birth} <b>, born 1962')
  })
})

describe('amounts and times', () => {
  test.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1_240_000, '1.2 MB'],
    [620_000_000, '620 MB'],
    [4_200_000_000, '4.2 GB'],
  ])('%d bytes are %s', async (bytes, text) => {
    expect((await loadWords('en')).say.size(bytes)).toBe(text)
  })

  test.each([
    [null, 'time left not known yet'],
    [59, 'less than a minute left'],
    [60, 'about 1 minute left'],
    [257, 'about 5 minutes left'],
    [3_600, 'about 1 h 0 min left'],
    [12_345, 'about 3 h 26 min left'],
  ])('%s seconds: %s', async (seconds, text) => {
    expect((await loadWords('en')).say.left(seconds)).toBe(text)
  })

  test('a time is one of India, says so, and has Latin digits', async () => {
    const at = new Date('2026-12-02T20:40:00Z')
    for (const language of languages) {
      const { say } = await loadWords(language)
      expect(say.time(at)).toMatch(/^3 \S+ 2026, 02:10 IST$/)
      expect(say.clock(at)).toBe('02:10 IST')
    }
  })

  test('a birth date is a day where it is one, and else as the file has it', async () => {
    const { say } = await loadWords('mr')
    expect(say.day('1962-03-27')).toBe('27 मार्च, 1962')
    expect(say.day('1962')).toBe('1962')
    expect(say.day('1962-13-45')).toBe('1962-13-45')
  })

  test('a part is never told as more than it is', async () => {
    const { say } = await loadWords('en')
    expect(say.percent(0.999_99)).toBe('99%')
    expect(say.percent(1 - 1e-13)).toBe('99%')
    expect(say.percent(1)).toBe('100%')
    // 0.29 × 100 is a little less than 29 in binary.
    expect(say.percent(0.29)).toBe('29%')
  })
})
