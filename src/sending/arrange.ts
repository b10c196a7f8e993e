/**
 * Arrange: under which name each file is announced, and which goes first. Both follow from the files alone, so that
 * the same folder is the same list again tomorrow, and goes on where it stopped.
 */
import type { ListedFile } from './listed-file.ts'

/** UTF-16 code units of a path that the gateway takes. */
const longestPath = 1_024

/** Room for what tells two names apart that became the same. */
const roomForNumber = 8

/** Larger files wait until every smaller one is there: the desk sees most of a case early. */
const largeBytes = 33_554_432

/** A name without control characters and halves of characters, not too long; the end of a path says most. */
const toldPath = (path: string): string => {
  const plain = path.toWellFormed().replaceAll(/\p{Cc}/gu, '\uFFFD')
  if (plain === '') return '\uFFFD'
  const longest = longestPath - roomForNumber
  return plain.length <= longest ? plain : `…${plain.slice(1 - longest).toWellFormed()}`
}

const rankOf = ({ path, size }: ListedFile): number => {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  if (name === 'dicomdir') return 0
  if (name.endsWith('.pdf')) return 1
  return size <= largeBytes ? 2 : 3
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

export type ArrangedFile = { readonly file: ListedFile; readonly told: string }

/**
 * DICOMDIR, PDFs, small files folder by folder, then large ones. No two are told under one name: the gateway takes
 * name, size and time for the file itself.
 */
export const arrangeFiles = (files: readonly ListedFile[]): ArrangedFile[] => {
  const ranked = files.map((file) => ({ file, rank: rankOf(file) }))
  ranked.sort((one, other) => one.rank - other.rank || compare(one.file.path, other.file.path))
  const seen = new Set<string>()
  return ranked.map(({ file }) => {
    const plain = toldPath(file.path)
    let told = plain
    for (let nth = 2; seen.has(told); nth += 1) told = `${plain} (${nth})`
    seen.add(told)
    return { file, told }
  })
}
