/**
 * Checks that the papers say what the code does: `node scripts/check-docs.ts`, exit code 1 and one line for each
 * problem. `--write` first puts the settings of `src/config/settings.ts` into the README. What is looked at
 * comes in as text, so that every check can be shown to fail.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { settings, trialSetting } from '#config/settings.ts'
import type { Operation } from '#contract/operation.ts'
import { operations } from '#contract/operations.ts'
import { checkDockerfile } from './check-dockerfile.ts'

const mostReadmeLines = 230
const mostWords = 14
const mostFileLines = 400
const mostMedianLines = 100

/** SHA-256 of https://www.apache.org/licenses/LICENSE-2.0.txt. */
const apacheLicense = 'cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30'

const marks = (name: string) => ({ start: `<!-- ${name} -->\n`, end: `<!-- /${name} -->` })

/** What stands between the two marks of a name; null when they are not there. */
export const between = (text: string, name: string): string | null => {
  const { start, end } = marks(name)
  const from = text.indexOf(start)
  const to = text.indexOf(end, from)
  return from < 0 || to < 0 ? null : text.slice(from + start.length, to)
}

/** The table of settings as the README has it. */
export const settingsTable = (): string =>
  [
    '| setting | default | meaning |',
    '|---|---|---|',
    ...[...settings, trialSetting].map(
      ({ name, fallback, meaning }) =>
        `| \`${name}\` | ${fallback === null ? 'must be set' : fallback === '' ? '' : `\`${fallback}\``} | ${meaning} |`,
    ),
    '',
  ].join('\n')

/** The README with the table of settings as it is now. */
export const writeSettings = (readme: string): string => {
  const old = between(readme, 'settings')
  const { start, end } = marks('settings')
  return old === null
    ? readme
    : readme.replace(`${start}${old}${end}`, () => `${start}${settingsTable()}${end}`)
}

const rowsOf = (table: string): string[] => table.split('\n').filter((line) => line.startsWith('| '))

/** Length, settings and glossary of the README. */
export const checkReadme = (readme: string): string[] => {
  const problems: string[] = []
  const lines = readme.split('\n').length - 1
  if (lines > mostReadmeLines) problems.push(`README.md has ${lines} lines, ${mostReadmeLines} at most`)
  const table = between(readme, 'settings')
  if (table === null) problems.push('README.md has no table of settings')
  else
    for (const row of new Set([...rowsOf(table), ...rowsOf(settingsTable())]))
      if (!rowsOf(settingsTable()).includes(row))
        problems.push(`README.md has a setting that is none: ${row}`)
      else if (!rowsOf(table).includes(row)) problems.push(`README.md lacks the setting: ${row}`)
  const words = rowsOf(between(readme, 'glossary') ?? '').length - 1
  if (words < 1) problems.push('README.md has no glossary')
  if (words > mostWords) problems.push(`the glossary has ${words} words, ${mostWords} at most`)
  return problems
}

/** Everything in a text that is code: fenced blocks and words in backticks. */
const codeOf = (markdown: string): string[] =>
  Array.from(
    markdown.matchAll(/```[^\n]*\n([\s\S]*?)```|`([^`\n]+)`/g),
    ([, block, word]) => block ?? word ?? '',
  )

const rootFile =
  /^(?:[A-Z]+\.md|LICENSE|Dockerfile|\.dockerignore|\.oxlintrc\.json|[a-z-]+\.json|[a-z]+\.config\.ts)$/
const ownPath = /^(?:src|workers|fixtures|scripts)\/[\w./-]+$/
const sourceFile = /^\w[\w.-]*(?:\/[\w.-]+)+\.(?:ts|md)$/

/** Files and folders of ours that a text names and that are not there. */
export const checkPaths = (name: string, markdown: string, isThere: (path: string) => boolean): string[] => {
  const words = codeOf(markdown).flatMap((code) => code.split(/[\s"'()=,;<>|]+/))
  const paths = words
    .map((word) => word.replace(/^\.\//, '').replace(/[.:]$/, ''))
    .filter((path) => ownPath.test(path) || rootFile.test(path) || sourceFile.test(path))
  return [...new Set(paths)]
    .filter((path) => !isThere(path))
    .map((path) => `${name} names ${path}, which is not there`)
}

const shapeOf = (path: string): string => path.replaceAll(/\{\w+\}|\$\{\w+\}|\$\w+/g, '{}')

/** Addresses in a text that the contract does not have, or not with that method. */
export const checkOperations = (name: string, markdown: string): string[] => {
  const list: readonly Operation[] = Object.values(operations)
  const known = new Set(list.flatMap(({ method, path }) => [shapeOf(path), `${method} ${shapeOf(path)}`]))
  const found = codeOf(markdown).flatMap((code) =>
    Array.from(
      code.matchAll(
        /(?:\b(GET|HEAD|POST|PUT|DELETE|PATCH) )?(\/(?:api|\.well-known)\/[\w/{}$.-]+|\/(?:healthz|readyz)\b)/g,
      ),
      ([, method, path = '']) =>
        `${method === undefined ? '' : `${method} `}${shapeOf(path.replace(/\.$/, ''))}`,
    ),
  )
  return [...new Set(found)]
    .filter((operation) => !known.has(operation))
    .map((operation) => `${name} names ${operation}, which the contract does not have`)
}

/** The changelog keeps its form, and the licence is the Apache License 2.0 to the byte. */
export const checkChangelog = (text: string): string[] =>
  /^## \[Unreleased\]\n+### \w+\n+- /m.test(text) ? [] : ['CHANGELOG.md has nothing under [Unreleased]']

export const checkLicense = (text: string): string[] =>
  createHash('sha256').update(text).digest('hex') === apacheLicense ? [] : ['LICENSE is not Apache-2.0']

/** A source file: its path from the root and its text. */
export type SourceFile = { readonly path: string; readonly text: string }

const linesOf = ({ text }: SourceFile): number => text.split('\n').length - 1
const isTest = ({ path }: SourceFile): boolean => /\.(?:test|contract)\.ts$/.test(path)

/** Comments and plain texts, which may say anything. */
const prose = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g
const anyType = /(?:[:<|&]|\bas|=>|\btype \w+ =)\s*any\b(?!\s*\()|,\s*any\s*[>,]/
const postponed = /\bTO(?:DO)\b|\bFIX(?:ME)\b|\b(?:it|test|describe|suite)(?:\.\w+)*\.(?:skip|only|todo)\b/

/** Sizes, and what has no place in any file. Sizes are taken of what runs, in `src` and `workers`. */
export const checkSources = (files: readonly SourceFile[]): string[] => {
  const problems: string[] = []
  const sizes = files
    .filter((file) => /^(?:src|workers)\//.test(file.path) && !isTest(file))
    .map(linesOf)
    .sort((a, b) => a - b)
  const median = sizes[Math.floor(sizes.length / 2)] ?? 0
  if (sizes.length === 0) problems.push('there are no source files')
  if (median > mostMedianLines) problems.push(`half of the files have ${median} lines or more`)
  for (const file of files) {
    if (linesOf(file) > mostFileLines) problems.push(`${file.path} has ${linesOf(file)} lines`)
    if (anyType.test(file.text.replace(prose, "''"))) problems.push(`${file.path} has a type of any`)
    if (postponed.test(file.text)) problems.push(`${file.path} postpones or leaves out something`)
  }
  return problems
}

const root = resolve(import.meta.dirname, '..')

const read = (path: string): string =>
  existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : ''

const readSources = (): SourceFile[] =>
  ['src', 'workers', 'fixtures', 'scripts'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => ({ path: `${folder}/${name}`, text: read(`${folder}/${name}`) })),
  )

/** Every problem of this working tree. */
export const checkAll = (): string[] => [
  ...checkReadme(read('README.md')),
  ...checkOperations('README.md', read('README.md')),
  ...['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].flatMap((name) =>
    read(name) === ''
      ? [`${name} is not there`]
      : checkPaths(name, read(name), (path) => existsSync(join(root, path))),
  ),
  ...checkChangelog(read('CHANGELOG.md')),
  ...checkLicense(read('LICENSE')),
  ...checkDockerfile(read('Dockerfile'), read('.dockerignore')),
  ...checkSources(readSources()),
]

if (process.argv[1] === import.meta.filename) {
  if (process.argv.includes('--write'))
    writeFileSync(join(root, 'README.md'), writeSettings(read('README.md')))
  const problems = checkAll()
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length > 0 ? 1 : 0
}
