/**
 * ZIP plan: the whole of a ZIP file known before its first byte is sent. Sizes and CRCs come from the ledger,
 * so the exact length is known, any range can be cut out, and the same entries always give the same bytes.
 * A plan keeps 16 bytes an entry; headers are written when a cut asks for them.
 */
import type { ItemId } from '#domain/id.ts'
import {
  centralHeaderLength,
  localHeaderLength,
  writeCentralHeader,
  writeEnds,
  writeLocalHeader,
  type ZipFacts,
} from './zip-headers.ts'

/** An entry whose content is at hand, or is an item to be opened when its bytes are due. `sha256` is of the content. */
export type ZipEntry = ZipFacts & {
  readonly sha256: Uint8Array
  readonly body:
    | { readonly kind: 'bytes'; readonly bytes: Buffer }
    | { readonly kind: 'item'; readonly id: ItemId }
}

/** `offsets[i]` is where entry `i` begins, `directory[i]` where its header begins in the central directory. */
export type ZipPlan = {
  readonly entries: readonly ZipEntry[]
  /** Bytes of the whole file. */
  readonly length: number
  readonly offsets: Float64Array
  readonly directory: Float64Array
  readonly ends: Buffer
}

/** A piece of the file: bytes as they are, or `length` plain bytes of an item from its byte `offset`. */
export type ZipSegment =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | {
      readonly kind: 'content'
      readonly entry: ZipEntry
      readonly item: ItemId
      readonly offset: number
      readonly length: number
    }

/** Central directory headers are written in blocks of about this many bytes. */
const blockBytes = 65_536

/** Relative, no empty part, no `.` or `..`: a path that stays inside the folder it is unpacked to. */
const pathForm = /^(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*\/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*$/
const longestPath = 255

const check = (entry: ZipEntry, paths: Set<string>): void => {
  const { path, size, crc32, sha256, body } = entry
  if (path.length > longestPath || !pathForm.test(path)) throw new RangeError('zip entry: path')
  if (paths.has(path)) throw new RangeError('zip entry: two of one path')
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError('zip entry: size')
  if (crc32 !== crc32 >>> 0) throw new RangeError('zip entry: CRC-32')
  if (sha256.length !== 32) throw new RangeError('zip entry: SHA-256')
  if (body.kind === 'bytes' && body.bytes.length !== size)
    throw new RangeError('zip entry: size of its bytes')
  paths.add(path)
}

/** Element of an array that is known to have it. */
const numberAt = (numbers: Float64Array, index: number): number => numbers[index] as number

/**
 * Lays out a ZIP file; entries keep their order.
 * @throws RangeError when an entry could not be written: a path that is not plain, relative ASCII or comes
 * twice, a size or digest that is none, bytes of another length than `size`, a file past 2⁵³ bytes.
 */
export const planZip = (entries: readonly ZipEntry[]): ZipPlan => {
  const offsets = new Float64Array(entries.length + 1)
  const directory = new Float64Array(entries.length + 1)
  const paths = new Set<string>()
  let offset = 0
  let header = 0
  for (const [i, entry] of entries.entries()) {
    check(entry, paths)
    header += centralHeaderLength(entry, offset)
    offset += localHeaderLength(entry) + entry.size
    offsets[i + 1] = offset
    directory[i + 1] = header
  }
  const ends = writeEnds(entries.length, offset, header)
  const length = offset + header + ends.length
  if (!Number.isSafeInteger(length)) throw new RangeError('zip plan: too long')
  return { entries, length, offsets, directory, ends }
}

/** The index of the last start that is not after `position`; starts ascend and the first is 0. */
const seek = (starts: Float64Array, position: number): number => {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (numberAt(starts, middle) <= position) low = middle
    else high = middle - 1
  }
  return low
}

const makeHeader = (entry: ZipEntry, offset: number): Buffer => {
  const header = Buffer.allocUnsafe(localHeaderLength(entry))
  writeLocalHeader(header, 0, entry, offset)
  return header
}

const cutBody = (entry: ZipEntry, from: number, to: number): ZipSegment =>
  entry.body.kind === 'bytes'
    ? { kind: 'bytes', bytes: entry.body.bytes.subarray(from, to) }
    : { kind: 'content', entry, item: entry.body.id, offset: from, length: to - from }

/** The part of the entries between two positions of the file. */
function* cutEntries(plan: ZipPlan, start: number, end: number): Generator<ZipSegment> {
  for (let i = seek(plan.offsets, start); i < plan.entries.length; i++) {
    const entry = plan.entries[i] as ZipEntry
    const at = numberAt(plan.offsets, i)
    if (at >= end) return
    const next = numberAt(plan.offsets, i + 1)
    const body = next - entry.size
    if (start < body)
      yield { kind: 'bytes', bytes: makeHeader(entry, at).subarray(Math.max(0, start - at), end - at) }
    const from = Math.max(start, body)
    const to = Math.min(end, next)
    if (from < to) yield cutBody(entry, from - body, to - body)
  }
}

/** The headers of entries `first … last-1` as they stand in the central directory. */
const writeBlock = (plan: ZipPlan, first: number, last: number): Buffer => {
  const block = Buffer.allocUnsafe(numberAt(plan.directory, last) - numberAt(plan.directory, first))
  let at = 0
  for (let i = first; i < last; i++)
    at += writeCentralHeader(block, at, plan.entries[i] as ZipEntry, numberAt(plan.offsets, i))
  return block
}

/** The part of the central directory between two positions counted from its beginning. */
function* cutDirectory(plan: ZipPlan, start: number, end: number): Generator<ZipSegment> {
  const count = plan.entries.length
  for (let first = seek(plan.directory, start); first < count && numberAt(plan.directory, first) < end; ) {
    const at = numberAt(plan.directory, first)
    const last = Math.min(count, seek(plan.directory, Math.min(end - 1, at + blockBytes)) + 1)
    const bytes = writeBlock(plan, first, last).subarray(Math.max(0, start - at), end - at)
    yield { kind: 'bytes', bytes }
    first = last
  }
}

function* cutAll(plan: ZipPlan, start: number, end: number): Generator<ZipSegment> {
  const directory = numberAt(plan.offsets, plan.entries.length)
  const ends = plan.length - plan.ends.length
  if (start < directory) yield* cutEntries(plan, start, Math.min(end, directory))
  if (start < ends && end > directory)
    yield* cutDirectory(plan, Math.max(0, start - directory), Math.min(end, ends) - directory)
  if (end > ends) yield { kind: 'bytes', bytes: plan.ends.subarray(Math.max(0, start - ends), end - ends) }
}

/**
 * Bytes `start … endExclusive-1` of the file, in order and without an empty piece. Finding the first takes
 * O(log n). An empty range gives nothing.
 * @throws RangeError when the range is not within the file.
 */
export const cut = (plan: ZipPlan, start: number, endExclusive: number): Iterable<ZipSegment> => {
  const whole = Number.isSafeInteger(start) && Number.isSafeInteger(endExclusive)
  if (!whole || start < 0 || start > endExclusive || endExclusive > plan.length)
    throw new RangeError('zip plan: range')
  return start === endExclusive ? [] : cutAll(plan, start, endExclusive)
}
