/**
 * Completes the lock file after a package was added: `node scripts/complete-lock.ts`. A registry that lacks a
 * package for some other platform makes npm leave it out of the lock, and `npm ci` then refuses that lock
 * everywhere. Names what is missing, at the exact version its parent asks for, as optional.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

type Entry = {
  version?: string
  dev?: boolean
  optional?: boolean
  cpu?: string[]
  os?: string[]
  libc?: string[]
  optionalDependencies?: Record<string, string>
}

const systems = new Set([
  'android',
  'darwin',
  'freebsd',
  'linux',
  'win32',
  'openharmony',
  'sunos',
  'aix',
  'openbsd',
  'netbsd',
])
const processors = new Set([
  'x64',
  'arm64',
  'arm',
  'ia32',
  'ppc64',
  'riscv64',
  's390x',
  'loong64',
  'mips64el',
  'wasm32',
])

const file = join(import.meta.dirname, '../package-lock.json')
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Entry> }

/** Where Node would look for a package, from one that needs it upwards. */
const places = (from: string, name: string): string[] => {
  const found = [`node_modules/${name}`]
  for (let at = from; at !== ''; at = at.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, ''))
    found.push(`${at}/node_modules/${name}`)
  return found
}

let added = 0
for (const [at, { optionalDependencies = {}, dev }] of Object.entries(lock.packages))
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (places(at, name).some((place) => lock.packages[place] !== undefined)) continue
    const words = name.split(/[/-]/)
    const cpu = words.filter((word) => processors.has(word))
    const os = words.filter((word) => systems.has(word))
    if (!/^\d/.test(version) || cpu.length + os.length === 0) continue
    lock.packages[`node_modules/${name}`] = {
      version,
      ...(cpu.length > 0 ? { cpu } : {}),
      ...(dev === true ? { dev } : {}),
      optional: true,
      ...(os.length > 0 ? { os } : {}),
      ...(name.includes('musl') ? { libc: ['musl'] } : name.includes('gnu') ? { libc: ['glibc'] } : {}),
    }
    added += 1
  }

lock.packages = Object.fromEntries(
  Object.entries(lock.packages).toSorted(([a], [b]) => a.localeCompare(b, 'en')),
)
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${added} packages of other platforms named`)
