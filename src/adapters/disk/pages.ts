/**
 * The pages as `scripts/build` left them: a folder of files with hashed names and Vite's `manifest.json`. Everything is
 * read and packed when the server starts; after that the folder may change or go.
 */
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import { z } from 'zod'
import { type Asset, noPages, type PageName, type PageParts, type Pages, pageNames } from '#ports/pages.ts'
import { codeOf } from './disk-fault.ts'

const names = z.array(z.string()).default([])

/** What of Vite's manifest we read: `file` and what belongs to it, by the path of the source. */
const manifestShape = z.record(
  z.string(),
  z.object({
    file: z.string(),
    name: z.string().optional(),
    isEntry: z.boolean().default(false),
    imports: names,
    dynamicImports: names,
    css: names,
    assets: names,
  }),
)

type Manifest = z.output<typeof manifestShape>

/** As Vite names what it makes; nothing else in the folder is for a browser. */
const hashedName = /^[A-Za-z0-9_.-]+-[A-Za-z0-9_-]{8}\.[a-z0-9]+$/

const types: Readonly<Record<string, string>> = {
  '.bcmap': 'application/octet-stream',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.icc': 'application/vnd.iccprofile',
  '.json': 'application/json',
  '.pfb': 'application/octet-stream',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
}

const pack = promisify(gzip)

const readAsset = async (path: string, type: string, decodes: boolean): Promise<Asset> => {
  const bytes = await readFile(path)
  const packed = await pack(bytes, { level: constants.Z_BEST_COMPRESSION })
  return packed.length < bytes.length * 0.95
    ? { type, bytes: packed, packed: true, decodes }
    : { type, bytes, packed: false, decodes }
}

/** Every chunk that a chunk imports at once, itself left out. */
const importsOf = (manifest: Manifest, key: string, found = new Set<string>()): ReadonlySet<string> => {
  for (const next of manifest[key]?.imports ?? [])
    if (!found.has(next)) {
      found.add(next)
      importsOf(manifest, next, found)
    }
  return found
}

/** The workers of the readers' page, which it starts when pictures are looked at: they decode, and no other page's do. */
const decodersOf = (manifest: Manifest): ReadonlySet<string> => {
  const found = new Set<string>()
  const walk = (key: string): void => {
    if (found.has(key)) return
    found.add(key)
    const { imports = [], dynamicImports = [] } = manifest[key] ?? {}
    for (const next of [...imports, ...dynamicImports]) walk(next)
  }
  for (const [key, { isEntry, name }] of Object.entries(manifest)) if (isEntry && name === 'read') walk(key)
  const assets = Array.from(found).flatMap((key) => manifest[key]?.assets ?? [])
  return new Set(assets.filter((name) => name.endsWith('.js')))
}

const partsOf = (manifest: Manifest, page: PageName): PageParts | null => {
  const [key, entry] =
    Object.entries(manifest).find(([, { isEntry, name }]) => isEntry && name === page) ?? []
  if (key === undefined || entry === undefined) return null
  const imported = Array.from(importsOf(manifest, key)).flatMap((one) => manifest[one] ?? [])
  const all = [entry, ...imported]
  return {
    script: entry.file,
    styles: [...new Set(all.flatMap(({ css }) => css))],
    modules: imported.map(({ file }) => file),
    icon: manifest['icon.svg']?.file ?? null,
    licences: manifest['licences.txt']?.file ?? null,
  }
}

const unreadable = (folder: string, cause: unknown): Error =>
  new Error(`the pages in ${folder} cannot be read: run ./scripts/build`, { cause })

const readManifest = async (folder: string): Promise<Manifest | null> => {
  try {
    return manifestShape.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')))
  } catch (failure) {
    if (codeOf(failure) === 'ENOENT') return null
    throw unreadable(folder, failure)
  }
}

/** Reads the folder; `noPages` when nothing was put together. @throws Error when what is there is not whole. */
export const readPages = async (folder: string): Promise<Pages> => {
  const manifest = await readManifest(folder)
  if (manifest === null) return noPages
  const assets = new Map<string, Asset>()
  const decoders = decodersOf(manifest)
  for (const name of await readdir(folder)) {
    const type = types[extname(name)]
    if (hashedName.test(name) && type !== undefined)
      assets.set(name, await readAsset(join(folder, name), type, decoders.has(name)))
  }
  const named = Object.values(manifest).flatMap(({ file, css, assets: others }) => [file, ...css, ...others])
  const gone = named.find((name) => !assets.has(name))
  if (gone !== undefined) throw unreadable(folder, new Error(`${gone} is not there, or is of no known kind`))
  const parts = new Map(pageNames.map((page) => [page, partsOf(manifest, page)]))
  return { partsOf: (page) => parts.get(page) ?? null, asset: (name) => assets.get(name) ?? null }
}
