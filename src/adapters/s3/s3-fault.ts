/**
 * What the SDK throws, as faults of an object store, and whether the same request may do better in a moment. An
 * error without a status is the network's: refused, reset, timed out, a body that broke off.
 */
import { Fault } from '#domain/fault.ts'

/** The HTTP status the server gave, 0 when it gave none. */
export const statusOf = (error: unknown): number => {
  if (!(error instanceof Error) || !('$metadata' in error)) return 0
  const metadata = error.$metadata as { readonly httpStatusCode?: number } | undefined
  return metadata?.httpStatusCode ?? 0
}

/**
 * The client took the server’s time from this refusal and signs by it from now on. An answer to HEAD has no body
 * that would name the refusal.
 */
const hasLearnedTime = (error: unknown): boolean =>
  error instanceof Error &&
  '$metadata' in error &&
  (error.$metadata as { readonly clockSkewCorrected?: boolean } | undefined)?.clockSkewCorrected === true

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '')

/** Refusals below 500 that are the moment's and not the request's. A digest mismatch is damage on the way. */
const passing = new Set([
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'IncompleteBody',
  'BadDigest',
  'XAmzContentSHA256Mismatch',
  'ConditionalRequestConflict',
  'OperationAborted',
  'SlowDown',
])

const full = new Set(['QuotaExceeded', 'InsufficientStorage', 'XMinioStorageFull', 'StorageFull'])

/** True when another try of the same request makes sense. */
export const mayPass = (error: unknown): boolean => {
  if (error instanceof Fault) return false
  const status = statusOf(error)
  if (full.has(nameOf(error)) || status === 501 || status === 507) return false
  // A success that cannot be read (an HTML page of some proxy) is as good as no answer.
  if (status < 400 || status === 429 || status >= 500) return true
  return passing.has(nameOf(error)) || hasLearnedTime(error)
}

/** True when the server answered the question, even if with "not there" or "there already". */
export const isAnswer = (error: unknown): boolean =>
  error instanceof Fault || [404, 412, 416].includes(statusOf(error))

/** The fault an error leaves as. */
export const toFault = (error: unknown): Fault => {
  if (error instanceof Fault) return error
  const status = statusOf(error)
  const name = nameOf(error)
  if (status === 507 || full.has(name)) return new Fault('store.full', { cause: error })
  if (status === 412) return new Fault('state.conflict', { cause: error })
  // A missing bucket or upload says nothing about an object.
  if (name === 'NoSuchBucket' || name === 'NoSuchUpload')
    return new Fault('store.unavailable', { cause: error })
  if (status === 404 || status === 416) return new Fault('store.damaged', { cause: error })
  return new Fault('store.unavailable', { cause: error })
}

const reasons = {
  'no-bucket': 'there is no such bucket',
  'bucket-silent': 'the bucket does not answer',
  'encryption-not-confirmed': 'the object store did not confirm encryption at rest',
  'upload-without-id': 'the object store gave no id for an upload',
  'object-not-kept': 'the object store did not keep what it was sent',
}

/** The store answers, but not as it must: nothing may be trusted to it. The reason is the cause's `code`. */
export const unfit = (code: keyof typeof reasons): Fault =>
  new Fault('store.unavailable', { cause: Object.assign(new Error(reasons[code]), { code }) })
