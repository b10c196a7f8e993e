/**
 * Child: the process in which files are opened. It has no environment, no network, no file it may write and
 * none it may read but its own program; it sees one file at a time through a pipe and keeps nothing of it. It
 * ends when the pipe does. Reads block: it has nothing else to do, and that is the cheapest way to wait.
 */
import { readSync, writeSync } from 'node:fs'
import type { Findings } from '#ports/inspector.ts'
import { examine } from './examine.ts'
import {
  childOutput,
  type Frame,
  type FrameKind,
  frameHeader,
  frameHeaderBytes,
  frameKinds,
  mostReadBytes,
  parseFrameHeader,
  sizeBytes,
  writeRead,
} from './frames.ts'
import { readMap, readPdfium } from './reader-files.ts'

const tiredBytes = 400_000_000
const tiredMicroseconds = 20_000_000

const fill = (bytes: Buffer): boolean => {
  for (let at = 0; at < bytes.length; ) {
    const got = readSync(0, bytes, at, bytes.length - at, null)
    if (got === 0) return false
    at += got
  }
  return true
}

const receive = (kind: FrameKind): Frame => {
  const start = Buffer.allocUnsafe(frameHeaderBytes)
  if (!fill(start)) process.exit(0)
  const header = parseFrameHeader(start)
  if (header === null || header.kind !== kind) process.exit(1)
  const payload = Buffer.allocUnsafe(header.length)
  if (!fill(payload)) process.exit(0)
  return { kind, payload }
}

const send = (kind: FrameKind, payload: Buffer): void => {
  const bytes = Buffer.concat([frameHeader(kind, payload.length), payload])
  for (let at = 0; at < bytes.length; ) at += writeSync(childOutput, bytes, at)
}

const readPiece = (offset: number, length: number): Buffer => {
  send(frameKinds.read, writeRead(offset, length))
  const { payload } = receive(frameKinds.bytes)
  if (payload.length !== length) process.exit(1)
  return payload
}

const read = (offset: number, length: number): Buffer => {
  if (length <= mostReadBytes) return length === 0 ? Buffer.alloc(0) : readPiece(offset, length)
  const pieces: Buffer[] = []
  for (let at = 0; at < length; at += mostReadBytes)
    pieces.push(readPiece(offset + at, Math.min(mostReadBytes, length - at)))
  return Buffer.concat(pieces)
}

const tell = (soFar: Findings): void => {
  send(frameKinds.sofar, Buffer.from(JSON.stringify(soFar)))
  receive(frameKinds.bytes)
}

const isTired = (): boolean => {
  const { user, system } = process.cpuUsage()
  return process.memoryUsage.rss() > tiredBytes || user + system > tiredMicroseconds
}

send(frameKinds.ready, Buffer.alloc(0))
for (;;) {
  const { payload } = receive(frameKinds.inspect)
  const size = payload.readDoubleLE(0)
  const head = payload.subarray(sizeBytes)
  // The first piece is already here; most files are judged from it alone.
  const findings = await examine(
    {
      size,
      read: async (offset, length) =>
        offset + length <= head.length ? head.subarray(offset, offset + length) : read(offset, length),
    },
    head,
    { readMap, readPdfium, tell },
  )
  const json = Buffer.from(`${isTired() ? '\x01' : '\0'}${JSON.stringify(findings)}`)
  send(frameKinds.done, json)
}
