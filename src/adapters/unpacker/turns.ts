/**
 * Turns: one archive talked over with one child, which is taken for hostile. Every frame is checked again here: its
 * turn, the order of the files, their names, and how much has come and was asked for altogether.
 */

import type { Child } from '#adapters/inspector/child-process.ts'
import { readExactly } from '#adapters/inspector/conversation.ts'
import { entryBytes, type Frame, frameKinds, parseRead, writeUnpack } from '#adapters/inspector/frames.ts'
import type { ArchiveEntry, ArchiveEvent } from '#domain/archive.ts'
import { isVerdictCode, type VerdictCode } from '#domain/verdict.ts'
import { mostBytesOf, mostEntries, mostFileBytes, zipRatio } from '#formats/archive/archive.ts'
import { shownName } from '#formats/archive/shown-name.ts'
import type { ByteSource } from '#ports/inspector.ts'

export type TurnLimits = {
  /** The child ends when it lets this pass between two frames, ms. */
  readonly frameMs: number
  /** And when it has thought this long altogether, ms. */
  readonly archiveMs: number
}

/** More codes than a reader of archives has. */
const mostCodes = 8

/** Every entry may cost two windows of 64 KiB to look at, beside what it gives. */
const lookingBytes = 8 * 2 ** 30

const parseEntry = (payload: Buffer): ArchiveEntry => {
  const modified = payload.readDoubleLE(4)
  const known = Number.isSafeInteger(modified) && Math.abs(modified) <= 8.64e15
  return {
    index: payload.readUInt32LE(0),
    name: shownName(payload.toString('utf8', entryBytes)),
    modified: known ? modified : null,
  }
}

const parseCodes = (payload: Buffer): VerdictCode[] | null => {
  try {
    const codes: unknown = JSON.parse(payload.toString('utf8', 1))
    if (!Array.isArray(codes) || codes.length > mostCodes) return null
    const known = codes.filter((code: unknown) => typeof code === 'string' && isUnpackCode(code))
    return known.length === codes.length ? [...new Set(known as VerdictCode[])] : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

const isUnpackCode = (text: string): boolean =>
  isVerdictCode(text) && (text.startsWith('ARCHIVE_') || text === 'DISC_IMAGE_UNSUPPORTED')

const done = (...codes: VerdictCode[]): ArchiveEvent => ({ is: 'done', codes })

/** Follows the order of events; says `broken` for one that may not come now, `limit` for one too many. */
const referee = (
  size: number,
  from: number,
): ((frame: Frame) => Exclude<ArchiveEvent, { is: 'done' }> | 'broken' | 'limit') => {
  let next = from
  let left = mostBytesOf(size, zipRatio)
  let room: number | null = null
  return ({ kind, payload }) => {
    if (kind === frameKinds.entry) {
      const entry = parseEntry(payload)
      if (entry.index < next || entry.index >= mostEntries) return 'broken'
      next = entry.index + 1
      room = mostFileBytes
      return { is: 'entry', entry }
    }
    if (room === null) return 'broken'
    if (kind === frameKinds.end) {
      room = null
      return { is: 'end' }
    }
    if (kind !== frameKinds.piece) return 'broken'
    left -= payload.length
    room -= payload.length
    return left < 0 || room < 0 ? 'limit' : { is: 'bytes', bytes: payload }
  }
}

/**
 * Has the child take `source` apart, from file `from` on; the last event is DONE, whatever the child does.
 * @throws whatever `source.read` throws.
 */
export async function* takeApart(
  child: Child,
  source: ByteSource,
  from: number,
  limits: TurnLimits,
): AsyncGenerator<ArchiveEvent, void, undefined> {
  const judge = referee(source.size, from)
  let leftToRead = mostBytesOf(source.size, zipRatio) + lookingBytes
  let leftMs = limits.archiveMs
  child.send(frameKinds.unpack, writeUnpack(source.size, from))
  for (;;) {
    const asked = performance.now()
    const frame = await child.hear(Math.max(1, Math.min(leftMs, limits.frameMs)))
    leftMs -= performance.now() - asked
    if (frame === null) return yield done(child.exhausted() ? 'ARCHIVE_LIMIT' : 'ARCHIVE_DAMAGED')
    if (frame.kind === frameKinds.done)
      return yield done(...(parseCodes(frame.payload) ?? ['ARCHIVE_DAMAGED' as const]))
    if (frame.kind === frameKinds.read) {
      const wanted = parseRead(frame.payload, source.size)
      if (wanted === null) return yield done('ARCHIVE_DAMAGED')
      leftToRead -= wanted.length
      if (leftToRead < 0) return yield done('ARCHIVE_LIMIT')
      child.send(frameKinds.bytes, await readExactly(source, wanted.offset, wanted.length))
      continue
    }
    const event = judge(frame)
    if (event === 'broken') return yield done('ARCHIVE_DAMAGED')
    if (event === 'limit') return yield done('ARCHIVE_LIMIT')
    yield event
    child.send(frameKinds.next)
  }
}
