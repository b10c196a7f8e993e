/**
 * Fragments: walks encapsulated pixel data (PS3.5 §A.4) from its offset table to its end, reading item headers
 * only. Bounded in reads: of a very long clip the rest is not walked, and `end` stays null.
 */
import type { VerdictCode } from '#domain/verdict.ts'
import type { ByteRange } from './byte-window.ts'
import { itemTag, readElementHeader, sequenceEndTag, undefinedLength } from './element-header.ts'

export type FragmentWalk = {
  /** Fragments that hold something, as far as was walked. */
  readonly fragments: number
  /** Frames the Basic Offset Table counts; 0 when it is empty, as it may be. */
  readonly listed: number
  /** Behind the delimiter, or null when the walk did not get there. */
  readonly end: number | null
  readonly code: VerdictCode | null
}

const viewBytes = 4096
const mostReads = 256
const headerBytes = 8
const fragmentStyle = { implicit: true, big: false }

/** Walks the items from `offset`. Only a failing read rejects. */
export const walkFragments = async (range: ByteRange, offset: number): Promise<FragmentWalk> => {
  let at = offset
  let base = offset
  let view: Buffer = Buffer.alloc(0)
  let listed = 0
  let fragments = 0
  const result = (code: VerdictCode | null, end: number | null = null): FragmentWalk => {
    return { fragments, listed, end, code }
  }
  for (let items = 0, reads = 0; ; items += 1) {
    if (at + headerBytes > range.size) return result('DICOM_TRUNCATED')
    if (at + headerBytes > base + view.length) {
      if (reads === mostReads) return result(null)
      reads += 1
      view = await range.read(at, Math.min(viewBytes, range.size - at))
      base = at
    }
    const header = readElementHeader(view, at - base, fragmentStyle)
    if (header === null) return result('DICOM_TRUNCATED')
    if (header.tag === sequenceEndTag) return result(null, at + headerBytes)
    if (header.tag !== itemTag || header.length === undefinedLength)
      return result(items === 0 ? 'BAD_ITEM_TAG' : 'PIXELS_DAMAGED')
    if (items === 0) listed = Math.floor(header.length / 4)
    else if (header.length > 0) fragments += 1
    at += headerBytes + header.length
  }
}
