/** The verifier on a bundle that is as it was signed, and on every way in which one is not. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CaseId } from '#domain/id.ts'
import { runProgram } from '#fixtures/run-program.ts'
import { bundleEntries, pageEntry } from '#formats/bundle/bundle-entries.ts'
import { placeItems } from '#formats/bundle/file-set.ts'
import { listManifest, writeManifest } from '#formats/bundle/manifest.ts'
import { writePages } from '#formats/bundle/pages.ts'
import { readPlan, sampleId, sampleItem } from '#formats/bundle/sample-case.ts'
import { planZip, type ZipEntry } from '#formats/bundle/zip-plan.ts'

const modified = new Date('2026-10-21T07:08:10Z')
const cover = {
  case: sampleId(0xca5e) as string as CaseId,
  revision: 4,
  institution: 'A hospital',
  contact: 'desk',
  software: 'Second Read',
  keys: 'https://hospital.example/keys',
}

let folder = ''
let entries: readonly ZipEntry[] = []
let sign: (typ: string, payload: Buffer) => Promise<string>
let revisedEntries: readonly ZipEntry[] = []

const page = (path: string, text: string | Buffer): ZipEntry => pageEntry(path, Buffer.from(text), modified)
const at = (path: string): ZipEntry => entries.find((entry) => entry.path === path) ?? page('', '')
const firstImage = 'DICOM/P0000001/ST000001/SE000001/IM000001'

const writeKeys = async (name: string, purpose: string) => {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519' })
  const jwk = await exportJWK(pair.publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  writeFileSync(
    join(folder, name),
    JSON.stringify({ keys: [{ ...jwk, kid, use: 'sig', alg: 'EdDSA', purpose }] }),
  )
  return (typ: string, payload: Buffer) =>
    new CompactSign(payload).setProtectedHeader({ alg: 'EdDSA', typ, kid }).sign(pair.privateKey)
}

/** A ZIP of these entries, contents from the sample. */
const zipOf = (some: readonly ZipEntry[], name = 'some.zip'): string => {
  const path = join(folder, name)
  writeFileSync(path, readPlan(planZip(some)))
  return path
}

const verify = async (path: string, keys = 'keys.json', env = {}) => {
  const program = fileURLToPath(import.meta.resolve('./verify.ts'))
  const given = keys === '' ? [] : ['--keys', join(folder, keys)]
  const { code, out, err } = await runProgram(program, [path, ...given], env)
  return { code, out, err }
}

const buildEntries = async (revision: number): Promise<ZipEntry[]> => {
  const items = Array.from({ length: 12 }, (_, i) =>
    i % 3 === 0 ? sampleItem(i, 'pdf', null, { sha1: '0'.repeat(40) }) : sampleItem(i, 'dicom', {}),
  )
  const set = placeItems(items)
  const pages = writePages(cover, set, modified).map(({ path, bytes }) => pageEntry(path, bytes, modified))
  const manifest = Buffer.from(writeManifest(listManifest(cover.case, revision, pages, set)))
  const signature = Buffer.from(await sign('manifest+jws', manifest))
  return bundleEntries(pages, { manifest, signature }, set, modified)
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'verify-'))
  sign = await writeKeys('keys.json', 'manifest')
  await writeKeys('others.json', 'manifest')
  const receipts = JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8'))
  receipts.keys[0].purpose = 'receipt'
  writeFileSync(join(folder, 'receipts.json'), JSON.stringify(receipts))
  entries = await buildEntries(4)
  revisedEntries = await buildEntries(5)
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('a bundle that is as it was signed', () => {
  it('holds, as ZIP, packed again by another program, and unpacked', async () => {
    const zip = zipOf(entries)
    const unpacked = join(folder, 'unpacked')
    execFileSync('unzip', ['-q', zip, '-d', unpacked])
    execFileSync('7z', ['a', '-tzip', '-mx=9', join(folder, 'again.zip'), '.'], {
      cwd: unpacked,
      stdio: 'ignore',
    })
    for (const path of [zip, unpacked, join(folder, 'again.zip')]) {
      const { code, out, err } = await verify(path)
      expect([code, err]).toEqual([0, ''])
      expect(out).toContain(`holds: all ${entries.length - 2} files`)
      expect(out).toContain(`case ${cover.case}, revision 4`)
    }
  })

  it('holds with the keys of this machine, and without any is not judged', async () => {
    const ring = join(folder, 'ring')
    mkdirSync(ring)
    writeFileSync(join(ring, 'public.jwks.json'), readFileSync(join(folder, 'keys.json')))
    expect((await verify(zipOf(entries), '', { KEYS_DIR: ring })).code).toBe(0)
    const none = await verify(zipOf(entries), '', { KEYS_DIR: join(folder, 'none') })
    expect([none.code, none.out]).toEqual([2, ''])
    expect(none.err).toContain('--keys')
  })
})

describe('a bundle that is not', () => {
  const changes: readonly [string, () => readonly ZipEntry[], RegExp][] = [
    [
      'has a changed file of the same length',
      () =>
        entries.map((entry) =>
          entry.path === 'README.TXT' ? page(entry.path, Buffer.alloc(entry.size, 65)) : entry,
        ),
      /README\.TXT: its content is not what was signed/,
    ],
    [
      'has a longer file',
      () => entries.map((entry) => (entry.path === firstImage ? page(entry.path, 'x'.repeat(5000)) : entry)),
      /IM000001: 5000 bytes long, signed were \d+/,
    ],
    ['lacks a file', () => entries.filter(({ path }) => path !== firstImage), /IM000001: missing/],
    [
      'lacks its signature',
      () => entries.filter(({ path }) => path !== 'MANIFEST.JWS'),
      /MANIFEST\.JWS: missing/,
    ],
    ['has a file more', () => [...entries, page('SETUP.EXE', 'MZ')], /SETUP\.EXE: not signed/],
    [
      'has another list',
      () =>
        entries.map((entry) =>
          entry.path === 'MANIFEST.JSN' ? page(entry.path, `${readPlanOf(entry)} `) : entry,
        ),
      /MANIFEST\.JSN: not the list that was signed/,
    ],
    [
      'has the signature of another revision',
      () =>
        entries.map((entry) =>
          entry.path === 'MANIFEST.JWS'
            ? (revisedEntries.find(({ path }) => path === entry.path) ?? entry)
            : entry,
        ),
      /MANIFEST\.JSN: not the list that was signed/,
    ],
    [
      'has a broken signature',
      () =>
        entries.map((entry) =>
          entry.path === 'MANIFEST.JWS'
            ? page(entry.path, `${readPlanOf(entry).slice(0, -8)}AAAAAAAA`)
            : entry,
        ),
      /MANIFEST\.JWS: the signature does not hold/,
    ],
  ]

  it.each(changes)('%s', async (_name, change, words) => {
    const { code, out, err } = await verify(zipOf(change()))
    expect([code, err]).toEqual([1, ''])
    expect(out).toMatch(words)
    expect(out).toContain('DOES NOT HOLD')
  })

  it('was signed by others, or with a key for something else, or as something else', async () => {
    expect((await verify(zipOf(entries), 'others.json')).out).toMatch(/a key that is not in this set/)
    expect((await verify(zipOf(entries), 'receipts.json')).out).toMatch(/a key that is not in this set/)
    const receipt = page(
      'MANIFEST.JWS',
      await sign('receipt+jws', Buffer.from(readPlanOf(at('MANIFEST.JSN')))),
    )
    const { code, out } = await verify(
      zipOf(entries.map((entry) => (entry.path === receipt.path ? receipt : entry))),
    )
    expect(code).toBe(1)
    expect(out).toMatch(/signed as something else/)
  })

  it('has one path twice, or one that climbs out', async () => {
    const zip = readPlan(planZip([...entries, page('XXXXXX.TXT', 'evil')]))
    const rename = (name: string): string => {
      const path = join(folder, 'renamed.zip')
      writeFileSync(path, Buffer.from(zip.toString('latin1').replaceAll('XXXXXX.TXT', name), 'latin1'))
      return path
    }
    expect((await verify(rename('README.TXT'))).out).toMatch(/README\.TXT: there twice/)
    const climbing = await verify(rename('../../\x1b.TX'))
    expect([climbing.code, climbing.out.includes('../../?.TX: not signed')]).toEqual([1, true])
  })

  it('hides a program in front of itself, or a file that only its own header tells of', async () => {
    const zip = readFileSync(zipOf(entries))
    const shifted = (front: Buffer): Buffer => {
      // Every offset of the list and its end moved, as a program that is stuck in front does it.
      const moved = Buffer.concat([front, zip])
      for (let at = moved.indexOf('PK\x01\x02'); at !== -1; at = moved.indexOf('PK\x01\x02', at + 4))
        moved.writeUInt32LE(moved.readUInt32LE(at + 42) + front.length, at + 42)
      const end = moved.length - 22
      moved.writeUInt32LE(moved.readUInt32LE(end + 16) + front.length, end + 16)
      return moved
    }
    const path = join(folder, 'front.zip')
    writeFileSync(path, shifted(Buffer.from('MZ and the rest of a program')))
    const front = await verify(path)
    expect([front.code, front.out]).toEqual([1, expect.stringMatching(/hides something at byte 0/)])
    const list = zip.indexOf('PK\x01\x02')
    const before = Buffer.concat([zip.subarray(0, list), Buffer.from('something'), zip.subarray(list)])
    before.writeUInt32LE(list + 9, before.length - 6)
    writeFileSync(path, before)
    expect((await verify(path)).out).toMatch(new RegExp(`hides something at byte ${list}`))
    const renamed = Buffer.from(zip)
    renamed.write('REALLY.EXE', zip.indexOf('README.TXT'), 'latin1')
    writeFileSync(path, renamed)
    expect((await verify(path)).out).toMatch(/hides something at byte 0/)
  })

  it('unpacked: has a link where a file was, and a file more', async () => {
    const unpacked = join(folder, 'linked')
    execFileSync('unzip', ['-q', zipOf(entries), '-d', unpacked])
    unlinkSync(join(unpacked, firstImage))
    symlinkSync('/etc/hostname', join(unpacked, firstImage))
    writeFileSync(join(unpacked, 'MORE.TXT'), 'x')
    const { code, out } = await verify(unpacked)
    expect(code).toBe(1)
    expect(out).toMatch(/IM000001: a link/)
    expect(out).toMatch(/MORE\.TXT: not signed/)
  })
})

describe('what cannot be read', () => {
  it('is said to be so', async () => {
    const zip = zipOf(entries)
    const cut = join(folder, 'cut.zip')
    writeFileSync(cut, readFileSync(zip).subarray(0, -30))
    for (const [path, keys] of [
      [cut, 'keys.json'],
      [join(folder, 'none.zip'), 'keys.json'],
      [zip, 'none.json'],
      [zip, 'cut.zip'],
    ] as const) {
      const { code, out, err } = await verify(path, keys)
      expect([code, out]).toEqual([2, ''])
      expect(err).toMatch(/cannot be read/)
    }
    expect((await verify('--nonsense')).code).toBe(2)
  })
})

/** Text of an entry that is at hand. */
const readPlanOf = (entry: ZipEntry): string =>
  entry.body.kind === 'bytes' ? entry.body.bytes.toString() : ''
