/** What a browser loads before somebody can send: little enough for a slow line, whoever adds to it. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const place = join(root, 'dist', 'web')

/** At 400 kbit/s, two seconds. */
const mostBytes = 90_000

/** What is fetched while a person reads the first page, and what when they begin. */
const mostLaterBytes = 8_000
const mostWorkerBytes = 22_500

type Chunk = {
  readonly file: string
  readonly name?: string
  readonly src?: string
  readonly isEntry?: boolean
  readonly imports?: readonly string[]
  readonly dynamicImports?: readonly string[]
  readonly css?: readonly string[]
}

const build = (): number | null => spawnSync(process.execPath, [join(root, 'scripts', 'build.ts')]).status

const manifest = (): Readonly<Record<string, Chunk>> =>
  JSON.parse(readFileSync(join(place, 'manifest.json'), 'utf8')) as Record<string, Chunk>

const packed = (name: string): number => gzipSync(readFileSync(join(place, name)), { level: 9 }).length

const sum = (names: Iterable<string>): number => [...names].reduce((all, name) => all + packed(name), 0)

/** A chunk and everything it imports at once. */
const closure = (
  chunks: Readonly<Record<string, Chunk>>,
  key: string,
  found = new Set<string>(),
): Set<string> => {
  if (!found.has(key)) {
    found.add(key)
    for (const next of chunks[key]?.imports ?? []) closure(chunks, next, found)
  }
  return found
}

/** Scripts and style sheets of chunks; fonts, pictures and workers come later or never. */
const filesOf = (chunks: Readonly<Record<string, Chunk>>, keys: Iterable<string>): Set<string> =>
  new Set(
    [...keys].flatMap((key) => {
      const { file = '', css = [] } = chunks[key] ?? {}
      return [file, ...css].filter((name) => /\.(js|css)$/.test(name))
    }),
  )

const entryOf = (chunks: Readonly<Record<string, Chunk>>): string =>
  Object.keys(chunks).find((key) => chunks[key]?.isEntry === true && chunks[key].name === 'send') ?? ''

/** What comes later of sources below `folder`, chunk by chunk: files that are not among the first. */
const lazyOf = (
  chunks: Readonly<Record<string, Chunk>>,
  first: ReadonlySet<string>,
  folder: string,
): string[][] => {
  const files = filesOf(chunks, first)
  return [...new Set([...first].flatMap((key) => chunks[key]?.dynamicImports ?? []))]
    .filter((key) => chunks[key]?.src?.startsWith(folder))
    .map((key) => [...filesOf(chunks, closure(chunks, key))].filter((name) => !files.has(name)))
}

describe('the pages', () => {
  it('can be put together', () => {
    expect(build()).toBe(0)
  })

  it('of a sender are at most 90,000 bytes packed: script, styles, the words of one language', () => {
    const chunks = manifest()
    const first = closure(chunks, entryOf(chunks))
    const files = filesOf(chunks, first)
    expect([...files].some((name) => /^send-.*\.js$/.test(name))).toBe(true)
    expect([...files].some((name) => name.includes('worker'))).toBe(false)
    const words = lazyOf(chunks, first, 'words/').map(sum)
    expect(words).toHaveLength(6)
    expect(sum(files) + Math.max(0, ...words)).toBeLessThanOrEqual(mostBytes)
  })

  it('of a sender bring little more when a person begins: the other views, and one worker', () => {
    const chunks = manifest()
    const [later = [], ...others] = lazyOf(chunks, closure(chunks, entryOf(chunks)), 'send/')
    expect(others).toEqual([])
    expect(later.length).toBeGreaterThan(0)
    expect(sum(later)).toBeLessThanOrEqual(mostLaterBytes)
    const workers = readdirSync(place).filter((name) => name.startsWith('sender.worker-'))
    expect(workers).toHaveLength(1)
    expect(sum(workers)).toBeLessThanOrEqual(mostWorkerBytes)
  })

  it('are files with hashed names and nothing else, and ask nobody else for anything', () => {
    const names = readdirSync(place).filter((name) => name !== 'manifest.json' && name !== '.made-of')
    for (const name of names)
      expect(name).toMatch(/-[A-Za-z0-9_-]{8}\.(js|css|woff2|svg|png|wasm|bcmap|pfb|ttf|icc|txt|xml)$/)
    const styles = names
      .filter((name) => name.endsWith('.css'))
      .map((name) => readFileSync(join(place, name), 'utf8'))
    expect(styles.join('\n')).not.toMatch(/@import|url\(["']?(http|data:|\/\/)/)
  })

  it('say whose work is in them and under which words', () => {
    const name = manifest()['licences.txt']?.file ?? ''
    const told = readFileSync(join(place, name), 'utf8').split(`\n\n${'-'.repeat(80)}\n\n`)
    const packages = told.map((text) => /^(\S+) \S+\nLicence: (.+)\nSource: ./.exec(text)?.slice(1) ?? [])
    for (const known of ['react-dom', 'pdfjs-dist', '@cornerstonejs/core', '@cornerstonejs/codec-openjpeg'])
      expect(packages.map(([one]) => one)).toContain(known)
    for (const [, licence] of packages) expect(licence).not.toMatch(/^[^(]*\bA?GPL/)
    // Fonts of pdf.js, which stand under words of their own.
    expect(told.join('\n')).toMatch(/PDFium Authors[\s\S]*LIBERATION FONT SOFTWARE/)
  })

  it('are left alone when nothing they are made of changed', () => {
    const before = statSync(join(place, 'manifest.json'))
    expect(build()).toBe(0)
    const { mtimeMs, ino } = statSync(join(place, 'manifest.json'))
    expect([mtimeMs, ino]).toEqual([before.mtimeMs, before.ino])
  })
})
