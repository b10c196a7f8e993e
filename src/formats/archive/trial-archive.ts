/** For tests: an archive in memory, and what a reader makes of it. */
import type { ArchiveEvent } from '#domain/archive.ts'
import type { VerdictCode } from '#domain/verdict.ts'
import type { ByteRange } from './archive.ts'

export const rangeOf = (bytes: Buffer): ByteRange & { readonly asked: [number, number][] } => {
  const asked: [number, number][] = []
  return {
    size: bytes.length,
    asked,
    read: async (offset, length) => {
      asked.push([offset, length])
      return bytes.subarray(offset, offset + length)
    },
  }
}

export type Taken = {
  /** Files that came whole. */
  readonly files: {
    readonly index: number
    readonly name: string
    readonly modified: number | null
    readonly bytes: Buffer
  }[]
  /** Names of files that broke off. */
  readonly broken: string[]
  readonly codes: readonly VerdictCode[]
}

/** Takes everything, and fails when the parts come in another order than promised. */
export const takeAll = async (parts: AsyncIterable<ArchiveEvent>): Promise<Taken> => {
  const taken: Taken = { files: [], broken: [], codes: [] }
  let open: { index: number; name: string; modified: number | null; pieces: Buffer[] } | null = null
  let codes: readonly VerdictCode[] | null = null
  for await (const part of parts) {
    if (codes !== null) throw new Error('something came after the end')
    if (part.is === 'done' || part.is === 'entry') {
      if (open !== null) taken.broken.push(open.name)
      open = part.is === 'entry' ? { ...part.entry, pieces: [] } : null
      if (part.is === 'done') codes = part.codes
    } else if (open === null) throw new Error('bytes of no file')
    else if (part.is === 'bytes') open.pieces.push(part.bytes)
    else {
      const { pieces, ...entry } = open
      taken.files.push({ ...entry, bytes: Buffer.concat(pieces) })
      open = null
    }
  }
  if (codes === null) throw new Error('no end')
  return { ...taken, codes }
}
