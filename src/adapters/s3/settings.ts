/**
 * What the S3 store is told, and what it decides for itself. A pack is at most about 8.5 MiB, so the usual object
 * is one PUT; only an object past `singleBytes` is a multipart upload, which costs several requests more.
 */

export type S3Settings = {
  readonly bucket: string
  /** Null for AWS. */
  readonly endpoint: string | null
  readonly region: string
  /** Both null: the SDK's own chain (environment, files, the machine's role). */
  readonly accessKeyId: string | null
  readonly secretAccessKey: string | null
  readonly pathStyle: boolean
  /** Empty, or ends in `/`: stands before every key. */
  readonly prefix: string
  /** Encryption that the server must confirm for every object; null asks for none. */
  readonly sse: null | 'AES256' | 'aws:kms'
  /** The KMS key, null for the account's own. */
  readonly sseKey: string | null
  /** Told of every request when it ends. `ok`: the server did what was asked, or said that it is not there. */
  readonly onRequest?: (operation: string, ms: number, ok: boolean) => void
  readonly limits?: Partial<S3Limits>
}

export type S3Limits = {
  /** Bytes up to which an object is one PUT. */
  readonly singleBytes: number
  /** Bytes of a part beyond that; S3 takes none below 5 MiB but the last. */
  readonly partBytes: number
  /** Keys of one page of a listing. */
  readonly pageKeys: number
  /** Requests at once. */
  readonly sockets: number
  /** Tries of one request, the first included. */
  readonly tries: number
  /** The wait before the second try; doubles from then on. */
  readonly firstDelayMs: number
  readonly connectMs: number
  /** For an answer to begin, and again for its body to end; a large body has a second more for each MiB. */
  readonly answerMs: number
}

export const usualLimits: S3Limits = {
  singleBytes: 67_108_864,
  partBytes: 16_777_216,
  pageKeys: 1_000,
  sockets: 50,
  tries: 4,
  firstDelayMs: 200,
  connectMs: 2_000,
  answerMs: 15_000,
}
