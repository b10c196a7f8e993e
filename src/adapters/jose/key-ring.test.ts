/** The ring on disk: what it is made of, who may read it, and what it refuses. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { calculateJwkThumbprint } from 'jose'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { Fault } from '#domain/fault.ts'
import type { CaseId } from '#domain/id.ts'
import { openEdgeRing } from './edge-ring.ts'
import { createKeyRing, rotateSigningKey } from './key-ring.ts'
import { openVaultRing } from './vault-ring.ts'

const issuer = 'https://records.example'
const start = Date.parse('2026-11-22T12:00:00Z')
const root = mkdtempSync(join(tmpdir(), 'rings-'))
afterAll(() => rmSync(root, { recursive: true }))

let folder: string
let at: number
const clock = { now: () => new Date(at) }
const files = (under = folder): string[] =>
  readdirSync(under, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(under.length + 1))
    .sort()
const read = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>
const write = (name: string, value: unknown): void => writeFileSync(join(folder, name), JSON.stringify(value))
const contents = (): Record<string, string> =>
  Object.fromEntries(files().map((name) => [name, readFileSync(join(folder, name), 'base64')]))
const whyOf = (run: () => unknown): string => {
  try {
    run()
  } catch (fault) {
    if (fault instanceof Fault && fault.code === 'key.unavailable') return String(fault.cause)
    throw fault
  }
  return 'nothing was refused'
}

/** Everything a fault and its causes say, as a developer's log might show it. */
const saidBy = (run: () => unknown): string => {
  const said: string[] = []
  try {
    run()
  } catch (fault) {
    for (let cause: unknown = fault; cause instanceof Error; cause = cause.cause)
      said.push(cause.message, cause.stack ?? '')
  }
  return said.join('\n')
}

beforeEach(() => {
  at = start
  folder = join(root, randomUUID())
  createKeyRing(folder, clock.now())
})

const madeFiles = [
  'edge/fingerprint.key',
  'edge/receipt-1.json',
  'public.jwks.json',
  'vault/access-1.json',
  'vault/intake-1.json',
  'vault/link-1.json',
  'vault/manifest-1.json',
  'vault/master-1.json',
]

describe('a new ring', () => {
  it('has these files and no other, readable by their owner alone', () => {
    expect(files()).toEqual(madeFiles)
    for (const name of madeFiles) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
    for (const name of ['', 'edge', 'vault']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o700)
  })

  it('is not changed by a second start', () => {
    const before = contents()
    createKeyRing(folder, new Date(at + 1_000_000))
    expect(contents()).toEqual(before)
  })

  it('names every key by its RFC 7638 thumbprint and publishes no private half', async () => {
    const keys = openEdgeRing(folder, clock, issuer).publicKeys.keys()
    expect(keys.map(({ purpose }) => purpose)).toEqual(['receipt', 'link', 'access', 'manifest', 'intake'])
    for (const key of keys) {
      expect(key['kid']).toBe(await calculateJwkThumbprint(key))
      expect(key).not.toHaveProperty('d')
    }
    expect(readFileSync(join(folder, 'public.jwks.json'), 'utf8')).not.toContain('"d"')
  })

  it('is one ring when several processes make it at once', async () => {
    const shared = join(root, randomUUID())
    const script = `import { createKeyRing } from ${JSON.stringify(join(import.meta.dirname, 'key-ring.ts'))}
      createKeyRing(${JSON.stringify(shared)}, new Date())`
    const run = promisify(execFile)
    const node = () =>
      run(process.execPath, ['--input-type=module', '-e', script], { cwd: import.meta.dirname })
    await Promise.all([node(), node(), node(), node()])
    expect(files(shared)).toEqual(madeFiles)
    const { vault } = openVaultRing(shared, clock, issuer)
    const id = randomUUID() as CaseId
    const { intakeKey, wrappedKey } = await vault.create(id)
    const locked = await openEdgeRing(shared, clock, issuer).seal.lock(id, intakeKey, new Uint8Array(32))
    expect(await (await vault.open(id, wrappedKey)).unlock(locked)).toEqual(new Uint8Array(32))
  })

  it('is finished by the next start when the first was cut off anywhere', () => {
    for (const name of madeFiles.filter((made) => made !== 'public.jwks.json')) {
      rmSync(join(folder, name))
      rmSync(join(folder, 'public.jwks.json'))
      createKeyRing(folder, clock.now())
      expect(files()).toEqual(madeFiles)
      openVaultRing(folder, clock, issuer)
      openEdgeRing(folder, clock, issuer)
    }
  })
})

describe('a ring that must not be used', () => {
  const openEdge = (): unknown => openEdgeRing(folder, clock, issuer)
  const openVault = (): unknown => openVaultRing(folder, clock, issuer)

  it.each([
    ['edge/fingerprint.key', openEdge],
    ['edge/receipt-1.json', openEdge],
    ['vault/master-1.json', openVault],
    ['vault/link-1.json', openVault],
  ])('refuses %s when group or others can read it', (name, open) => {
    for (const mode of [0o640, 0o604, 0o620, 0o602]) {
      chmodSync(join(folder, name), mode)
      expect(whyOf(open)).toContain('chmod it to 600')
    }
    chmodSync(join(folder, name), 0o400)
    open()
  })

  it('lets others read the public set, never write it', () => {
    chmodSync(join(folder, 'public.jwks.json'), 0o644)
    openEdge()
    chmodSync(join(folder, 'public.jwks.json'), 0o664)
    expect(whyOf(openEdge)).toContain('public.jwks.json is open to others')
  })

  it('refuses folders where others can exchange files', () => {
    chmodSync(join(folder, 'vault'), 0o777)
    expect(whyOf(() => createKeyRing(folder, clock.now()))).toContain('chmod it to 700')
  })

  it.each([0, 31, 33, 64])('refuses a fingerprint key of %i bytes', (length) => {
    writeFileSync(join(folder, 'edge', 'fingerprint.key'), Buffer.alloc(length))
    expect(whyOf(openEdge)).toContain('not 32 bytes')
  })

  it.each<[string, string, Record<string, unknown>, () => unknown]>([
    [
      'a signing key of another format',
      'vault/link-1.json',
      { format: 'second-read/2/signing-key' },
      openVault,
    ],
    ['a signing key of another purpose', 'vault/link-1.json', { purpose: 'access' }, openVault],
    ['a signing key with a foreign kid', 'vault/link-1.json', { kid: 'A'.repeat(43) }, openVault],
    ['a signing key with no date', 'vault/link-1.json', { createdAt: 'yesterday' }, openVault],
    ['a signing key with more in it', 'vault/link-1.json', { more: 1 }, openVault],
    ['a master key of another format', 'vault/master-1.json', { format: 'x' }, openVault],
    ['a master key that was exchanged', 'vault/master-1.json', { key: 'A'.repeat(43) }, openVault],
    ['a master key that is too short', 'vault/master-1.json', { key: 'AAAA' }, openVault],
    ['a public set of another shape', 'public.jwks.json', { keys: [{ kty: 'oct' }] }, openEdge],
  ])('refuses %s', (_, name, change, open) => {
    write(name, { ...read(name), ...change })
    expect(whyOf(open)).toMatch(/format|contradicts itself|key set of this program/)
  })

  it('refuses halves that do not belong together', () => {
    const link = read('vault/link-1.json')
    const other = read('vault/access-1.json')
    const d = (other['key'] as { d: string }).d
    write('vault/link-1.json', { ...link, key: { ...(link['key'] as object), d } })
    expect(whyOf(openVault)).toContain('contradicts itself')
  })

  it('refuses a public set whose kid is not its key’s', () => {
    const { keys } = read('public.jwks.json') as { keys: { kid: string }[] }
    write('public.jwks.json', {
      keys: keys.map((key, n) => ({ ...key, kid: keys[(n + 1) % keys.length]?.kid })),
    })
    expect(whyOf(openEdge)).toContain('kid')
  })

  it('says nothing of a key when its file is damaged', () => {
    const text = readFileSync(join(folder, 'vault', 'master-1.json'), 'utf8')
    const key = String(read('vault/master-1.json')['key'])
    writeFileSync(join(folder, 'vault', 'master-1.json'), text.replace('"key"', 'key'))
    const said = saidBy(openVault)
    expect(said).toContain('not JSON')
    expect(said).not.toContain(key.slice(0, 6))
  })

  it('is not made anew when its master or fingerprint key is lost', () => {
    rmSync(join(folder, 'vault', 'master-1.json'))
    expect(whyOf(() => createKeyRing(folder, clock.now()))).toContain('restore the ring')
    expect(files()).not.toContain('vault/master-1.json')
  })

  it('is neither made nor rotated where there is only an edge', () => {
    const alone = join(root, randomUUID())
    cpSync(join(folder, 'edge'), join(alone, 'edge'), { recursive: true })
    cpSync(join(folder, 'public.jwks.json'), join(alone, 'public.jwks.json'))
    const before = files(alone)
    expect(whyOf(() => createKeyRing(alone, clock.now()))).toContain('restore the ring')
    expect(whyOf(() => rotateSigningKey(alone, 'receipt', clock.now()))).toContain('restore the ring')
    expect(files(alone)).toEqual(before)
  })
})
