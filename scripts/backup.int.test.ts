/**
 * Backup and restore on real gateways: from one that takes records at that moment into an empty one, which then
 * is the same gateway; and everything that must be refused is refused in words.
 */
import { createHash, randomUUID } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKeyRing } from '#adapters/jose/key-ring.ts'
import { call } from '#fixtures/client/call.ts'
import { type Desk, deskOf, signIn } from '#fixtures/client/desk.ts'
import {
  cutParts,
  exchange,
  finish,
  inMemory,
  plan,
  type Sendable,
  type Session,
  send,
  sendPart,
  status,
} from '#fixtures/client/sender.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { openTestLedger } from '#fixtures/ledger.ts'
import { canary, canaryPatient } from '#fixtures/patient.ts'
import { type Ran, runProgram } from '#fixtures/run-program.ts'
import { requireServer } from '#fixtures/test-server.ts'

let folder: string
let first: Gateway
let desk: Desk
let done: string
let bundle: { etag: string; digest: string }

const at = (...path: string[]): string => join(folder, ...path)

/** Runs a command on the gateway of a folder. */
const run = (command: string, gateway: string, ...args: string[]): Promise<Ran> =>
  runWith({ DATA_DIR: at(gateway, 'data') }, command, ...args)

const runWith = (env: Readonly<Record<string, string>>, command: string, ...args: string[]): Promise<Ran> =>
  runProgram(resolve(import.meta.dirname, `${command}.ts`), args, env)

const slices = (count: number, seed: number): Sendable[] =>
  [...ctStudy({ slices: count, seed, rows: 256, columns: 256 })].map((file) =>
    inMemory(file.path, file.bytes, file.modified.getTime()),
  )

const newSession = async (): Promise<{ id: string; session: Session }> => {
  const id = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
  const { url } = await desk.openLink(id)
  return { id, session: await exchange(first.url, url) }
}

const settled = async (url: string, session: Session): Promise<string[]> => {
  for (;;) {
    const states = (await status(url, session)).map((item) => item.state)
    if (!states.includes('received')) return states
    await new Promise((again) => setTimeout(again, 50))
  }
}

const bundleOf = async (url: string, of: Desk, id: string) => {
  const { token } = await of.openGrant(id)
  const { status: code, headers, body } = await call(`${url}/api/cases/${id}/bundle`, { token })
  expect(code).toBe(200)
  return { etag: String(headers.etag), digest: createHash('sha256').update(body).digest('hex') }
}

const putKeys = async (gateway: string): Promise<void> => {
  await mkdir(at(gateway, 'data'), { recursive: true })
  await cp(at('first/data/keys'), at(gateway, 'data/keys'), { recursive: true, preserveTimestamps: true })
}

const packsIn = async (objects: string): Promise<string[]> =>
  (await readdir(at(objects, 'packs'), { recursive: true })).filter((name) => name.length > 30)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-backup-'))
  first = await startGateway(at('first'))
  desk = await signIn(first.url, first.signInCode ?? '')
  const { id, session } = await newSession()
  await send(first.url, session, slices(30, 1))
  await finish(first.url, session)
  await settled(first.url, session)
  done = id
  bundle = await bundleOf(first.url, desk, id)
})

afterAll(async () => {
  await first.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('backup and restore', () => {
  it('from a gateway that takes records at that moment: the restored one is the same, and senders go on', async () => {
    const { id, session } = await newSession()
    const files = slices(60, 2)
    const planned = await plan(first.url, session, files)
    const parts = cutParts(session, planned, 300_000)
    const before = new Set<number>()
    let backup: Promise<Ran> | null = null
    for (const [index, part] of parts.slice(0, -3).entries()) {
      if (index === 5) backup = run('backup', 'first', at('kept'))
      if (backup === null) for (const { file } of part) before.add(file)
      await sendPart(first.url, session, planned, files, part)
    }
    const backedUp = await backup
    expect(backedUp?.err).toBe('')
    expect(backedUp?.code).toBe(0)
    expect(backedUp?.out).toMatch(/\d+ rows and \d+ objects .* as of .*Z; \d+ objects .* were new/)
    expect(backedUp?.out).toContain(`Not in it is the key ring`)
    expect(backedUp?.out).toContain(at('first/data/keys'))
    await first.stop()

    await putKeys('second')
    const restored = await run('restore', 'second', at('kept'))
    expect(restored).toMatchObject({ code: 0, err: '' })
    expect(restored.out).toContain('The audit chain holds.')
    const second = await startGateway(at('second'), { PORT: new URL(first.url).port })
    try {
      const scrubbed = await run('scrub', 'second')
      expect(scrubbed.out).toMatch(/items, 0 damaged; \d+ packs, 0 damaged/)
      expect(scrubbed.code).toBe(0)
      const again = deskOf(second.url, desk.token)
      expect(await bundleOf(second.url, again, done)).toEqual(bundle)
      const resumed = await plan(second.url, session, files)
      expect(resumed.map((item) => item.id)).toEqual(planned.map((item) => item.id))
      for (const file of before) expect(resumed[file]?.missing).toEqual([])
      expect(resumed.some((item) => item.missing.length > 0)).toBe(true)
      await send(second.url, session, files)
      await finish(second.url, session)
      expect(await settled(second.url, session)).toEqual(files.map(() => 'accepted'))
      expect(await again.accepted(id)).toBe(60)
    } finally {
      await second.stop()
      first = await startGateway(at('first'), { PORT: new URL(first.url).port })
    }
  }, 180_000)

  it('again into the same folder, copies only what is new', async () => {
    const { out, code } = await run('backup', 'first', at('kept'))
    expect(code).toBe(0)
    const [, objects, fresh] = /and (\d+) objects .*; (\d+) objects/.exec(out) ?? []
    expect(Number(objects)).toBe((await packsIn('first/data/objects')).length)
    expect(Number(fresh)).toBeLessThan(Number(objects))
    expect(await run('backup', 'first', at('kept'))).toMatchObject({
      out: expect.stringContaining('; 0 objects'),
    })
    expect((await readdir(at('kept'))).toSorted()).toEqual([
      'BACKUP.json',
      expect.stringMatching(/^ledger-[0-9a-f]{16}\.jsonl$/),
      'objects',
    ])
  }, 180_000)

  it('holds no key, no name and no byte of a record in the clear', async () => {
    const names = (await readdir(at('kept'), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
    const [file] = slices(1, 1)
    const keys = (await readdir(at('first/data/keys'), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && entry.parentPath !== at('first/data/keys'))
      .map((entry) => join(entry.parentPath, entry.name))
    expect(keys.length).toBeGreaterThan(5)
    const secrets = [canary, canaryPatient.name, canaryPatient.id].map((text) => Buffer.from(text))
    for (const key of keys) {
      const bytes = await readFile(key)
      const { d, k } = {
        d: /"d": "([^"]+)"/.exec(String(bytes))?.[1],
        k: /"key": "([^"]+)"/.exec(String(bytes))?.[1],
      }
      for (const secret of [d, k]) if (secret !== undefined) secrets.push(Buffer.from(secret))
      if (bytes.length === 32) secrets.push(bytes, Buffer.from(bytes.toString('hex')))
    }
    secrets.push(Buffer.from((await file?.read(9_000, 9_064)) ?? 'none'))
    expect(secrets.length).toBeGreaterThan(8)
    for (const name of names) {
      const text = await readFile(name)
      const hex = [...text.toString('latin1').matchAll(/\\\\x([0-9a-f]+)/g)].map(([, run_ = '']) =>
        Buffer.from(run_, 'hex'),
      )
      for (const bytes of [text, ...hex])
        for (const secret of secrets) expect(bytes.includes(secret)).toBe(false)
    }
  }, 180_000)

  it('restore refuses what it cannot put right', async () => {
    const refused = async (gateway: string, code: number, words: RegExp, from = 'kept') => {
      const { code: was, err } = await run('restore', gateway, at(from))
      expect(err).toMatch(words)
      expect(was).toBe(code)
    }
    await refused('first', 2, /stop the gateway first/)
    await refused('second', 1, /the ledger is not empty/)
    await refused('third', 2, /put the key ring back into .*third\/data\/keys first/)
    await refused('third', 2, /no backup in/, 'third')
    await putKeys('third')
    await rename(at('third/data/keys'), at('third/right'))
    createKeyRing(at('third/data/keys'), new Date())
    await refused('third', 1, /opens 0 of 2 cases/)
    await rm(at('third/data/keys'), { recursive: true })
    await rename(at('third/right'), at('third/data/keys'))

    await cp(at('kept'), at('spoilt'), { recursive: true })
    const note = await readFile(at('spoilt/BACKUP.json'), 'utf8')
    await writeFile(at('spoilt/BACKUP.json'), note.replace(/"migration": "[^"]+"/, '"migration": "0000-old"'))
    await refused('third', 1, /is of tables as of 0000-old, this program makes 00/, 'spoilt')
    await writeFile(at('spoilt/BACKUP.json'), note.replace('"rows"', '"rosw"'))
    await refused('third', 2, /store\.damaged/, 'spoilt')
    await writeFile(at('spoilt/BACKUP.json'), note)
    const [name = ''] = (await readdir(at('spoilt'))).filter((file) => file.endsWith('.jsonl'))
    const text = await readFile(at('spoilt', name), 'utf8')
    await writeFile(at('spoilt', name), text.replace('"state":"accepted"', '"state":"rejected"'))
    await refused('third', 1, /SHA-256 differs/, 'spoilt')
    await writeFile(at('spoilt', name), text)

    const [pack = ''] = await packsIn('spoilt/objects')
    await rm(at('spoilt/objects/packs', pack))
    const { code, err, out } = await run('restore', 'third', at('spoilt'))
    expect(err).toContain(`pack ${pack.slice(3)} is neither in the backup nor in the store`)
    expect(out).toContain('The audit chain holds.')
    expect(code).toBe(1)
    expect((await run('scrub', 'third')).out).toContain(`pack ${pack.slice(3)} of case`)
  }, 180_000)

  it('backup names what the store has lost, and leaves the backup of another gateway alone', async () => {
    const [pack = ''] = await packsIn('first/data/objects')
    const object = at('first/data/objects/packs', pack)
    await rename(object, at('aside'))
    const { code, err } = await run('backup', 'first', at('holed'))
    await rename(at('aside'), object)
    expect(err).toContain(`the object of pack ${pack.slice(3)} is not whole in the store`)
    expect(code).toBe(1)
    // From here on the two gateways have different pasts.
    await desk.openCase({ name: canaryPatient.name })
    expect((await run('backup', 'first', at('kept'))).code).toBe(0)
    const before = await readFile(at('kept/BACKUP.json'), 'utf8')
    const strange = await run('backup', 'second', at('kept'))
    expect(strange.err).toMatch(/holds a backup of another gateway/)
    expect(strange.code).toBe(1)
    expect(await readFile(at('kept/BACKUP.json'), 'utf8')).toBe(before)
  }, 180_000)

  it('goes from a folder into PostgreSQL and a bucket of one’s own, and from there into a folder', async () => {
    const server = (name: string): string => requireServer(process.env[name], name)
    const ledger = await openTestLedger(server('TEST_DATABASE_URL'))
    const bucket = `backup-${randomUUID()}`
    const env = {
      DATABASE_URL: ledger.url,
      KEYS_DIR: at('first/data/keys'),
      S3_BUCKET: bucket,
      S3_ENDPOINT: server('TEST_S3_ENDPOINT'),
      S3_REGION: server('TEST_S3_REGION'),
      S3_ACCESS_KEY_ID: server('TEST_S3_ACCESS_KEY_ID'),
      S3_SECRET_ACCESS_KEY: server('TEST_S3_SECRET_ACCESS_KEY'),
    }
    const admin = new S3Client({
      region: env.S3_REGION,
      endpoint: env.S3_ENDPOINT,
      forcePathStyle: true,
      credentials: { accessKeyId: env.S3_ACCESS_KEY_ID, secretAccessKey: env.S3_SECRET_ACCESS_KEY },
    })
    await admin.send(new CreateBucketCommand({ Bucket: bucket }))
    try {
      expect(await runWith(env, 'restore', at('kept'))).toMatchObject({ code: 0, err: '' })
      const scrubbed = await runWith(env, 'scrub')
      expect(scrubbed.out).toMatch(/items, 0 damaged; \d+ packs, 0 damaged/)
      expect(scrubbed.code).toBe(0)
      expect(await runWith(env, 'backup', at('back'))).toMatchObject({ code: 0, err: '' })
      const [kept, back] = await Promise.all(
        ['kept', 'back'].map(async (name) => JSON.parse(await readFile(at(name, 'BACKUP.json'), 'utf8'))),
      )
      expect(back).toMatchObject({ rows: kept.rows, audit: kept.audit, objects: kept.objects, missing: [] })
      for (const pack of await packsIn('back/objects'))
        expect(await readFile(at('back/objects/packs', pack))).toEqual(
          await readFile(at('kept/objects/packs', pack)),
        )
    } finally {
      const { Contents = [] } = await admin.send(new ListObjectsV2Command({ Bucket: bucket }))
      for (const { Key } of Contents) await admin.send(new DeleteObjectCommand({ Bucket: bucket, Key }))
      await admin.send(new DeleteBucketCommand({ Bucket: bucket }))
      admin.destroy()
      await ledger.close()
    }
  }, 180_000)
})
