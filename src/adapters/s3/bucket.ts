/**
 * One bucket: the client, our names in it, and the one way a request is made. Tries are counted and bounded here
 * and not by the SDK, which never repeats a streamed body and cannot know that a refused repetition (412) may be
 * our own earlier success. Every promise made here rejects with a `Fault`.
 */
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  DeleteObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  S3Client,
  type ServerSideEncryption,
} from '@aws-sdk/client-s3'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { Fault } from '#domain/fault.ts'
import { createGate } from '#domain/gate.ts'
import { objectKeyShape } from '#ports/object-store.ts'
import { isAnswer, mayPass, statusOf, toFault, unfit } from './s3-fault.ts'
import { type S3Limits, type S3Settings, usualLimits } from './settings.ts'

/** Bytes a second below which a transfer counts as stuck. */
const slowest = 1_048_576

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** What the store knows of an object. `write` tells our own write of it from another's. */
export type Head = {
  readonly size: number
  readonly write: string | undefined
  readonly sse: string | undefined
}

/** Fields that ask for encryption at rest, and go with whatever begins an object. */
export type Encryption = { ServerSideEncryption?: ServerSideEncryption; SSEKMSKeyId?: string }

export type Bucket = {
  readonly client: S3Client
  readonly name: string
  readonly limits: S3Limits
  readonly encryption: Encryption
  /** The object's full name. @throws `internal` for a key that we did not make */
  nameOf(key: string): string
  /** What the prefix leaves of a full name, or null for one that is not ours. */
  keyOf(name: string): string | null
  /** Makes a request, again while that may help. */
  run<T>(operation: string, once: () => Promise<T>): Promise<T>
  /** Time that a transfer of so many bytes may take. */
  timeFor(bytes: number): number
  head(name: string): Promise<Head | null>
  remove(name: string): Promise<void>
  /** Whether the bucket answers at once: one try, past the queue. */
  alive(): Promise<boolean>
  /** @throws `store.unavailable` unless the encryption that was asked for is the one that was confirmed */
  requireEncryption(confirmed: string | undefined): void
  close(): void
}

const createClient = (settings: S3Settings, { sockets, connectMs, answerMs }: S3Limits): S3Client => {
  const agent = { keepAlive: true, maxSockets: sockets * 2, maxFreeSockets: sockets }
  const { region, endpoint, pathStyle, accessKeyId, secretAccessKey } = settings
  const client = new S3Client({
    region,
    forcePathStyle: pathStyle,
    // The default sends streams with a checksum after the body (aws-chunked), which many servers cannot read;
    // ours go with the digest of the whole, known before and signed.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    // What is stored is sealed: whoever opens it finds every changed byte.
    responseChecksumValidation: 'WHEN_REQUIRED',
    // The default asks before each body of 2 MiB whether it may come: a round trip for every pack.
    expectContinueHeader: false,
    maxAttempts: 1,
    // The default warns on the console.
    logger: silent,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: connectMs,
      requestTimeout: answerMs,
      // The default only warns.
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
    }),
    ...(endpoint === null ? {} : { endpoint }),
    ...(accessKeyId === null || secretAccessKey === null
      ? {}
      : { credentials: { accessKeyId, secretAccessKey } }),
  })
  // The SDK would sign UNSIGNED-PAYLOAD for a stream. With the digest in the signature a server refuses a damaged
  // body, even one that ignores x-amz-checksum-sha256.
  client.middlewareStack.add(
    (next) => (args) => {
      const { input, request } = args as typeof args & { request: { headers: Record<string, string> } }
      const digest = 'ChecksumSHA256' in input ? input.ChecksumSHA256 : undefined
      if (digest !== undefined && 'Body' in input)
        request.headers['x-amz-content-sha256'] = Buffer.from(digest, 'base64').toString('hex')
      return next(args)
    },
    { step: 'build', priority: 'low', name: 'signKnownDigest' },
  )
  return client
}

/** Opens the way to a bucket; asks it nothing. */
export const openBucket = (settings: S3Settings): Bucket => {
  const limits = { ...usualLimits, ...settings.limits }
  const { bucket: name, prefix, sse, sseKey, onRequest } = settings
  const client = createClient(settings, limits)
  // The client's clocks start when a request is made: one that waits for a socket would time out in the queue.
  const gate = createGate(limits.sockets)

  const measured = async <T>(operation: string, once: () => Promise<T>): Promise<T> => {
    const start = performance.now()
    let ok = true
    try {
      return await once()
    } catch (error) {
      ok = isAnswer(error)
      throw error
    } finally {
      onRequest?.(operation, performance.now() - start, ok)
    }
  }

  const inTurn = <T>(operation: string, once: () => Promise<T>): Promise<T> =>
    gate.run(() => measured(operation, once))

  const run = async <T>(operation: string, once: () => Promise<T>): Promise<T> => {
    for (let nth = 1; ; nth += 1) {
      try {
        return await inTurn(operation, once)
      } catch (error) {
        if (nth === limits.tries || !mayPass(error)) throw toFault(error)
      }
      const longest = limits.firstDelayMs * 2 ** (nth - 1)
      await sleep(longest * (0.5 + Math.random() / 2))
    }
  }

  const head = async (key: string): Promise<Head | null> =>
    run('HeadObject', async () => {
      try {
        const found = await client.send(new HeadObjectCommand({ Bucket: name, Key: key }))
        const { ContentLength: size, Metadata: notes, ServerSideEncryption: confirmed } = found
        if (size === undefined) throw new Error('an object without a size')
        return { size, write: notes?.write, sse: confirmed }
      } catch (error) {
        if (statusOf(error) === 404) return null
        throw error
      }
    })

  return {
    client,
    name,
    limits,
    encryption: {
      ...(sse === null ? {} : { ServerSideEncryption: sse }),
      ...(sse === 'aws:kms' && sseKey !== null ? { SSEKMSKeyId: sseKey } : {}),
    },
    nameOf: (key) => {
      if (!objectKeyShape.test(key)) throw new Fault('internal')
      return `${prefix}${key}`
    },
    keyOf: (full) => {
      const key = full.startsWith(prefix) ? full.slice(prefix.length) : ''
      return objectKeyShape.test(key) ? key : null
    },
    run,
    timeFor: (bytes) => limits.answerMs + (bytes / slowest) * 1_000,
    head,
    remove: async (key) => {
      await run('DeleteObject', async () => {
        try {
          await client.send(new DeleteObjectCommand({ Bucket: name, Key: key }))
        } catch (error) {
          if (statusOf(error) !== 404 || (error instanceof Error && error.name === 'NoSuchBucket'))
            throw error
        }
      })
    },
    alive: () =>
      measured('HeadBucket', () =>
        client.send(new HeadBucketCommand({ Bucket: name }), { requestTimeout: limits.connectMs }),
      ).then(
        () => true,
        () => false,
      ),
    requireEncryption: (confirmed) => {
      if (sse !== null && confirmed !== sse) throw unfit('encryption-not-confirmed')
    },
    close: () => client.destroy(),
  }
}
