/** The papers of this working tree hold; and each check finds the fault that was planted for it. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { settings } from '#config/settings.ts'
import { checkDockerfile } from './check-dockerfile.ts'
import {
  between,
  checkAll,
  checkChangelog,
  checkLicense,
  checkOperations,
  checkPaths,
  checkReadme,
  checkSources,
  settingsTable,
  writeSettings,
} from './check-docs.ts'

const root = resolve(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const isThere = (path: string): boolean => existsSync(join(root, path))

const readme = read('README.md')
const dockerfile = read('Dockerfile')
const ignore = read('.dockerignore')

/** The text with a fault in it; the test is worth nothing when there is nothing to plant it at. */
const plant = (text: string, good: string, bad: string): string => {
  expect(text).toContain(good)
  return text.replace(good, () => bad)
}

describe('this working tree', () => {
  it('has no problem', () => {
    expect(checkAll()).toEqual([])
  })
})

describe('the README', () => {
  const [first] = settings
  it.each([
    [
      'another default',
      `| \`${first.name}\` | \`${first.fallback}\` |`,
      `| \`${first.name}\` | \`0.0.0.0\` |`,
    ],
    ['another name', `| \`${first.name}\` |`, '| `HOTS` |'],
    ['another meaning', first.meaning, 'Something'],
  ])('with %s of a setting is wrong twice: one is lacking, one is none', (_, good, bad) => {
    expect(checkReadme(plant(readme, good, bad))).toEqual([
      expect.stringContaining('a setting that is none'),
      expect.stringContaining('lacks the setting'),
    ])
  })

  it('without the table, the glossary or an end is wrong', () => {
    expect(checkReadme('')).toEqual(['README.md has no table of settings', 'README.md has no glossary'])
    const [row = ''] = /^\| case \|.*\n/m.exec(readme) ?? []
    expect(checkReadme(plant(readme, row, row.repeat(2)))).toContain('the glossary has 15 words, 14 at most')
    expect(checkReadme(`${readme}${'\n'.repeat(230)}`)).toEqual([expect.stringContaining('230 at most')])
  })

  it('gets the table as it is now, and nothing else changes', () => {
    const old = readme.replace(between(readme, 'settings') ?? '', 'old\n')
    expect(writeSettings(old)).toBe(readme)
    expect(writeSettings(old.replace('old\n', ''))).toBe(readme)
    expect(between(readme, 'settings')).toBe(settingsTable())
    expect(writeSettings('no marks')).toBe('no marks')
  })
})

describe('what a text names', () => {
  it.each([
    'src/nowhere.ts',
    './scripts/nothing',
    'formats/pack/layout.ts',
    'NOTHING.md',
    'node fixtures/nothing.ts --slices 1',
  ])('is missed when it is not there: %s', (code) => {
    expect(checkPaths('x', `See \`${code}\`.`, isThere)).toHaveLength(1)
    expect(checkPaths('x', `\`\`\`sh\n${code}\n\`\`\``, isThere)).toHaveLength(1)
  })

  it.each([
    'src/main.ts',
    './scripts/start',
    'src/formats/',
    '`#room/x.ts`',
    '/tmp/walk/x.ts',
    'src/**/*.test.ts',
  ])('is let be when it is there, or not ours: %s', (code) => {
    expect(checkPaths('x', `See \`${code}\`.`, isThere)).toEqual([])
  })

  it('is looked for only in code', () => {
    expect(checkPaths('x', 'See src/nowhere.ts', isThere)).toEqual([])
  })
})

describe('an address in a text', () => {
  it.each([
    'GET /api/send/part',
    '/api/cases/{case}/pack',
    'curl "$url/api/case/$case/bundle"',
    '/.well-known/keys',
  ])('is missed when the contract does not have it: %s', (code) => {
    expect(checkOperations('x', `\`${code}\``)).toHaveLength(1)
  })

  it.each([
    'PUT /api/send/part',
    'curl "$url/api/cases/$case/bundle" -H',
    '/api/links/{link}/renew',
    'GET /healthz',
  ])('is known: %s', (code) => {
    expect(checkOperations('x', `\`${code}\``)).toEqual([])
  })
})

describe('changelog and licence', () => {
  it('are missed', () => {
    expect(checkChangelog(plant(read('CHANGELOG.md'), '## [Unreleased]', '## [0.1.0]'))).toHaveLength(1)
    expect(checkChangelog('## [Unreleased]\n')).toHaveLength(1)
    expect(checkLicense(plant(read('LICENSE'), 'perpetual', 'temporary'))).toEqual([
      'LICENSE is not Apache-2.0',
    ])
  })
})

describe('the Dockerfile', () => {
  const base = 'FROM node:24-bookworm-slim\n'
  it.each([
    ['an ADD', 'COPY src ./src', 'ADD src ./src'],
    ['a moving base', base, 'FROM node:latest\n'],
    ['a base without a tag', base, 'FROM node\n'],
    ['a base from somewhere', base, 'FROM registry.example/node:24\n'],
    ['a named user', 'USER 10001:10001', 'USER node'],
    ['root', 'USER 10001:10001', 'USER 0'],
    ['root at the end', 'USER 10001:10001', 'USER 10001:10001\nUSER root'],
    ['no health check', 'HEALTHCHECK ', 'LABEL '],
    [
      'a shell as its command',
      'CMD ["node", "--heap-growing-percent=75", "--max-semi-space-size=4", "src/main.ts"]',
      'CMD node src/main.ts',
    ],
    ['no volume', 'VOLUME ["/data"]', 'EXPOSE 1'],
    ['everything copied', 'COPY src ./src', 'COPY . .'],
    ['records copied', 'COPY src ./src', 'COPY --chown=10001 src data ./'],
    ['install scripts', ' --ignore-scripts', ''],
    ['test tools', ' --omit=dev', ''],
    ['no lock', 'npm ci', 'npm install'],
    [
      'more than the pages from their stage',
      'COPY --from=pages /app/dist ./dist',
      'COPY --from=pages /app/dist ./dist\nCOPY --from=pages /app/node_modules ./more',
    ],
    ['no pages', 'COPY --from=pages /app/dist ./dist', 'LABEL x=y'],
    ['no native code', 'COPY --from=pages /app/node_modules/@node-rs ./node_modules/@node-rs', 'LABEL x=y'],
  ])('with %s is refused', (_, good, bad) => {
    expect(checkDockerfile(plant(dockerfile, good, bad), ignore)).toHaveLength(1)
  })

  it('must leave out everything else', () => {
    expect(checkDockerfile(dockerfile, '')).toHaveLength(1)
    expect(checkDockerfile(dockerfile, `${ignore}!data\n`)).toEqual([
      'Dockerfile: .dockerignore lets data in',
    ])
    expect(checkDockerfile('', '').length).toBeGreaterThan(4)
  })
})

describe('a source file', () => {
  const file = (text: string, path = 'src/domain/x.ts') => ({ path, text })

  it.each([
    'const a: any = 1',
    'const a = b as any',
    'type A = any',
    'let a: Map<string, any>',
    'let a: Array<any>',
    'let a: string | any',
    `// ${'TO'}DO later`,
    `/* ${'FIX'}ME */`,
    `it.${'skip'}('x', () => {})`,
    `describe.concurrent.${'only'}('x', () => {})`,
    `it.${'todo'}('x')`,
  ])('is refused: %s', (text) => {
    expect(checkSources([file(text)])).toHaveLength(1)
  })

  it.each([
    "it('takes: any text', () => {})",
    '// as any person would: any',
    'where sha256 = any(list)',
    'const { skip, only } = options',
    'const many: Company = anything',
  ])('is let be: %s', (text) => {
    expect(checkSources([file(text)])).toEqual([])
  })

  it('is too long beyond 400 lines, tests too', () => {
    const test = file('\n'.repeat(401), 'src/domain/x.test.ts')
    expect(checkSources([test, file('\n')])).toEqual(['src/domain/x.test.ts has 401 lines'])
  })

  it('may be long when half of them are short', () => {
    const short = file('\n'.repeat(100))
    const long = file('\n'.repeat(101), 'workers/x.ts')
    expect(checkSources([short, short, long])).toEqual([])
    expect(checkSources([short, long, long])).toEqual(['half of the files have 101 lines or more'])
    expect(checkSources([short, file('\n'.repeat(300), 'scripts/x.ts')])).toEqual([])
    expect(checkSources([])).toEqual(['there are no source files'])
  })
})
