/** The S3 store on a real server, through the network and through a proxy that damages what passes. */
import { randomBytes, randomUUID } from 'node:crypto'
import { connect, createServer } from 'node:net'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { objectStoreContract } from '#ports/object-store.contract.ts'
import { openS3Store } from './object-store.ts'
import { probeStore } from './probe.ts'
import type { S3Settings } from './settings.ts'

const needed = (name: string): string => {
  const value = process.env[name]
  if (value === undefined || value === '')
    throw new Error(`${name} is missing: start the servers with scripts/services/services`)
  return value
}

const bucket = `test-${randomUUID()}`
const settings: S3Settings = {
  bucket,
  endpoint: needed('TEST_S3_ENDPOINT'),
  region: needed('TEST_S3_REGION'),
  accessKeyId: needed('TEST_S3_ACCESS_KEY_ID'),
  secretAccessKey: needed('TEST_S3_SECRET_ACCESS_KEY'),
  pathStyle: true,
  prefix: '',
  sse: null,
  sseKey: null,
  limits: { singleBytes: 6_291_456, partBytes: 5_242_880, pageKeys: 10, firstDelayMs: 10 },
}
const admin = new S3Client({
  region: settings.region,
  endpoint: settings.endpoint ?? '',
  forcePathStyle: true,
  credentials: {
    accessKeyId: settings.accessKeyId ?? '',
    secretAccessKey: settings.secretAccessKey ?? '',
  },
  requestChecksumCalculation: 'WHEN_REQUIRED',
})

const stored = async (): Promise<string[]> => {
  const { Contents = [] } = await admin.send(new ListObjectsV2Command({ Bucket: bucket }))
  return Contents.map(({ Key = '' }) => Key)
}

beforeAll(async () => {
  await admin.send(new CreateBucketCommand({ Bucket: bucket }))
})

afterAll(async () => {
  for (let keys = await stored(); keys.length > 0; keys = await stored())
    for (const Key of keys) await admin.send(new DeleteObjectCommand({ Bucket: bucket, Key }))
  await admin.send(new DeleteBucketCommand({ Bucket: bucket }))
  admin.destroy()
})

const openAt = async (more: Partial<S3Settings>) => {
  const store = await openS3Store({ ...settings, ...more })
  return { store, close: () => store.close() }
}

const open = async () => {
  // Every test has a prefix of its own in the bucket.
  const prefix = `${randomUUID()}/`
  return { ...(await openAt({ prefix })), reopen: () => openAt({ prefix }) }
}

objectStoreContract('S3', open)

/** A proxy before the server that changes one byte of each connection, this far into what is sent. */
const openDamaging = async (at: number) => {
  const target = new URL(settings.endpoint ?? '')
  const server = createServer((from) => {
    const to = connect(Number(target.port), target.hostname)
    let seen = 0
    from.on('data', (piece: Buffer) => {
      if (at >= seen && at < seen + piece.length) piece[at - seen] = (piece[at - seen] ?? 0) ^ 1
      seen += piece.length
      to.write(piece)
    })
    to.pipe(from)
    from.on('error', () => to.destroy()).on('close', () => to.destroy())
    to.on('error', () => from.destroy())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const close = () => new Promise<void>((done) => server.close(() => done()))
  return { endpoint: `http://127.0.0.1:${port}`, close }
}

describe('on a real server', () => {
  const put = async (store: Awaited<ReturnType<typeof openS3Store>>, bytes: number) => {
    const key = `packs/${randomUUID()}`
    const writer = await store.create(key)
    await writer.write([randomBytes(bytes)])
    return { key, writer, committed: writer.commit() }
  }

  it('stores nothing of a body that was damaged on the way', async () => {
    const damaging = await openDamaging(100_000)
    const prefix = `${randomUUID()}/`
    const requests: string[] = []
    const onRequest = (operation: string, _: number, ok: boolean) => requests.push(`${operation} ${ok}`)
    const { store, close } = await openAt({ prefix, endpoint: damaging.endpoint, onRequest })
    requests.length = 0
    // Keep-alive connections have sent more than that already, so each try is damaged at most once.
    const { key, writer, committed } = await put(store, 2_000_000)
    await committed
    expect(requests).toEqual(['PutObject false', 'PutObject true'])
    expect(await store.size(key)).toBe(2_000_000)
    await writer.abort()
    await close()
    await damaging.close()
  })

  it('gives up on a way that damages every body, with nothing stored', async () => {
    const damaging = await openDamaging(100_000)
    const { store, close } = await openAt({
      prefix: 'damaged/',
      endpoint: damaging.endpoint,
      limits: { ...settings.limits, tries: 1 },
    })
    const small = await put(store, 2_000_000)
    await expect(small.committed).rejects.toMatchObject({
      code: 'store.unavailable',
      cause: { name: 'XAmzContentSHA256Mismatch' },
    })
    expect((await stored()).filter((key) => key.startsWith('damaged/'))).toEqual([])
    await small.writer.abort()
    await close()
    await damaging.close()
  })

  it('leaves no parts of a large object that was aborted', async () => {
    const { store, close } = await open()
    const writer = await store.create(`packs/${randomUUID()}`)
    await writer.write([randomBytes(13_000_000)])
    const begun = await admin.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
    expect(begun.Uploads).toHaveLength(1)
    await writer.abort()
    const left = await admin.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
    expect(left.Uploads ?? []).toEqual([])
    await close()
  })

  it('lists only what it made itself', async () => {
    const { store, close } = await openAt({ prefix: 'shared/' })
    const { key, committed } = await put(store, 5)
    await committed
    for (const Key of ['shared/packs/Not ours.txt', 'shared/packsother/aaaa-bbbb', 'packs/aaaa-bbbb'])
      await admin.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }))
    for (const prefix of ['packs', 'packs/', key.slice(0, 12)]) {
      const listed: string[] = []
      for await (const entry of store.list(prefix)) listed.push(entry.key)
      expect(listed).toEqual([key])
    }
    await close()
  })

  it('needs one request for a pack and one for a read', async () => {
    const requests: string[] = []
    const onRequest = (operation: string, _: number, ok: boolean) => requests.push(`${operation} ${ok}`)
    const { store, close } = await openAt({ onRequest, limits: {} })
    requests.length = 0
    const { key, committed } = await put(store, 8_500_000)
    await committed
    expect((await store.read(key, 1_000, 500_000)).length).toBe(500_000)
    expect(requests).toEqual(['PutObject true', 'GetObject true'])
    await close()
  })

  it('tells what the bucket can do, and leaves nothing of the question', async () => {
    const prefix = 'probed/'
    const found = await probeStore({ ...settings, prefix })
    expect(found).toEqual({
      bucket: true,
      conditionalCreate: expect.any(Boolean) as boolean,
      encryption: null,
      readable: true,
      skewMs: expect.any(Number) as number,
    })
    expect(Math.abs(found.skewMs)).toBeLessThan(5_000)
    expect((await stored()).filter((key) => key.startsWith(prefix))).toEqual([])
    expect(await probeStore({ ...settings, bucket: 'no-such-bucket' })).toMatchObject({ bucket: false })
  })

  it('does not open without its bucket, its key, or the encryption it was told to use', async () => {
    const refused = { code: 'store.unavailable' }
    await expect(openS3Store({ ...settings, bucket: 'no-such-bucket' })).rejects.toMatchObject(refused)
    await expect(openS3Store({ ...settings, secretAccessKey: 'wrong' })).rejects.toMatchObject(refused)
    const unencrypted = openS3Store({ ...settings, sse: 'aws:kms', sseKey: 'no-such-key' })
    await expect(unencrypted).rejects.toMatchObject(refused)
    const nowhere = { ...settings, endpoint: 'http://127.0.0.1:1' }
    await expect(openS3Store(nowhere)).rejects.toMatchObject(refused)
  })
})
