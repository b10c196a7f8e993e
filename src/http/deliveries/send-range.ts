/**
 * Sending bytes that are put together while they go: the head is exact before the first byte, a batch is written
 * in one go, and the next is asked for only when there is room. A failure on the way cuts the connection.
 */
import type { Request, Response } from 'express'
import { Fault, type Refusal, refuse } from '#domain/fault.ts'
import { freeBytes } from '#domain/free-bytes.ts'
import { type ByteRange, isKnown, rangeHolds, readRange } from './range.ts'

/** Something with a known length of which any range can be read. `etag` is strong and quoted. */
export type Deliverable = {
  readonly length: number
  readonly etag: string
  readonly modified: Date
  open(start: number, end: number): AsyncIterable<readonly Uint8Array[]>
}

/** Resolves when there is room, or nobody left to send to. Plain listeners: an abort makes an error each time. */
const roomAgain = (res: Response): Promise<void> =>
  new Promise((resolve) => {
    const goOn = (): void => {
      res.off('drain', goOn)
      res.off('close', goOn)
      resolve()
    }
    res.on('drain', goOn)
    res.on('close', goOn)
  })

/**
 * Writes batches that are `length` bytes together, in one go each. False when nobody is left to send to.
 * @throws `store.damaged` when they are more or fewer, and what they throw
 */
export const writeExactly = async (
  res: Response,
  batches: AsyncIterable<readonly Uint8Array[]>,
  length: number,
): Promise<boolean> => {
  let left = length
  for await (const batch of batches) {
    if (res.destroyed) return false
    res.cork()
    for (const bytes of batch) {
      left -= bytes.length
      if (left < 0) throw new Fault('store.damaged')
      // Gone to the kernel, or given up: either way nobody reads it again.
      res.write(bytes, () => freeBytes(bytes))
    }
    res.uncork()
    if (res.writableNeedDrain) await roomAgain(res)
    if (res.destroyed) return false
  }
  if (left !== 0) throw new Fault('store.damaged')
  return true
}

/**
 * Sends the whole or the range asked for; 304 when the client has it. `onRead` is awaited before the first byte
 * of a body leaves. Refuses `range.unsatisfiable`.
 * @throws what `open` throws; the caller cuts the connection when the head was sent.
 */
export const sendRange = async (
  req: Request,
  res: Response,
  source: Deliverable,
  onRead: (range: ByteRange) => Promise<void>,
): Promise<Refusal | null> => {
  const { length, etag, modified } = source
  res.setHeader('ETag', etag)
  res.setHeader('Last-Modified', modified.toUTCString())
  res.setHeader('Accept-Ranges', 'bytes')
  if (isKnown(req.headers['if-none-match'], etag)) {
    res.removeHeader('Content-Type')
    res.statusCode = 304
    res.end()
    return null
  }
  // RFC 9110 §14.2: ranges are defined for GET only.
  const asked =
    req.method === 'GET' && rangeHolds(req.headers['if-range'] as string | undefined, etag, modified)
  const range = asked ? readRange(req.headers.range, length) : null
  if (range === 'unsatisfiable') {
    res.setHeader('Content-Range', `bytes */${length}`)
    return refuse('range.unsatisfiable', { length })
  }
  const sent = range ?? { start: 0, end: length }
  res.statusCode = range === null ? 200 : 206
  if (range !== null) res.setHeader('Content-Range', `bytes ${range.start}-${range.end - 1}/${length}`)
  res.setHeader('Content-Length', sent.end - sent.start)
  if (req.method === 'HEAD') {
    res.end()
    return null
  }
  await onRead(sent)
  if (await writeExactly(res, source.open(sent.start, sent.end), sent.end - sent.start)) res.end()
  return null
}
