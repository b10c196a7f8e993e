/**
 * Objects in an S3 bucket, AWS's or any server's that speaks its language. Keys lie under the prefix as they are.
 * The key needs s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload and s3:ListBucket on its own
 * bucket and nothing more. A bucket with versions keeps what is removed until its lifecycle rule ends it.
 */
import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import { Fault } from '#domain/fault.ts'
import type { OpenedObjectStore } from '#ports/object-store.ts'
import { openBucket } from './bucket.ts'
import { probeBucket } from './probe.ts'
import { readRange } from './reader.ts'
import { unfit } from './s3-fault.ts'
import type { S3Settings } from './settings.ts'
import { createWriter } from './writer.ts'

/** Opens the store after a probe of it. @throws `store.unavailable` when it does not answer or is not fit for use */
export const openS3Store = async (settings: S3Settings): Promise<OpenedObjectStore> => {
  const bucket = openBucket(settings)
  const { client, limits } = bucket

  const judge = async (): Promise<boolean> => {
    const found = await probeBucket(bucket)
    if (!found.bucket) throw unfit('no-bucket')
    bucket.requireEncryption(found.encryption ?? undefined)
    return found.conditionalCreate
  }

  const page = (prefix: string, after: string | undefined) =>
    bucket.run('ListObjectsV2', () =>
      client.send(
        new ListObjectsV2Command({
          Bucket: bucket.name,
          Prefix: prefix,
          MaxKeys: limits.pageKeys,
          ...(after === undefined ? {} : { ContinuationToken: after }),
        }),
      ),
    )

  let conditional: boolean
  try {
    conditional = await judge()
  } catch (error) {
    bucket.close()
    throw error
  }

  return {
    create: async (key) => createWriter(bucket, bucket.nameOf(key), conditional),
    read: async (key, offset, length, into) => {
      const target = into?.subarray(0, length) ?? Buffer.allocUnsafe(length)
      await readRange(bucket, bucket.nameOf(key), offset, target)
      return target
    },
    size: async (key) => {
      const found = await bucket.head(bucket.nameOf(key))
      // The same 404 is given for a bucket that is gone, and that is no word about its objects.
      if (found === null && !(await bucket.alive())) throw unfit('bucket-silent')
      return found?.size ?? null
    },
    remove: async (key) => bucket.remove(bucket.nameOf(key)),
    async *list(prefix) {
      if (!/^[a-z]+(\/[0-9a-z-]*)?$/.test(prefix)) throw new Fault('internal')
      const under = `${settings.prefix}${prefix.includes('/') ? prefix : `${prefix}/`}`
      let after: string | undefined
      do {
        const found = await page(under, after)
        for (const { Key: name = '', Size: size, LastModified: at } of found.Contents ?? []) {
          const key = bucket.keyOf(name)
          if (key !== null && size !== undefined && at !== undefined) yield { key, size, at }
        }
        after = found.IsTruncated === true ? found.NextContinuationToken : undefined
      } while (after !== undefined)
    },
    alive: () => bucket.alive(),
    close: async () => bucket.close(),
  }
}
