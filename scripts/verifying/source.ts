/**
 * Source: the files of a bundle, in its ZIP or unpacked into a folder. A ZIP is read where it lies and never unpacked;
 * no name from it becomes a path. A folder is walked without following links.
 */
import { createReadStream } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type Entry, fromFd, type ZipFile } from 'yauzl'

/** A file or whatever stands in the place of one; `size` in bytes, as the source says it before it is read. */
export type SourceFile = {
  readonly path: string
  readonly size: number
  /** False for a link, a device, a locked entry: nothing a bundle has. */
  readonly plain: boolean
  read(): Promise<Readable>
}

export type Source = {
  readonly files: readonly SourceFile[]
  /** Of a ZIP: places with bytes that its list does not tell of, or tells otherwise than they lie there. */
  readonly hidden: readonly string[]
  close(): Promise<void>
}

/** Neither a whole ZIP nor a folder. */
export class NoBundle extends Error {}

const unix = 3
const fileBits = 0o170000
const regular = 0o100000
const lockedFlag = 1

/** Mode of an entry that Unix wrote; one without a mode is a file. */
const isRegular = (entry: Entry): boolean => {
  const mode = (entry.externalFileAttributes >>> 16) & fileBits
  return entry.versionMadeBy >>> 8 !== unix || mode === 0 || mode === regular
}

const openZip = (fd: number): Promise<ZipFile> =>
  new Promise((resolve, reject) => {
    // Names are compared as the bytes they are: one that climbs is a file too many, not the end of the listing.
    const options = { lazyEntries: true, autoClose: false, decodeStrings: false }
    fromFd(fd, options, (error, zip) =>
      zip ? resolve(zip) : reject(new NoBundle('not a whole ZIP', { cause: error })),
    )
  })

const listEntries = async (zip: ZipFile): Promise<Entry[]> => {
  const entries: Entry[] = []
  try {
    for await (const entry of zip.eachEntry()) entries.push(entry)
  } catch (cause) {
    throw new NoBundle('its list of files is damaged', { cause })
  }
  return entries
}

/** Behind content of a length that was not known before (APPNOTE §4.3.9). */
const descriptorFlag = 8
const longestDescriptor = 24

/** End records of a ZIP without a comment, and with those of ZIP64 (APPNOTE §4.3.14–16). */
const endBytes = [22, 98]

/** A program in front of a ZIP, or a file between two others, is unpacked by some and seen by none that list it. */
const findHidden = async (zip: ZipFile, entries: readonly Entry[]): Promise<string[]> => {
  const hidden: string[] = []
  let end = 0
  let slack = 0
  for (const entry of entries.toSorted(
    (a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader,
  )) {
    const start = entry.relativeOffsetOfLocalHeader
    if (start < end || start > end + slack) hidden.push(`byte ${end}`)
    const local = await zip.readLocalFileHeaderPromise(entry).catch(() => null)
    if (local === null || !local.fileName.equals(entry.fileNameRaw)) hidden.push(`byte ${start}`)
    end = (local?.fileDataStart ?? start) + entry.compressedSize
    slack = (entry.generalPurposeBitFlag & descriptorFlag) === 0 ? 0 : longestDescriptor
  }
  const list = entries.reduce(
    (sum, { fileNameLength, extraFieldLength, fileCommentLength }) =>
      sum + 46 + fileNameLength + extraFieldLength + fileCommentLength,
    0,
  )
  const rest = zip.fileSize - end - list
  if (!endBytes.some((bytes) => rest >= bytes && rest <= bytes + slack)) hidden.push(`byte ${end}`)
  return hidden
}

const asFile = (zip: ZipFile, entry: Entry): SourceFile => ({
  path: entry.fileNameRaw.toString('latin1'),
  size: entry.uncompressedSize,
  plain: isRegular(entry) && (entry.generalPurposeBitFlag & lockedFlag) === 0,
  read: () => zip.openReadStreamPromise(entry),
})

const zipSource = async (path: string): Promise<Source> => {
  const file = await open(path)
  const close = (): Promise<void> => file.close()
  try {
    const zip = await openZip(file.fd)
    const entries = await listEntries(zip)
    // A folder's own entry says nothing that its files do not.
    const files = entries
      .map((entry) => asFile(zip, entry))
      .filter(({ path, size }) => !path.endsWith('/') || size > 0)
    return { files, hidden: await findHidden(zip, entries), close }
  } catch (error) {
    await close()
    throw error
  }
}

const listFolder = async (folder: string, inside: string): Promise<SourceFile[]> => {
  const files: SourceFile[] = []
  for (const entry of await readdir(join(folder, inside), { withFileTypes: true })) {
    const path = `${inside}${entry.name}`
    const place = join(folder, path)
    if (entry.isDirectory()) files.push(...(await listFolder(folder, `${path}/`)))
    else
      files.push({
        path,
        size: entry.isFile() ? (await stat(place)).size : 0,
        plain: entry.isFile(),
        read: async () => createReadStream(place),
      })
  }
  return files
}

/** Opens a ZIP or a folder. @throws `NoBundle`, or what the file system says. */
export const openSource = async (path: string): Promise<Source> => {
  if (!(await stat(path)).isDirectory()) return zipSource(path)
  return { files: await listFolder(path, ''), hidden: [], close: async () => {} }
}
