/** What the S3 store does when its server fails: nothing is called stored that is not, nothing short is returned. */
import { randomBytes, randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FakeFault, type FakeS3, lateMs, openFakeS3 } from '#fixtures/fake-s3.ts'
import type { OpenedObjectStore } from '#ports/object-store.ts'
import { openS3Store } from './object-store.ts'
import { probeStore } from './probe.ts'
import type { S3Limits, S3Settings } from './settings.ts'

const tries = 3
const limits: Partial<S3Limits> = {
  tries,
  firstDelayMs: 1,
  answerMs: 500,
  connectMs: 500,
  singleBytes: 300_000,
  partBytes: 100_000,
}

let fake: FakeS3
let store: OpenedObjectStore
const outcomes: string[] = []

const settingsWith = (more: Partial<S3Settings> = {}): S3Settings => ({
  bucket: 'bucket',
  endpoint: fake.endpoint,
  region: 'us-east-1',
  accessKeyId: 'key',
  secretAccessKey: 'secret',
  pathStyle: true,
  prefix: '',
  sse: null,
  sseKey: null,
  onRequest: (operation, _, ok) => outcomes.push(`${operation} ${ok}`),
  limits,
  ...more,
})

const open = async (more: Partial<S3Settings> = {}): Promise<void> => {
  await store?.close()
  store = await openS3Store(settingsWith(more))
  outcomes.length = 0
  fake.requests.length = 0
}

beforeEach(async () => {
  fake = await openFakeS3()
  await open()
})

afterEach(async () => {
  await store.close()
  await fake.close()
})

const newKey = (): string => `packs/${randomUUID()}`
const small = randomBytes(200_000)
const large = randomBytes(550_001)

/** Writes an object whole; gives its writer. */
const write = async (key: string, bytes: Buffer) => {
  const writer = await store.create(key)
  for (let at = 0; at < bytes.length; at += 70_000) await writer.write([bytes.subarray(at, at + 70_000)])
  return writer
}

const put = async (bytes: Buffer, key = newKey()): Promise<string> => {
  await (await write(key, bytes)).commit()
  return key
}

const isStored = (key: string, bytes: Buffer): boolean => fake.objects.get(key)?.bytes.equals(bytes) === true

const times = (fault: FakeFault, count: number): FakeFault[] => Array.from({ length: count }, () => fault)

describe('a write', () => {
  it.each<FakeFault>(['slow-down', 'internal', 'silent'])('is tried again after %s', async (fault) => {
    fake.fail('PutObject', ...times(fault, tries - 1))
    expect(isStored(await put(small), small)).toBe(true)
    expect(outcomes).toEqual(['PutObject false', 'PutObject false', 'PutObject true'])
  })

  it.each<FakeFault>(['slow-down', 'internal', 'silent'])('fails after %s every time', async (fault) => {
    fake.failAlways('PutObject', fault)
    await expect(put(small)).rejects.toMatchObject({ code: 'store.unavailable' })
    expect(fake.objects.size).toBe(0)
    expect(fake.requests).toEqual(['PutObject', 'PutObject', 'PutObject'])
  })

  it.each([small, large])('to a full store fails at once', async (bytes) => {
    fake.failAlways('PutObject', 'full')
    fake.failAlways('UploadPart', 'full')
    await expect(put(bytes)).rejects.toMatchObject({ code: 'store.full' })
    expect(fake.requests.filter((name) => name === 'PutObject' || name === 'UploadPart')).toHaveLength(1)
    expect(fake.objects.size).toBe(0)
  })

  it('that landed unanswered is found again, and stored once', async () => {
    fake.fail('PutObject', 'unanswered')
    expect(isStored(await put(small), small)).toBe(true)
    expect(fake.requests).toEqual(['PutObject', 'PutObject', 'HeadObject'])
  })

  it('does not take another object of the same name for its own', async () => {
    const key = newKey()
    fake.fail('PutObject', 'internal')
    const writer = await write(key, small)
    const committed = writer.commit()
    const other = { bytes: randomBytes(small.length), write: 'another', sse: undefined }
    fake.objects.set(key, other)
    await expect(committed).rejects.toMatchObject({ code: 'state.conflict' })
    await writer.abort()
    expect(fake.objects.get(key)).toBe(other)
  })

  it('whose outcome is unknown fails, and leaves nothing after abort', async () => {
    const key = newKey()
    fake.fail('PutObject', 'unanswered', 'internal', 'internal')
    const writer = await write(key, small)
    await expect(writer.commit()).rejects.toMatchObject({ code: 'store.unavailable' })
    expect(fake.objects.size).toBe(1)
    await writer.abort()
    await writer.abort()
    expect(fake.objects.size).toBe(0)
  })

  it('may land after everybody gave up, whole, and can be removed', async () => {
    const key = newKey()
    fake.fail('PutObject', 'late', 'internal', 'internal')
    const writer = await write(key, small)
    await expect(writer.commit()).rejects.toMatchObject({ code: 'store.unavailable' })
    await writer.abort()
    expect(await store.size(key)).toBeNull()
    await expect.poll(() => isStored(key, small), { timeout: lateMs + 5_000 }).toBe(true)
    await expect(put(large, key)).rejects.toMatchObject({ code: 'state.conflict' })
    await store.remove(key)
    expect(await store.size(key)).toBeNull()
  })
})

describe('a large write', () => {
  const faults: FakeFault[] = ['slow-down', 'internal', 'silent']

  it('comes through one failure of each request', async () => {
    for (const operation of ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', 'HeadObject'])
      fake.fail(operation, ...faults.slice(0, 2))
    expect(isStored(await put(large), large)).toBe(true)
  })

  it('is not stored while its end answers 200 with an error', async () => {
    fake.fail('CompleteMultipartUpload', 'error-in-200')
    expect(isStored(await put(large), large)).toBe(true)
    fake.objects.clear()
    fake.failAlways('CompleteMultipartUpload', 'error-in-200')
    await expect(put(large)).rejects.toMatchObject({ code: 'store.unavailable' })
    expect(fake.objects.size).toBe(0)
    expect(fake.requests.at(-1)).toBe('AbortMultipartUpload')
  })

  it.each<FakeFault>(['error-when-done', 'unanswered'])('is stored when its end was %s', async (fault) => {
    fake.fail('CompleteMultipartUpload', fault)
    expect(isStored(await put(large), large)).toBe(true)
  })

  it('of which a part was not taken cannot be committed', async () => {
    const key = newKey()
    fake.fail('UploadPart', undefined, ...times('internal', tries))
    const writer = await store.create(key)
    await expect(writer.write([large])).rejects.toMatchObject({ code: 'store.unavailable' })
    await expect(writer.commit()).rejects.toMatchObject({ code: 'state.conflict' })
    await writer.abort()
    expect(fake.objects.size).toBe(0)
    expect(fake.requests.at(-1)).toBe('AbortMultipartUpload')
  })

  it('is not stored when the store kept less than it was sent', async () => {
    const key = newKey()
    const writer = await write(key, large)
    const committed = writer.commit()
    const keep = fake.objects.set.bind(fake.objects)
    fake.objects.set = (name, object) => keep(name, { ...object, bytes: object.bytes.subarray(1) })
    await expect(committed).rejects.toMatchObject({ code: 'store.unavailable' })
    await writer.abort()
    expect(fake.objects.size).toBe(0)
  })
})

describe('a read', () => {
  it.each<FakeFault>(['short', 'reset', 'stuck', 'less', 'more', 'slow-down', 'internal', 'silent'])(
    'after %s is asked for again, and then fails',
    async (fault) => {
      const key = await put(small)
      fake.fail('GetObject', ...times(fault, tries - 1))
      expect((await store.read(key, 10_000, 150_000)).equals(small.subarray(10_000, 160_000))).toBe(true)
      fake.failAlways('GetObject', fault)
      await expect(store.read(key, 0, 150_000)).rejects.toMatchObject({ code: 'store.unavailable' })
    },
  )

  it.each<FakeFault>(['wrong-range', 'no-range'])('that gets %s is damage', async (fault) => {
    const key = await put(small)
    fake.fail('GetObject', fault)
    await expect(store.read(key, 100, 1_000)).rejects.toMatchObject({ code: 'store.damaged' })
  })

  it('past the end is damage, at once', async () => {
    const key = await put(small)
    fake.requests.length = 0
    for (const [offset, length] of [
      [0, small.length + 1],
      [small.length, 1],
    ] as const)
      await expect(store.read(key, offset, length)).rejects.toMatchObject({ code: 'store.damaged' })
    expect(fake.requests).toEqual(['GetObject', 'GetObject'])
  })
})

describe('a server', () => {
  it('without conditions still has nothing overwritten', async () => {
    fake.failAlways('PutObject', 'no-conditions')
    fake.failAlways('CompleteMultipartUpload', 'no-conditions')
    expect(await probeStore(settingsWith())).toMatchObject({ bucket: true, conditionalCreate: false })
    await open()
    for (const bytes of [small, large]) {
      const key = await put(bytes)
      for (const other of [randomBytes(100), randomBytes(400_000)])
        await expect(put(other, key)).rejects.toMatchObject({ code: 'state.conflict' })
      expect(isStored(key, bytes)).toBe(true)
    }
    fake.fail('PutObject', 'unanswered')
    expect(isStored(await put(small), small)).toBe(true)
  })

  it('that does not confirm encryption gets nothing', async () => {
    await open({ sse: 'aws:kms', sseKey: 'key' })
    expect(fake.objects.get(await put(small))?.sse).toBe('aws:kms')
    expect(fake.objects.get(await put(large))?.sse).toBe('aws:kms')
    fake.objects.clear()
    fake.requests.length = 0
    fake.failAlways('PutObject', 'no-encryption')
    fake.failAlways('CreateMultipartUpload', 'no-encryption')
    const refused = { code: 'store.unavailable', cause: { code: 'encryption-not-confirmed' } }
    await expect(put(small)).rejects.toMatchObject(refused)
    await expect(put(large)).rejects.toMatchObject(refused)
    expect(fake.objects.size).toBe(0)
    expect(fake.requests).not.toContain('UploadPart')
    await expect(openS3Store(settingsWith({ sse: 'AES256' }))).rejects.toMatchObject(refused)
    expect(await probeStore(settingsWith({ sse: 'AES256' }))).toMatchObject({ encryption: null })
    expect(fake.objects.size).toBe(0)
  })

  it('whose bucket is gone says nothing about objects', async () => {
    fake.failAlways('HeadBucket', 'not-found')
    await expect(store.size(newKey())).rejects.toMatchObject({ code: 'store.unavailable' })
    expect(await store.alive()).toBe(false)
    expect(await probeStore(settingsWith())).toMatchObject({ bucket: false })
  })

  it('that is gone makes everything unavailable, and nothing else', async () => {
    const key = await put(small)
    const writer = await write(newKey(), small)
    await fake.close()
    const unavailable = { code: 'store.unavailable' }
    await expect(writer.commit()).rejects.toMatchObject(unavailable)
    await expect(store.read(key, 0, 1)).rejects.toMatchObject(unavailable)
    await expect(store.size(key)).rejects.toMatchObject(unavailable)
    await expect(store.remove(key)).rejects.toMatchObject(unavailable)
    await expect(store.list('packs/')[Symbol.asyncIterator]().next()).rejects.toMatchObject(unavailable)
    expect(await store.alive()).toBe(false)
  })

  it('serves more requests than it has sockets for, and none times out in the queue', async () => {
    await open({ limits: { ...limits, sockets: 2, answerMs: 300, tries: 1 } })
    const key = await put(small)
    const get = fake.objects.get.bind(fake.objects)
    fake.objects.get = (name) => {
      const until = performance.now() + 20
      while (performance.now() < until);
      return get(name)
    }
    const reads = Array.from({ length: 60 }, () => store.read(key, 0, 100))
    expect((await Promise.all(reads)).every((bytes) => bytes.equals(small.subarray(0, 100)))).toBe(true)
  })
})
