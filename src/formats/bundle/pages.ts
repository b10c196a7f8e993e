/**
 * Pages: every file that is made for a bundle but its manifest, as one medium of PS3.10, IHE PDI and IHE XDM. Each
 * follows from case, revision and files alone: made again, it is the same.
 */
import { type Cover, writeReadme } from './cover.ts'
import { writeDicomdir } from './dicomdir.ts'
import { countUnnamed, nameFiles } from './directory-tree.ts'
import type { FileSet } from './file-set.ts'
import { writeIndexPages } from './index-page.ts'
import { submissionPath, writeSubmissionSet } from './submission-set.ts'

export type Page = { readonly path: string; readonly bytes: Buffer }

/** DICOMDIR, unless there is no file that it could name. */
const directoryPages = (cover: Cover, set: FileSet, revised: Date) => {
  const named = nameFiles(set, cover.case)
  const directory = { case: cover.case, revision: cover.revision, revised }
  return {
    unnamed: countUnnamed(set, named),
    pages: named.length === 0 ? [] : [{ path: 'DICOMDIR', bytes: writeDicomdir(named, directory) }],
  }
}

/** METADATA.XML, unless there is no document that it could describe. */
const submissionPages = (cover: Cover, set: FileSet, revised: Date): Page[] => {
  const bytes = writeSubmissionSet(cover, set, revised)
  return bytes === null ? [] : [{ path: submissionPath, bytes }]
}

/** The pages of a bundle in their order. `revised`: when the case became what it is in this revision. */
export const writePages = (cover: Cover, set: FileSet, revised: Date): readonly Page[] => {
  const { unnamed, pages } = directoryPages(cover, set, revised)
  const [index, ...others] = writeIndexPages(cover, set)
  return [
    { path: 'README.TXT', bytes: writeReadme(cover, set, unnamed) },
    ...(index === undefined ? [] : [index]),
    ...pages,
    ...others,
    ...submissionPages(cover, set, revised),
  ]
}
