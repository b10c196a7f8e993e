/**
 * Entity tag of a bundle: a strong validator (RFC 9110 §8.8.1) that is known without reading any content. It
 * covers every local header (path, size, CRC-32, time) and the SHA-256 of every content, so two files with the
 * same tag are the same bytes.
 */
import { createHash } from 'node:crypto'
import { localHeaderLength, writeLocalHeader } from './zip-headers.ts'
import type { ZipPlan } from './zip-plan.ts'

/** Entries are hashed in blocks: a call of `update` for each would cost more than its hashing. */
const blockBytes = 65_536

/** The tag with its quotes, ready for `ETag` and for comparing with `If-Range`. */
export const entityTag = (plan: ZipPlan): string => {
  const hash = createHash('sha256').update(`second-read/1/bundle/${plan.length}/${plan.entries.length}/`)
  const block = Buffer.allocUnsafe(blockBytes)
  let at = 0
  for (const [i, entry] of plan.entries.entries()) {
    if (at + localHeaderLength(entry) + entry.sha256.length > blockBytes) {
      hash.update(block.subarray(0, at))
      at = 0
    }
    at += writeLocalHeader(block, at, entry, plan.offsets[i] as number)
    block.set(entry.sha256, at)
    at += entry.sha256.length
  }
  return `"${hash.update(block.subarray(0, at)).digest('hex').slice(0, 32)}"`
}
