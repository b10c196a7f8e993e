/**
 * Inflate: opens a deflated data set (PS3.5 §A.5) under a hard cap, so that a small file cannot ask for more
 * memory than a medical image does. What stands behind the stream, and a stream that breaks off, are told. It is done
 * beside the event loop: a server that opens one for a reader goes on answering others.
 */
import { promisify } from 'node:util'
import { constants, crc32, inflate, inflateRaw, type ZlibOptions } from 'node:zlib'
import type { VerdictCode } from '#domain/verdict.ts'
import type { ByteRange } from './byte-window.ts'

/** Neither side of the compression may be larger, bytes. */
export const mostInflatedBytes = 268_435_456

const pieceBytes = 1_048_576

export type Inflated = { readonly bytes: Buffer; readonly code: VerdictCode | null }

type Unpack = (packed: Buffer, options: ZlibOptions) => Promise<Buffer>

const unpackRaw: Unpack = promisify<Buffer, ZlibOptions, Buffer>(inflateRaw)
const unpackWrapped: Unpack = promisify<Buffer, ZlibOptions, Buffer>(inflate)

// `info` adds how far the engine read; the types of Node do not know it.
const unpack = async (
  inflated: Unpack,
  packed: Buffer,
  maxOutputLength: number,
): Promise<{ bytes: Buffer; read: number }> => {
  const done: unknown = await inflated(packed, { maxOutputLength, info: true })
  const { buffer, engine } = done as { buffer: Buffer; engine: { bytesWritten: number } }
  return { bytes: buffer, read: engine.bytesWritten }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : null)

// Without the demand for an end zlib gives what it has of a stream that was cut.
const unpackCut = async (
  inflated: Unpack,
  packed: Buffer,
  maxOutputLength: number,
): Promise<Buffer | VerdictCode> => {
  try {
    const bytes = await inflated(packed, { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH })
    return bytes.length === 0 ? 'INFLATE_ERROR' : bytes
  } catch (error) {
    return codeOf(error) === 'ERR_BUFFER_TOO_LARGE' ? 'DICOM_LIMIT_INFLATE' : 'INFLATE_ERROR'
  }
}

// Zeros pad to even length; writers that use a gzip library leave its checksum and size (RFC 1952 §2.3.1).
const endsWell = (rest: Buffer, bytes: Buffer): boolean => {
  const sum =
    rest.length >= 8 && rest.readUInt32LE(0) === crc32(bytes) && rest.readUInt32LE(4) === bytes.length
  return rest.subarray(sum ? 8 : 0).every((byte) => byte === 0)
}

const inflateAll = async (
  inflated: Unpack,
  packed: Buffer,
  mostBytes: number,
): Promise<Inflated | VerdictCode> => {
  try {
    const { bytes, read } = await unpack(inflated, packed, mostBytes)
    return { bytes, code: endsWell(packed.subarray(read), bytes) ? null : 'DICOM_TRAILING_DATA' }
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') return 'DICOM_LIMIT_INFLATE'
    if (codeOf(error) !== 'Z_BUF_ERROR') return 'INFLATE_ERROR'
    const cut = await unpackCut(inflated, packed, mostBytes)
    return typeof cut === 'string' ? cut : { bytes: cut, code: 'INFLATE_ERROR' }
  }
}

/** The inflated data set from `start` to the end of the file, or the code that says why there is none. */
export const inflateDataSet = async (
  range: ByteRange,
  start: number,
  mostBytes = mostInflatedBytes,
): Promise<Inflated | VerdictCode> => {
  if (range.size - start > mostBytes) return 'DICOM_LIMIT_INFLATE'
  const pieces: Buffer[] = []
  for (let at = start; at < range.size; at += pieceBytes)
    pieces.push(await range.read(at, Math.min(pieceBytes, range.size - at)))
  const packed = Buffer.concat(pieces)
  const raw = await inflateAll(unpackRaw, packed, mostBytes)
  if (raw !== 'INFLATE_ERROR') return raw
  // Some writers put the header of zlib before the stream, which the standard does not want.
  const wrapped = packed.length > 2 && packed[0] === 0x78 && packed.readUInt16BE(0) % 31 === 0
  return wrapped ? inflateAll(unpackWrapped, packed, mostBytes) : raw
}
