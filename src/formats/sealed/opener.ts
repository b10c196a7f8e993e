/**
 * Opening a sealed stream, whole or by range. Nothing is given out that has not passed its tag; whatever does
 * not fit throws `store.damaged`.
 */
import { createDecipheriv, type KeyObject } from 'node:crypto'
import { Fault } from '#domain/fault.ts'
import {
  firstPlainBytes,
  headerBytes,
  plainBytes,
  plainStart,
  saltBytes,
  sealedLength,
  sealedStart,
  segmentAt,
  segmentBytes,
  segmentCount,
  setNonce,
  tagBytes,
} from './layout.ts'
import { deriveStreamKey } from './stream-key.ts'

/** Sealed bytes, read by range: `read` gives exactly `length` bytes from `offset` of this stream. */
export type SealedSource = { read(offset: number, length: number): Promise<Buffer> }

/** How many segments are read at once: 1 MiB. */
const segmentsPerRead = 16

const damaged = (cause?: unknown): Fault => new Fault('store.damaged', { cause })

type Stream = { readonly key: KeyObject; readonly nonce: Buffer; readonly segments: number }

const readHeader = (key: Uint8Array, associated: string, header: Buffer, segments: number): Stream => {
  if (header.length < headerBytes || header[0] !== headerBytes) throw damaged()
  const nonce = Buffer.alloc(12)
  header.copy(nonce, 0, 1 + saltBytes, headerBytes)
  return { key: deriveStreamKey(key, header.subarray(1, 1 + saltBytes), associated), nonce, segments }
}

const openSegment = (stream: Stream, index: number, sealed: Buffer): Buffer => {
  if (sealed.length < tagBytes) throw damaged()
  setNonce(stream.nonce, index, index === stream.segments - 1)
  const decipher = createDecipheriv('aes-256-gcm', stream.key, stream.nonce, { authTagLength: tagBytes })
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes))
  const plain = decipher.update(sealed.subarray(0, sealed.length - tagBytes))
  try {
    decipher.final()
  } catch (cause) {
    throw damaged(cause)
  }
  return plain
}

/** Plain length of a sealed stream of `sealed` bytes. @throws `store.damaged` for a length no text has. */
export const plainLength = (sealed: number): number => {
  const body = sealed - headerBytes
  const segments = Math.max(1, Math.ceil(sealed / segmentBytes))
  const plain = body - segments * tagBytes
  if (plain < 0 || sealedLength(plain) !== sealed) throw damaged()
  return plain
}

/** Opens a whole stream held in memory. @throws `store.damaged` */
export const openAll = (key: Uint8Array, associated: string, sealed: Buffer): Buffer => {
  const segments = segmentCount(plainLength(sealed.length))
  const stream = readHeader(key, associated, sealed, segments)
  const out: Buffer[] = []
  for (let index = 0; index < segments; index += 1) {
    const end = Math.min(sealed.length, (index + 1) * segmentBytes)
    out.push(openSegment(stream, index, sealed.subarray(sealedStart(index), end)))
  }
  return Buffer.concat(out)
}

/**
 * Opens plain bytes `start … end-1` of a stream of `length` plain bytes, touching only the segments that hold
 * them. Yields batches of buffers, up to about 1 MiB a batch, in order.
 * @throws `store.damaged` when a tag fails, and whatever `source.read` throws.
 */
export async function* openRange(
  source: SealedSource,
  key: Uint8Array,
  associated: string,
  length: number,
  start: number,
  end: number,
): AsyncGenerator<Buffer[]> {
  if (start < 0 || end > length || start >= end) return
  const segments = segmentCount(length)
  const total = sealedLength(length)
  const last = segmentAt(end - 1)
  let stream: Stream | null = null
  let index = segmentAt(start)
  if (index > 0) stream = readHeader(key, associated, await source.read(0, headerBytes), segments)
  while (index <= last) {
    const until = Math.min(last + 1, index + segmentsPerRead)
    const from = index === 0 ? 0 : sealedStart(index)
    const sealed = await source.read(from, Math.min(total, until * segmentBytes) - from)
    stream ??= readHeader(key, associated, sealed, segments)
    const batch: Buffer[] = []
    for (; index < until; index += 1) {
      const at = sealedStart(index) - from
      const stop = Math.min(total, (index + 1) * segmentBytes) - from
      const plain = openSegment(stream, index, sealed.subarray(at, stop))
      const first = plainStart(index)
      const full = index === 0 ? firstPlainBytes : plainBytes
      const whole = first >= start && first + full <= end
      batch.push(whole ? plain : plain.subarray(Math.max(0, start - first), Math.max(0, end - first)))
    }
    yield batch
  }
}
