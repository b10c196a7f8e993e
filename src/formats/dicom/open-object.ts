/**
 * Opens a DICOM file for reading its elements: where its data set begins and how it is written. What inspection has
 * let pass is opened as inspection opened it; a file that cannot be read so is null.
 */
import { readUid } from '#domain/study.ts'
import { preambleBytes, sniff } from '#formats/sniff.ts'
import { type ByteRange, type ByteWindow, openWindow, windowOn } from './byte-window.ts'
import { inflateDataSet } from './inflate.ts'
import { readMetaGroup } from './meta-group.ts'
import { type Encoding, plainSyntaxUid, probeEncoding, transferSyntax } from './transfer-syntax.ts'

/** The first bytes of a file that are enough to open it. */
export const openingBytes = 65_536

/** A deflated data set is opened whole, in memory; longer ones are not. */
export const mostOpenedBytes = 67_108_864

export type OpenObject = {
  readonly window: ByteWindow
  /** What offsets in the data set are of: the file, or what was inflated of it. */
  readonly source: ByteRange
  readonly start: number
  readonly encoding: Encoding
  /** As the file says it; that of its bytes where it does not. */
  readonly transferSyntax: string
  readonly deflated: boolean
}

/** Opens the file; `head` is its first bytes, `openingBytes` of them or all. Only a failing read throws. */
export const openObject = async (range: ByteRange, head: Buffer): Promise<OpenObject | null> => {
  const sniffed = sniff(head)
  if (sniffed !== 'dicom' && sniffed !== 'dicom-bare') return null
  const file = openWindow(range, head)
  const meta = await readMetaGroup(file, sniffed === 'dicom' ? preambleBytes + 4 : 0)
  if (meta.end === null || meta.end >= range.size) return null
  const named = meta.transferSyntax === '' ? null : meta.transferSyntax
  // It goes into headers of replies, and says how pixels are decoded: what is no UID says nothing.
  if (named !== null && readUid(named) === null) return null
  const deflated = named !== null && transferSyntax(named)?.deflated === true
  let [window, source, start] = [file, range, meta.end]
  if (deflated) {
    const inflated = await inflateDataSet(range, start, mostOpenedBytes)
    if (typeof inflated === 'string') return null
    const { bytes } = inflated
    window = windowOn(bytes)
    source = { size: bytes.length, read: async (at, length) => bytes.subarray(at, at + length) }
    start = 0
  }
  if (!window.holds(start, 16)) await window.move(start, 16)
  const encoding = probeEncoding(window.bytes, start - window.base)
  if (encoding === null) return null
  return {
    window,
    source,
    start,
    encoding,
    transferSyntax: named ?? plainSyntaxUid(encoding),
    deflated,
  }
}
