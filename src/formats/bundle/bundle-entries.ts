/**
 * The bundle's own files and the case's items, as entries of one ZIP in the one order it has: what a person
 * reads first, then the proof, then documents, then DICOM.
 */
import { createHash } from 'node:crypto'
import { crc32 } from '#formats/crc32.ts'
import { type FileSet, listFiles, type PlacedFile } from './file-set.ts'
import type { ZipEntry } from './zip-plan.ts'

/** The list of all other files as MANIFEST.JSN has it, and the compact JWS over it. */
export type BundleProof = { readonly manifest: Buffer; readonly signature: Buffer }

/** A file that is at hand, as an entry. */
export const pageEntry = (path: string, bytes: Buffer, modified: Date): ZipEntry => ({
  path,
  size: bytes.length,
  crc32: crc32(bytes),
  sha256: createHash('sha256').update(bytes).digest(),
  modified,
  body: { kind: 'bytes', bytes },
})

const itemEntry = ({ path, item }: PlacedFile, modified: Date): ZipEntry => ({
  path,
  size: item.size,
  crc32: item.crc32,
  sha256: item.sha256,
  modified,
  body: { kind: 'item', id: item.id },
})

/**
 * Every entry of the bundle, in order. `modified` is the time that all of them show: one that belongs to the
 * case's revision, so that a bundle made again is the same.
 */
export const bundleEntries = (
  pages: readonly ZipEntry[],
  { manifest, signature }: BundleProof,
  set: FileSet,
  modified: Date,
): ZipEntry[] => [
  ...pages,
  pageEntry('MANIFEST.JSN', manifest, modified),
  pageEntry('MANIFEST.JWS', signature, modified),
  ...listFiles(set).map((file) => itemEntry(file, modified)),
]
