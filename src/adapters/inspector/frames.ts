/**
 * Frames: the protocol between an inspector or unpacker and its child. A frame is one kind byte, the payload's length in
 * four bytes (little endian) and the payload. The two speak in turn, one frame at a time:
 *
 *     child  → READY                          once, when it has started
 *     parent → INSPECT  size f64, first piece (at most 16 KiB)
 *     child  → READ     offset f64, length u32 (at most 1 MiB, inside the file)   as often as it needs
 *     parent → BYTES    exactly those bytes
 *     child  → SOFAR    findings as JSON (at most 2 MiB), before a reader that may never come back; BYTES, none
 *     child  → DONE     tired u8, findings as JSON (at most 2 MiB)
 *
 *     parent → GLANCE   1 to 16 times: size f64, length u32, as many first bytes (at most 16 KiB)
 *     child  → DONE     tired u8, findings as JSON, a line for each; an empty one where more bytes are needed
 *
 * An unpacker's child is asked once, for one archive, and gives its files in order; READ and BYTES may come between:
 *
 *     parent → UNPACK   size f64, first file u32
 *     child  → ENTRY    index u32, modified f64 (not a number: unknown), name   │ after each of these
 *     child  → PIECE    bytes of the file (at most 1 MiB)                       │ the parent says
 *     child  → END      the file is whole                                       │ NEXT
 *     child  → DONE     0 u8, codes as JSON
 *
 * Every length is compared with its bound before anything is allocated. Input is the child's descriptor 0,
 * output its descriptor 3, so that nothing a library prints can pass for a frame.
 */
export const frameKinds = {
  inspect: 1,
  bytes: 2,
  unpack: 3,
  next: 4,
  glance: 5,
  ready: 16,
  read: 17,
  done: 18,
  entry: 19,
  piece: 20,
  end: 21,
  sofar: 22,
} as const

export type FrameKind = (typeof frameKinds)[keyof typeof frameKinds]

export type Frame = { readonly kind: FrameKind; readonly payload: Buffer }

export const frameHeaderBytes = 5
export const headBytes = 16_384
export const mostReadBytes = 1_048_576
export const sizeBytes = 8
export const readBytes = 12
export const unpackBytes = 12
export const mostGlanced = 16
const glancedBytes = 12
export const entryBytes = 12
export const mostPieceBytes = 1_048_576
const mostNameBytes = 4_096

/** The descriptor a child answers on. */
export const childOutput = 3

const bounds: ReadonlyMap<number, readonly [least: number, most: number]> = new Map([
  [frameKinds.inspect, [sizeBytes, sizeBytes + headBytes]],
  [frameKinds.glance, [glancedBytes, mostGlanced * (glancedBytes + headBytes)]],
  [frameKinds.bytes, [0, mostReadBytes]],
  [frameKinds.ready, [0, 0]],
  [frameKinds.read, [readBytes, readBytes]],
  [frameKinds.done, [1, 2_097_152]],
  [frameKinds.unpack, [unpackBytes, unpackBytes]],
  [frameKinds.next, [0, 0]],
  [frameKinds.entry, [entryBytes + 1, entryBytes + mostNameBytes]],
  [frameKinds.piece, [1, mostPieceBytes]],
  [frameKinds.end, [0, 0]],
  [frameKinds.sofar, [1, 2_097_152]],
])

const isKind = (kind: number): kind is FrameKind => bounds.has(kind)

/** Reads a frame's first five bytes; null when its kind is unknown or its length out of bounds. */
export const parseFrameHeader = (header: Buffer): { kind: FrameKind; length: number } | null => {
  const kind = header.readUInt8(0)
  const length = header.readUInt32LE(1)
  const [least, most] = bounds.get(kind) ?? [1, 0]
  return isKind(kind) && length >= least && length <= most ? { kind, length } : null
}

/** The five bytes before a payload of `length` bytes. */
export const frameHeader = (kind: FrameKind, length: number): Buffer => {
  const header = Buffer.allocUnsafe(frameHeaderBytes)
  header.writeUInt8(kind, 0)
  header.writeUInt32LE(length, 1)
  return header
}

/** A file whose first bytes are at hand. */
export type Glanced = { readonly size: number; readonly head: Buffer }

/** Payload of GLANCE. */
export const writeGlance = (files: readonly Glanced[]): Buffer =>
  Buffer.concat(
    files.flatMap(({ size, head }) => {
      const start = Buffer.allocUnsafe(glancedBytes)
      start.writeDoubleLE(size, 0)
      start.writeUInt32LE(head.length, sizeBytes)
      return [start, head]
    }),
  )

/** Reads the payload of GLANCE; the child believes its parent. */
export const readGlance = (payload: Buffer): Glanced[] => {
  const files: Glanced[] = []
  for (let at = 0; at < payload.length; ) {
    const start = at + glancedBytes
    const end = start + payload.readUInt32LE(at + sizeBytes)
    files.push({ size: payload.readDoubleLE(at), head: payload.subarray(start, end) })
    at = end
  }
  return files
}

/** Payload of READ. */
export const writeRead = (offset: number, length: number): Buffer => {
  const payload = Buffer.allocUnsafe(readBytes)
  payload.writeDoubleLE(offset, 0)
  payload.writeUInt32LE(length, 8)
  return payload
}

/** Reads the payload of READ; null unless it asks for whole bytes inside a file of `size` bytes. */
export const parseRead = (payload: Buffer, size: number): { offset: number; length: number } | null => {
  const offset = payload.readDoubleLE(0)
  const length = payload.readUInt32LE(8)
  const inside = Number.isSafeInteger(offset) && offset >= 0 && offset + length <= size
  return inside && length > 0 && length <= mostReadBytes ? { offset, length } : null
}

/** Payload of UNPACK. */
export const writeUnpack = (size: number, from: number): Buffer => {
  const payload = Buffer.allocUnsafe(unpackBytes)
  payload.writeDoubleLE(size, 0)
  payload.writeUInt32LE(from, 8)
  return payload
}

/** Payload of ENTRY; the name is short enough (1,024 characters). */
export const writeEntry = (index: number, modified: number | null, name: string): Buffer => {
  const start = Buffer.allocUnsafe(entryBytes)
  start.writeUInt32LE(index, 0)
  start.writeDoubleLE(modified ?? Number.NaN, 4)
  return Buffer.concat([start, Buffer.from(name)])
}
