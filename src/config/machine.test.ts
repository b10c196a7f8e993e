/** Folders as they are on disk: what is open to others or cannot be used is told before anything starts. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createKeyRing } from '#adapters/jose/key-ring.ts'
import { loadConfig } from './load-config.ts'

let folder: string
const keys = () => join(folder, 'keys')
const objects = () => join(folder, 'objects')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'second-read-machine-'))
  createKeyRing(keys(), new Date())
  mkdirSync(objects(), { mode: 0o700 })
})
afterEach(() => rmSync(folder, { recursive: true }))

const problemsOf = (env: Record<string, string> = {}, mayBeNew = false): readonly string[] => {
  const read = loadConfig(
    { DATABASE_URL: 'postgres://gateway@localhost/x', KEYS_DIR: keys(), OBJECTS_DIR: objects(), ...env },
    { mayBeNew },
  )
  return 'problems' in read ? read.problems : []
}

describe('the machine', () => {
  it('is as set-up leaves it', () => {
    expect(problemsOf()).toEqual([])
  })

  it('has no key folder, file or half that others may read', () => {
    chmodSync(keys(), 0o755)
    chmodSync(join(keys(), 'vault'), 0o750)
    chmodSync(join(keys(), 'edge', 'fingerprint.key'), 0o640)
    expect(problemsOf()).toEqual([
      'KEYS_DIR: the folder itself is open to others (mode 755): chmod it to 700.',
      'KEYS_DIR: edge/fingerprint.key is open to others (mode 640): chmod it to 600.',
      'KEYS_DIR: vault is open to others (mode 750): chmod it to 700.',
    ])
  })

  it('lets anybody read the public keys, and nobody else write them', () => {
    chmodSync(join(keys(), 'public.jwks.json'), 0o644)
    expect(problemsOf()).toEqual([])
    chmodSync(join(keys(), 'public.jwks.json'), 0o664)
    expect(problemsOf()).toHaveLength(1)
  })

  it('has a key ring, unless it is about to be made', () => {
    const none = { KEYS_DIR: join(folder, 'none') }
    expect(problemsOf(none)).toEqual([expect.stringMatching(/not there.*set-up/)])
    expect(problemsOf(none, true)).toEqual([])
    const file = join(folder, 'file')
    writeFileSync(file, '')
    expect(problemsOf({ KEYS_DIR: file }, true)).toEqual(['KEYS_DIR is not a folder.'])
  })

  it('has a folder for objects that is ours, when there is no bucket', () => {
    chmodSync(objects(), 0o777)
    expect(problemsOf()).toEqual([expect.stringMatching(/^OBJECTS_DIR may be written by others/)])
    expect(problemsOf({ S3_BUCKET: 'records' })).toEqual([])
    expect(problemsOf({ OBJECTS_DIR: join(folder, 'later') })).toEqual([])
  })

  it('is told of together with the settings', () => {
    chmodSync(join(keys(), 'vault'), 0o755)
    const problems = problemsOf({
      PORT: '80800',
      PUBLIC_URL: 'https://a.example',
      REDIS_URL: 'redis://queue',
    })
    expect(problems.map((problem) => problem.split(/[ :]/)[0])).toEqual(['PORT', 'REDIS_URL', 'KEYS_DIR'])
  })
})
