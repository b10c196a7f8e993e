/**
 * Multipart: an object past the size of one PUT, sent in parts while it arrives. Nothing is there until it is
 * completed. Servers differ in what they refuse at the end, so we look before (is the name free?) and after (is it
 * ours, and whole?).
 */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { bodyOf } from './body.ts'
import type { Bucket } from './bucket.ts'
import { digestOf } from './gathering.ts'
import { isOurs, type Put, requireEncrypted, requireFree } from './put.ts'
import { toFault, unfit } from './s3-fault.ts'

export type Upload = {
  part(pieces: readonly Buffer[]): Promise<void>
  /** Makes the object. @throws `state.conflict` when the name is taken */
  complete(): Promise<void>
  /** Forgets the parts. */
  abort(): Promise<void>
}

/** Begins an upload. @throws `store.unavailable` when its encryption is not confirmed, before any byte is sent */
export const startUpload = async (bucket: Bucket, put: Put): Promise<Upload> => {
  const { client } = bucket
  const place = { Bucket: bucket.name, Key: put.name }
  const begun = await bucket.run('CreateMultipartUpload', () =>
    client.send(
      new CreateMultipartUploadCommand({
        ...place,
        ContentType: 'application/octet-stream',
        Metadata: { write: put.write },
        ...bucket.encryption,
      }),
    ),
  )
  if (begun.UploadId === undefined) throw unfit('upload-without-id')
  const upload = { ...place, UploadId: begun.UploadId }
  const parts: { PartNumber: number; ETag: string | undefined }[] = []
  let bytes = 0

  const abort = async (): Promise<void> => {
    // A complete or forgotten upload is not there any more; a later sweep of the bucket's own takes what stays.
    await bucket
      .run('AbortMultipartUpload', () => client.send(new AbortMultipartUploadCommand(upload)))
      .catch(() => {})
  }
  try {
    bucket.requireEncryption(begun.ServerSideEncryption)
  } catch (error) {
    await abort()
    throw error
  }

  const finish = async (): Promise<void> => {
    const ending = {
      ...upload,
      MultipartUpload: { Parts: parts },
      ...(put.conditional ? { IfNoneMatch: '*' } : {}),
    }
    try {
      await bucket.run('CompleteMultipartUpload', () =>
        client.send(new CompleteMultipartUploadCommand(ending)),
      )
    } catch (error) {
      // An earlier try may have done it: the upload is gone then, or the name taken, by us.
      if (!(await isOurs(bucket, put, bytes))) throw toFault(error)
    }
  }

  return {
    async part(pieces) {
      const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
      const input = {
        ...upload,
        PartNumber: parts.length + 1,
        ContentLength: length,
        ChecksumSHA256: digestOf(pieces),
      }
      const sent = await bucket.run('UploadPart', () =>
        client.send(new UploadPartCommand({ ...input, Body: bodyOf(pieces) }), {
          requestTimeout: bucket.timeFor(length),
        }),
      )
      parts.push({ PartNumber: input.PartNumber, ETag: sent.ETag })
      bytes += length
    },
    async complete() {
      await requireFree(bucket, put.name)
      await finish()
      const made = await bucket.head(put.name)
      if (made?.size !== bytes || made.write !== put.write) throw unfit('object-not-kept')
      await requireEncrypted(bucket, put.name, made.sse)
    },
    abort,
  }
}
