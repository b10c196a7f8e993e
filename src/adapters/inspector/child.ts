/**
 * Child: the process in which files are opened. It has no environment, no network, no file it may write and
 * none it may read but its own program; it sees one file at a time through a pipe and keeps nothing of it. It
 * ends when the pipe does.
 */
import type { Findings } from '#ports/inspector.ts'
import { read, receive, send } from './child-pipe.ts'
import { examine } from './examine.ts'
import { frameKinds, sizeBytes } from './frames.ts'
import { readMap, readPdfium } from './reader-files.ts'
import { writeFindings } from './write-findings.ts'

const tiredBytes = 400_000_000
const tiredMicroseconds = 20_000_000

const tell = (soFar: Findings): void => {
  send(frameKinds.sofar, Buffer.from(writeFindings(soFar)))
  receive(frameKinds.bytes)
}

const isTired = (): boolean => {
  const { user, system } = process.cpuUsage()
  return process.memoryUsage.rss() > tiredBytes || user + system > tiredMicroseconds
}

// pdf.js leaves promises behind when a damaged document is put away: what they reject with was told already, and must
// not end the child before it has answered.
process.on('unhandledRejection', () => {})

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
  const json = Buffer.from(`${isTired() ? '\x01' : '\0'}${writeFindings(findings)}`)
  send(frameKinds.done, json)
}
