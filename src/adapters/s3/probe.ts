/**
 * Probe: what a bucket can do, found out with a tiny random object that is removed again. Servers that call
 * themselves S3 differ most where it matters: whether they refuse to overwrite, and whether they encrypt when told.
 */
import { randomUUID } from 'node:crypto'
import { HeadBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { Fault } from '#domain/fault.ts'
import { type Bucket, openBucket } from './bucket.ts'
import { digestOf } from './gathering.ts'
import { readRange } from './reader.ts'
import { statusOf, toFault } from './s3-fault.ts'
import type { S3Settings } from './settings.ts'

export type StoreProbe = {
  /** Whether the bucket is there; nothing else was tried if not. */
  readonly bucket: boolean
  /** Whether a second create of the same name is refused by the server itself (`If-None-Match: *`). */
  readonly conditionalCreate: boolean
  /** The encryption at rest that the server confirmed for what was asked, or null. */
  readonly encryption: string | null
  /** What was written was read back; false when this key may not read. */
  readonly readable: boolean
  /** The server's clock less ours, to the second. Beyond 15 minutes S3 refuses every request. */
  readonly skewMs: number
}

const content = Buffer.from('a probe of the object store')

/** The server's clock, from the answer to a question about the bucket; null when there is no bucket. */
const readClock = async (bucket: Bucket): Promise<number | null> => {
  const command = new HeadBucketCommand({ Bucket: bucket.name })
  let date: string | undefined
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      const { headers } = result.response as { readonly headers?: Record<string, string> }
      date = headers?.date
      return result
    },
    { step: 'deserialize', priority: 'low', name: 'readClock' },
  )
  try {
    await bucket.run('HeadBucket', async () => {
      try {
        await bucket.client.send(command)
      } catch (error) {
        if (statusOf(error) === 404) throw new Fault('request.not-found')
        throw error
      }
    })
  } catch (error) {
    if (error instanceof Fault && error.code === 'request.not-found') return null
    throw error
  }
  const time = date === undefined ? Number.NaN : Date.parse(date)
  return Number.isNaN(time) ? Date.now() : time
}

/** Asks one open bucket. @throws `store.unavailable` when it does not answer or refuses the key */
export const probeBucket = async (bucket: Bucket): Promise<StoreProbe> => {
  const before = Date.now()
  const clock = await readClock(bucket)
  if (clock === null)
    return { bucket: false, conditionalCreate: false, encryption: null, readable: false, skewMs: 0 }
  const skewMs = Math.round((clock - (before + Date.now()) / 2) / 1_000) * 1_000
  const name = bucket.nameOf(`probes/${randomUUID()}`)

  const put = (condition: { IfNoneMatch?: string }) =>
    bucket.client.send(
      new PutObjectCommand({
        Bucket: bucket.name,
        Key: name,
        Body: content,
        ContentLength: content.length,
        ChecksumSHA256: digestOf([content]),
        ...bucket.encryption,
        ...condition,
      }),
    )
  /** The server's answer to a create of a name that is taken. */
  const refuses = async (): Promise<boolean> => {
    try {
      await put({ IfNoneMatch: '*' })
      return false
    } catch (error) {
      const status = statusOf(error)
      if (status === 412) return true
      // 501 is an honest "cannot", 400 a clumsy one.
      if (status === 501 || status === 400) return false
      throw error
    }
  }
  const reads = async (): Promise<boolean> => {
    const target = Buffer.alloc(content.length)
    try {
      await readRange(bucket, name, 0, target)
    } catch (error) {
      if (error instanceof Fault && statusOf(error.cause) === 403) return false
      throw error
    }
    return target.equals(content)
  }

  try {
    const made = await bucket.run('PutObject', () => put({}))
    const conditionalCreate = await bucket.run('PutObject', refuses)
    const readable = await reads()
    const encryption = made.ServerSideEncryption ?? null
    return { bucket: true, conditionalCreate, encryption, readable, skewMs }
  } catch (error) {
    throw toFault(error)
  } finally {
    await bucket.remove(name).catch(() => {})
  }
}

/** What the bucket of these settings can do. @throws `store.unavailable` when it does not answer */
export const probeStore = async (settings: S3Settings): Promise<StoreProbe> => {
  const bucket = openBucket(settings)
  try {
    return await probeBucket(bucket)
  } finally {
    bucket.close()
  }
}
