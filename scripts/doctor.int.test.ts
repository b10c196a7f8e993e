/** Doctor: a gateway that is well has no FAIL; of one that is not, exactly what is broken is said, with what to do. */
import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { CreateBucketCommand, DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { runProgram } from '#fixtures/run-program.ts'
import { requireServer } from '#fixtures/test-server.ts'

const command = resolve(import.meta.dirname, 'doctor.ts')

let folder: string
let gateway: Gateway

type Diagnosis = { readonly code: number | null; readonly lines: string[]; readonly failures: string[] }

const examine = async (env: Readonly<Record<string, string>> = {}): Promise<Diagnosis> => {
  const { code, out, err } = await runProgram(command, [], {
    DATA_DIR: join(folder, 'data'),
    PORT: new URL(gateway.url).port,
    ...env,
  })
  expect(err).toBe('')
  const lines = out.trim().split('\n')
  for (const line of lines)
    expect(line).toMatch(
      /^(ok|warn|FAIL) +(settings|machine|disk|parser|keys|ledger|queue|store|clock|scanner|address)\b.*:/,
    )
  return { code, lines, failures: lines.filter((line) => line.startsWith('FAIL')) }
}

/** One failure, in these words, and an exit code of 1. */
const expectFailure = ({ code, failures }: Diagnosis, ...words: RegExp[]): void => {
  expect(failures).toEqual(words.map((wanted) => expect.stringMatching(wanted)))
  expect(code).toBe(1)
}

const ofItsOwn = (databaseUrl: string): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  KEYS_DIR: join(folder, 'data/keys'),
  OBJECTS_DIR: join(folder, 'data/objects'),
  MALWARE_SCAN: 'none',
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-doctor-'))
  gateway = await startGateway(folder)
})

afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('a trial', () => {
  it('that is well has nothing to complain of, and is left as it was', async () => {
    const { code, lines, failures } = await examine()
    expect(failures).toEqual([])
    expect(code).toBe(0)
    for (const what of [
      'ok    settings: every one is well',
      'ok    keys: the vault half is there and every key of it loads',
      'ok    ledger: what it commits is on its disk (fsync, synchronous_commit, full_page_writes)',
      'ok    queue: in the ledger’s database',
      'ok    store: an object is written, read, never overwritten, and removed',
      `ok    address: a server answers at ${gateway.url}`,
    ])
      expect(lines).toContain(what)
    expect(lines.filter((line) => line.startsWith('ok    parser:'))).toHaveLength(1)
    const probes = join(folder, 'data/objects/probes')
    expect(
      (await readdir(probes, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()),
    ).toEqual([])
  })

  it('whose keys others may read', async () => {
    const keys = join(folder, 'data/keys')
    await chmod(keys, 0o755)
    const found = await examine()
    await chmod(keys, 0o700)
    expectFailure(
      found,
      /settings: KEYS_DIR: the folder itself is open to others \(mode 755\): chmod it to 700/,
    )
  })

  it('whose master key is gone, or damaged', async () => {
    const key = join(folder, 'data/keys/vault/master-1.json')
    await rename(key, `${key}.aside`)
    expectFailure(
      await examine(),
      /keys: the vault half does not load \(.*no master key\).*put the key ring back/,
    )
    await writeFile(key, '{}', { mode: 0o600 })
    const found = await examine()
    await rename(`${key}.aside`, key)
    expectFailure(found, /keys: the vault half does not load \(.*master-1\.json is not of the format/)
  })

  it('whose objects folder takes nothing', async () => {
    const probes = join(folder, 'data/objects/probes')
    await rm(probes, { recursive: true, force: true })
    await writeFile(probes, '')
    const found = await examine()
    await rm(probes)
    expectFailure(
      found,
      /store: no object can be written \(store\.unavailable\): check that OBJECTS_DIR is writable/,
    )
  })

  it('that is not there', async () => {
    const { failures, code } = await examine({ DATA_DIR: join(folder, 'nowhere') })
    expect(failures.join('\n')).toMatch(/KEYS_DIR is not there[^]*no trial in/)
    expect(code).toBe(1)
  })
})

describe('servers of one’s own', () => {
  let ledger: TestLedger
  const bucket = `doctor-${randomUUID()}`
  const server = (name: string): string => requireServer(process.env[name], name)
  const admin = new S3Client({
    region: server('TEST_S3_REGION'),
    endpoint: server('TEST_S3_ENDPOINT'),
    forcePathStyle: true,
    credentials: {
      accessKeyId: server('TEST_S3_ACCESS_KEY_ID'),
      secretAccessKey: server('TEST_S3_SECRET_ACCESS_KEY'),
    },
  })
  const env = (): Record<string, string> => ({
    ...ofItsOwn(ledger.url),
    REDIS_URL: server('TEST_REDIS_URL'),
    S3_BUCKET: bucket,
    S3_ENDPOINT: server('TEST_S3_ENDPOINT'),
    S3_REGION: server('TEST_S3_REGION'),
    S3_ACCESS_KEY_ID: server('TEST_S3_ACCESS_KEY_ID'),
    S3_SECRET_ACCESS_KEY: server('TEST_S3_SECRET_ACCESS_KEY'),
  })

  beforeAll(async () => {
    ledger = await openTestLedger(server('TEST_DATABASE_URL'))
    await admin.send(new CreateBucketCommand({ Bucket: bucket }))
  })

  afterAll(async () => {
    await admin.send(new DeleteBucketCommand({ Bucket: bucket }))
    admin.destroy()
    await ledger.close()
  })

  it('are asked too, each in its way, and nothing secret is said', async () => {
    const { code, lines } = await examine(env())
    for (const what of [
      /^ok +queue: Redis \d/,
      /^ok +clock: Redis is 0\.\d s/,
      /^ok +clock: PostgreSQL is 0\.\d s/,
      /^(ok|warn) +clock: the object store is [01]\.0 s/,
      /^ok +store: the bucket itself refuses to overwrite/,
      /^ok +store: an object is written, read, never overwritten, and removed/,
    ])
      expect(lines).toContainEqual(expect.stringMatching(what))
    const unsafe = (await ledger.sql<{ off: boolean }>(`select current_setting('fsync') <> 'on' as off`))[0]
      ?.off
    expect(lines.some((line) => line.includes('a power cut would lose'))).toBe(unsafe)
    expect(code).toBe(unsafe ? 1 : 0)
    for (const name of ['TEST_S3_SECRET_ACCESS_KEY', 'TEST_S3_ACCESS_KEY_ID', 'TEST_REDIS_URL'])
      expect(lines.join('\n')).not.toContain(server(name))
  })

  it('a ledger that does not answer', async () => {
    const { code, failures } = await examine(ofItsOwn('postgres://nobody@127.0.0.1:1/none'))
    expect(failures).toEqual([
      expect.stringMatching(/ledger: PostgreSQL does not answer .*: check DATABASE_URL/),
    ])
    expect(code).toBe(1)
  })

  it('a queue, a bucket and settings that are not there', async () => {
    const { failures } = await examine({
      ...env(),
      REDIS_URL: 'redis://127.0.0.1:1',
      S3_BUCKET: `none-${bucket}`,
    })
    expect(failures).toContainEqual(expect.stringMatching(/queue: Redis does not answer: check REDIS_URL/))
    expect(failures).toContainEqual(expect.stringMatching(/store: there is no such bucket: make it/))
    const { failures: unread, lines } = await examine({ ...env(), ROLES: 'cook', INSPECTORS: '99' })
    expect(unread).toEqual([
      expect.stringMatching(/settings: ROLES may name/),
      expect.stringMatching(/settings: INSPECTORS must be/),
    ])
    expect(lines).toContain('warn  ledger, queue, store: not asked: mend the settings first')
    const log = await readFile(join(folder, 'data/keys/public.jwks.json'), 'utf8')
    expect(lines.join('\n')).not.toContain(log.slice(20, 60))
  })
})
