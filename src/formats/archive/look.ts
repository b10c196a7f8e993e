/**
 * Look: whether an archive can be opened, without opening what is in it. A ZIP is also the clothes of office documents
 * and programs: they are told by the names in their listing, and are no archives to anybody who sends them.
 */
import type { ArchiveEvent } from '#domain/archive.ts'
import type { VerdictCode } from '#domain/verdict.ts'
import type { ByteRange } from './archive.ts'
import { lookIntoIso, readIso } from './iso9660.ts'
import { rangeReader } from './range-reader.ts'
import { sniffArchive } from './sniff-archive.ts'
import { hindrance, listingCode, readZip } from './zip.ts'
import { listZip } from './zip-listing.ts'

/** `archive` without codes opens; with codes it does not. `other` is no archive, whatever its clothes. */
export type Look = { readonly kind: 'archive' | 'other'; readonly codes: readonly VerdictCode[] }

const document: Look = { kind: 'other', codes: ['OFFICE_DOCUMENT'] }
const program: Look = { kind: 'other', codes: ['LEFT_OUT_PROGRAM'] }
const refused = (code: VerdictCode): Look => ({ kind: 'archive', codes: [code] })
const opens: Look = { kind: 'archive', codes: [] }

/** Folders in which office programs put their parts (ECMA-376 part 2). */
const officeParts = ['_rels/', 'word/', 'xl/', 'ppt/', 'docProps/', 'visio/']
const marks = [...officeParts, '[Content_Types].xml', 'AndroidManifest.xml', 'classes.dex']

/**
 * Learns from the names of a ZIP, in order, what it really is; null for an archive. The marks of documents count
 * anywhere, those of Java only at the beginning: a disc may carry a viewer that was taken apart.
 */
const purposeOf = (): { note(name: string): void; tell(): Look | null } => {
  const seen = new Set<string>()
  let first: string | null = null
  return {
    note: (name) => {
      first ??= name.slice(0, 32)
      for (const mark of marks) if (mark.endsWith('/') ? name.startsWith(mark) : name === mark) seen.add(mark)
    },
    tell: () => {
      if (first === 'mimetype') return document
      if (seen.has('[Content_Types].xml') && officeParts.some((part) => seen.has(part))) return document
      if (first === 'META-INF/' || first === 'META-INF/MANIFEST.MF') return program
      return seen.has('AndroidManifest.xml') && seen.has('classes.dex') ? program : null
    },
  }
}

/** The name in the first local header, for a ZIP whose listing is lost. */
const firstName = (head: Buffer): string =>
  head.length < 30 ? '' : head.toString('latin1', 30, 30 + head.readUInt16LE(26))

const purposeOfTorn = (head: Buffer): Look | null => {
  const name = firstName(head)
  const purpose = purposeOf()
  purpose.note(name)
  return name === '[Content_Types].xml' ? document : purpose.tell()
}

const lookIntoZip = async (range: ByteRange, head: Buffer): Promise<Look> => {
  const reader = rangeReader(range)
  const purpose = purposeOf()
  const reasons: VerdictCode[] = []
  let files = 0
  try {
    for await (const entry of listZip(reader)) {
      purpose.note(entry.name)
      if (!entry.isFile) continue
      files += 1
      const reason = hindrance(entry)
      if (reason !== null) reasons.push(reason)
    }
  } catch (error) {
    const lost = reader.lost()
    if (lost !== null) throw lost.cause
    const code = listingCode(error, files)
    // What was listed before the break can be read.
    if (code !== 'ARCHIVE_DAMAGED') return purposeOfTorn(head) ?? refused(code)
  }
  const [reason] = reasons
  return purpose.tell() ?? (reason !== undefined && reasons.length === files ? refused(reason) : opens)
}

/**
 * Says whether a file is an archive and opens, or null when it is none. `head` is its first piece.
 * @throws only what `range.read` rejects with.
 */
export const lookIntoArchive = async (range: ByteRange, head: Buffer): Promise<Look | null> => {
  const kind = await sniffArchive(range, head)
  if (kind === 'zip') return lookIntoZip(range, head)
  if (kind === 'packed') return refused('ARCHIVE_UNSUPPORTED')
  if (kind === 'disc') return refused('DISC_IMAGE_UNSUPPORTED')
  if (kind === null) return null
  const code = await lookIntoIso(range)
  return code === null ? opens : refused(code)
}

const headBytes = 4_096

/**
 * Reads the files of an archive from number `from` on, whatever its kind.
 * @throws only what `range.read` rejects with.
 */
export async function* readArchive(
  range: ByteRange,
  from = 0,
): AsyncGenerator<ArchiveEvent, void, undefined> {
  const head = await range.read(0, Math.min(headBytes, range.size))
  const kind = await sniffArchive(range, head)
  if (kind === 'zip') yield* readZip(range, from)
  else if (kind === 'iso9660') yield* readIso(range, from)
  else yield { is: 'done', codes: [kind === 'disc' ? 'DISC_IMAGE_UNSUPPORTED' : 'ARCHIVE_UNSUPPORTED'] }
}
