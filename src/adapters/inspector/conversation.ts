/**
 * Conversation: one file talked over with one child. The clock runs only while the child has the word: a slow
 * store is not a slow file.
 */
import { Fault } from '#domain/fault.ts'
import type { ByteSource, Findings } from '#ports/inspector.ts'
import type { Child } from './child-process.ts'
import { frameKinds, parseRead, sizeBytes } from './frames.ts'
import { parseFindings } from './parse-findings.ts'

/**
 * `lost`: the child died, was too slow or talked nonsense, and may not be used again. What it had said of the file by
 * then counts, with `PDF_LIMIT`: only a reader of PDFs is announced.
 */
export type Heard = { readonly findings: Findings; readonly tired: boolean } | 'lost'

const endedEarly = (soFar: Findings | null): Heard =>
  soFar === null
    ? 'lost'
    : { findings: { ...soFar, codes: [...new Set([...soFar.codes, 'PDF_LIMIT' as const])] }, tired: true }

/**
 * Reads exactly `length` bytes, or throws what the source throws; a source that has fewer than it said is
 * `store.damaged`.
 */
export const readExactly = async (source: ByteSource, offset: number, length: number): Promise<Buffer> => {
  const bytes = await source.read(offset, length)
  if (bytes.length < length) throw new Fault('store.damaged')
  return bytes.length === length ? bytes : bytes.subarray(0, length)
}

/**
 * Has the child look at `source`, whose first piece is `head`, for at most `ms` of its own time.
 * @throws whatever `source.read` throws; the child is then in the middle of a file and may not be used again.
 */
export const converse = async (
  child: Child,
  source: ByteSource,
  head: Buffer,
  ms: number,
): Promise<Heard> => {
  const size = Buffer.allocUnsafe(sizeBytes)
  size.writeDoubleLE(source.size, 0)
  child.send(frameKinds.inspect, size, head)
  let left = ms
  let soFar: Findings | null = null
  for (;;) {
    const asked = performance.now()
    const frame = await child.hear(Math.max(1, left))
    left -= performance.now() - asked
    if (frame === null) return endedEarly(soFar)
    if (frame.kind === frameKinds.done) {
      const findings = parseFindings(frame.payload.toString('utf8', 1), source.size)
      return findings === null ? 'lost' : { findings, tired: frame.payload[0] !== 0 }
    }
    if (frame.kind === frameKinds.sofar) {
      soFar = parseFindings(frame.payload.toString('utf8'), source.size)
      if (soFar === null) return 'lost'
      child.send(frameKinds.bytes)
      continue
    }
    const wanted = frame.kind === frameKinds.read ? parseRead(frame.payload, source.size) : null
    if (wanted === null) return 'lost'
    child.send(frameKinds.bytes, await readExactly(source, wanted.offset, wanted.length))
  }
}
