/**
 * Licences: what the pages bundle of other people's work, each with its own words, as one text beside the pages. It is
 * found while they are put together, so that nothing is in them and not in it.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Plugin, Rolldown } from 'vite'

type Bundle = Rolldown.OutputBundle

/** The innermost package of a path, and its folder. */
const packagePath = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//

const isLicence = (name: string): boolean => /^(licen[cs]e|copying|notice)/i.test(name)

const textsIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && isLicence(entry.name))
    .map((entry) => readFileSync(join(folder, entry.name), 'utf8').trim())

const fieldOf = (of: unknown, name: string): unknown =>
  typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** One package: its own licence files, and those beside what was taken of it, as with fonts. */
const write = (root: string, paths: ReadonlySet<string>): string => {
  const told: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const folders = new Set([root, ...[...paths].map(dirname)])
  const texts = new Set([...folders].flatMap(textsIn))
  const text = (name: string): string => textOf(fieldOf(told, name))
  if (text('license') === '') throw new Error(`${text('name')} has no licence that a program can read`)
  const repository = fieldOf(told, 'repository')
  const source = textOf(repository) || textOf(fieldOf(repository, 'url')) || 'not told'
  const head = `${text('name')} ${text('version')}\nLicence: ${text('license')}\nSource: ${source}`
  return [head, ...texts].join('\n\n')
}

/** `ofPages` writes what itself and `ofWorkers`, which are bundled by themselves, have seen. */
export const licences = (): { readonly ofPages: Plugin; readonly ofWorkers: Plugin } => {
  const packages = new Map<string, Set<string>>()
  const note = (path: string): void => {
    const [, root] = packagePath.exec(path.replace(/^\0/, '').replace(/\?.*$/, '')) ?? []
    if (root !== undefined)
      packages.set(root, (packages.get(root) ?? new Set()).add(path.replace(/\?.*$/, '')))
  }
  const look = (bundle: Bundle): void => {
    for (const made of Object.values(bundle))
      for (const path of made.type === 'chunk' ? made.moduleIds : made.originalFileNames)
        note(path.startsWith('/') ? path : join(import.meta.dirname, path))
  }
  return {
    ofWorkers: { name: 'licences-of-workers', generateBundle: (_, bundle) => look(bundle) },
    ofPages: {
      name: 'licences',
      generateBundle(_, bundle) {
        look(bundle)
        const texts = [...packages.keys()].sort().map((root) => write(root, packages.get(root) ?? new Set()))
        const source = `${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
        this.emitFile({ type: 'asset', name: 'licences.txt', originalFileName: 'licences.txt', source })
      },
    },
  }
}
