/**
 * Put: one object in one request. A try that timed out may have landed, and its repetition then meets it: the
 * random id of the write, kept with the object, tells that apart from somebody else's object of the same name.
 */
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { Fault } from '#domain/fault.ts'
import { type Body, bodyOf } from './body.ts'
import type { Bucket } from './bucket.ts'

export type Put = {
  /** Full name. */
  readonly name: string
  /** Id of this write: random. */
  readonly write: string
  /** Whether the server refuses to overwrite when it is asked to. */
  readonly conditional: boolean
}

/** Bytes that may take longer than an answer usually may. */
const longBytes = 16_777_216

/** @throws `store.unavailable` for an object without the encryption it should have, after removing it */
export const requireEncrypted = async (
  bucket: Bucket,
  name: string,
  confirmed: string | undefined,
): Promise<void> => {
  try {
    bucket.requireEncryption(confirmed)
  } catch (error) {
    await bucket.remove(name).catch(() => {})
    throw error
  }
}

/** True when the object of this name is the one this write made, whole. */
export const isOurs = async (bucket: Bucket, { name, write }: Put, bytes: number): Promise<boolean> => {
  const found = await bucket.head(name)
  if (found?.write !== write || found.size !== bytes) return false
  await requireEncrypted(bucket, name, found.sse)
  return true
}

/** @throws `state.conflict` when there is an object of this name: for servers that do not refuse by themselves */
export const requireFree = async (bucket: Bucket, name: string): Promise<void> => {
  if ((await bucket.head(name)) !== null) throw new Fault('state.conflict')
}

/**
 * Stores the pieces. True when no request can still be sending them: their memory may go.
 * @throws `state.conflict` when the name is taken
 */
export const putWhole = async (
  bucket: Bucket,
  put: Put,
  pieces: readonly Buffer[],
  bytes: number,
  digest: string,
): Promise<boolean> => {
  const { name, write, conditional } = put
  if (!conditional) await requireFree(bucket, name)
  const input = {
    Bucket: bucket.name,
    Key: name,
    ContentLength: bytes,
    ContentType: 'application/octet-stream',
    ChecksumSHA256: digest,
    Metadata: { write },
    ...(conditional ? { IfNoneMatch: '*' } : {}),
    ...bucket.encryption,
  }
  const options = bytes > longBytes ? { requestTimeout: bucket.timeFor(bytes) } : undefined
  const bodies: Body[] = []
  try {
    const answer = await bucket.run('PutObject', () => {
      const body = bodyOf(pieces)
      bodies.push(body)
      return bucket.client.send(new PutObjectCommand({ ...input, Body: body }), options)
    })
    await requireEncrypted(bucket, name, answer.ServerSideEncryption)
  } catch (error) {
    const repeated = bodies.length > 1 && error instanceof Fault && error.code === 'state.conflict'
    if (!repeated || !(await isOurs(bucket, put, bytes))) throw error
  }
  return bodies.every((body) => body.isSent())
}
