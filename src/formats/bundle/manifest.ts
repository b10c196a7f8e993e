/**
 * Manifest: every file of a bundle with its SHA-256, as canonical JSON that is then signed. It holds no time
 * and nothing by chance: one revision of a case has one manifest, byte for byte.
 *
 * A file that was changed on its way out has both digests: `sha256` is of what is in the bundle, `original.sha256` of
 * what was sent, as the sender's receipt has it; `original.codes` says why. Its length is the same. A de-identified copy
 * tells of no original: a digest of it would tell whose it is.
 */
import { canonicalJson } from '#domain/canonical-json.ts'
import type { CaseId, CopyId, ItemId } from '#domain/id.ts'
import type { ItemKind } from '#domain/item.ts'
import type { VerdictCode } from '#domain/verdict.ts'
import type { Deidentified } from './deidentified.ts'
import { type FileSet, listFiles } from './file-set.ts'

/** Digests are SHA-256 in lower-case hex, sizes in bytes, paths as in the bundle. */
export type CaseManifest = {
  readonly version: 1
  readonly case: CaseId | CopyId
  readonly revision: number
  /** The files that are made for the bundle: README.TXT, INDEX.HTM, DICOMDIR and the like, all but the manifest. */
  readonly pages: readonly { readonly path: string; readonly size: number; readonly sha256: string }[]
  /** The items; `name` is the path the sender's machine had. */
  readonly files: readonly {
    readonly path: string
    readonly item: ItemId
    readonly kind: ItemKind
    readonly size: number
    readonly sha256: string
    readonly name?: string
    readonly original?: { readonly sha256: string; readonly codes: readonly VerdictCode[] }
  }[]
  /** Only of a de-identified copy. */
  readonly deidentified?: Deidentified
}

/** A file as the pages list wants it. */
export type ManifestPage = { readonly path: string; readonly size: number; readonly sha256: Uint8Array }

const hex = (digest: Uint8Array): string => Buffer.from(digest).toString('hex')

/** The manifest of one revision of a case, files in the order of the bundle. */
export const listManifest = (
  id: CaseId | CopyId,
  revision: number,
  pages: readonly ManifestPage[],
  set: FileSet,
  deidentified?: Deidentified,
): CaseManifest => ({
  version: 1,
  case: id,
  revision,
  pages: pages.map(({ path, size, sha256 }) => ({ path, size, sha256: hex(sha256) })),
  files: listFiles(set).map(({ path, item }) => ({
    path,
    item: item.id,
    kind: item.kind,
    size: item.size,
    sha256: hex(item.sha256),
    ...(item.facts.name === undefined ? {} : { name: item.facts.name.toWellFormed() }),
    ...(item.original === undefined
      ? {}
      : { original: { sha256: hex(item.original.sha256), codes: item.original.codes } }),
  })),
  ...(deidentified === undefined ? {} : { deidentified }),
})

/** MANIFEST.JSN, which is UTF-8: the manifest as canonical JSON (RFC 8785). */
export const writeManifest = (manifest: CaseManifest): string => canonicalJson(manifest)
