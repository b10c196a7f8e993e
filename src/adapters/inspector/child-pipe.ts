/**
 * Child's pipe: the child's side of the conversation in frames. Reads block: a child has nothing else to do, and that
 * is the cheapest way to wait. When the pipe ends, or a frame comes out of turn, so does the child.
 */
import { readSync, writeSync } from 'node:fs'
import {
  childOutput,
  type Frame,
  type FrameKind,
  frameHeader,
  frameHeaderBytes,
  frameKinds,
  mostReadBytes,
  parseFrameHeader,
  writeRead,
} from './frames.ts'

const mostCopied = 16_384

const fill = (bytes: Buffer): boolean => {
  for (let at = 0; at < bytes.length; ) {
    const got = readSync(0, bytes, at, bytes.length - at, null)
    if (got === 0) return false
    at += got
  }
  return true
}

/** Waits for the next frame, which must be of one of these kinds. */
export const receive = (...kinds: readonly FrameKind[]): Frame => {
  const start = Buffer.allocUnsafe(frameHeaderBytes)
  if (!fill(start)) process.exit(0)
  const header = parseFrameHeader(start)
  if (header === null || !kinds.includes(header.kind)) process.exit(1)
  const payload = Buffer.allocUnsafe(header.length)
  if (!fill(payload)) process.exit(0)
  return { kind: header.kind, payload }
}

/** Sends one frame. */
export const send = (kind: FrameKind, payload: Buffer): void => {
  const header = frameHeader(kind, payload.length)
  // A short frame goes in one write; a long one is not copied for it.
  const parts = payload.length <= mostCopied ? [Buffer.concat([header, payload])] : [header, payload]
  for (const part of parts) for (let at = 0; at < part.length; ) at += writeSync(childOutput, part, at)
}

const readPiece = (offset: number, length: number): Buffer => {
  send(frameKinds.read, writeRead(offset, length))
  const { payload } = receive(frameKinds.bytes)
  if (payload.length !== length) process.exit(1)
  return payload
}

/** Asks for bytes of the file. */
export const read = (offset: number, length: number): Buffer => {
  if (length <= mostReadBytes) return length === 0 ? Buffer.alloc(0) : readPiece(offset, length)
  const pieces: Buffer[] = []
  for (let at = 0; at < length; at += mostReadBytes)
    pieces.push(readPiece(offset + at, Math.min(mostReadBytes, length - at)))
  return Buffer.concat(pieces)
}
