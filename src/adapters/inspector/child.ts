/**
 * Child: the process in which files are opened. It has no environment, no network, no file it may write and
 * none it may read but its own program; through a pipe it sees one file, or the first bytes of a few, and keeps nothing
 * of them. It ends when the pipe does.
 */
import type { ByteSource, Findings } from '#ports/inspector.ts'
import { read, receive, send } from './child-pipe.ts'
import { examine } from './examine.ts'
import { frameKinds, readGlance, sizeBytes } from './frames.ts'
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

const readers = { readMap, readPdfium, tell }

/** What the first piece alone does not tell is asked for, or ends a glance. */
const sourceOf = (
  size: number,
  head: Buffer,
  more: (offset: number, length: number) => Buffer,
): ByteSource => ({
  size,
  read: async (offset, length) =>
    offset + length <= head.length ? head.subarray(offset, offset + length) : more(offset, length),
})

const inspect = async (payload: Buffer): Promise<string> => {
  const head = payload.subarray(sizeBytes)
  return writeFindings(await examine(sourceOf(payload.readDoubleLE(0), head, read), head, readers))
}

const askMore = (): never => {
  throw new RangeError('more than the first bytes is needed')
}

const glance = async (payload: Buffer): Promise<string> => {
  const lines: string[] = []
  for (const { size, head } of readGlance(payload))
    lines.push(await examine(sourceOf(size, head, askMore), head, readers).then(writeFindings, () => ''))
  return lines.join('\n')
}

send(frameKinds.ready, Buffer.alloc(0))
for (;;) {
  const { kind, payload } = receive(frameKinds.inspect, frameKinds.glance)
  const said = kind === frameKinds.glance ? await glance(payload) : await inspect(payload)
  send(frameKinds.done, Buffer.from(`${isTired() ? '\x01' : '\0'}${said}`))
}
