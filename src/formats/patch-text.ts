/**
 * Patches as JSON, in the findings of a child and in the ledger: `[{"at":…,"bytes":base64,"length":…},…]`. Reading
 * believes nothing: what is not exactly that, for a file of that size, is null.
 */
import { canonicalJson } from '#domain/canonical-json.ts'
import { arePatches, mostPatchBytes, mostPatches, type Patch } from '#domain/patch.ts'

/** A patch with its bytes in base64 (RFC 4648 §4, with padding). */
export type WrittenPatch = { readonly at: number; readonly length: number; readonly bytes: string }

const longestText = Math.ceil(mostPatchBytes / 3) * 4

/** Patches as values of JSON. */
export const writePatches = (patches: readonly Patch[]): WrittenPatch[] =>
  patches.map(({ at, length, bytes }) => ({ at, length, bytes: Buffer.from(bytes).toString('base64') }))

/** The same as text: equal patches are equal texts. */
export const patchText = (patches: readonly Patch[]): string => canonicalJson(writePatches(patches))

const readPatch = (value: unknown): Patch | null => {
  if (typeof value !== 'object' || value === null) return null
  const { at, length, bytes }: { at?: unknown; length?: unknown; bytes?: unknown } = value
  if (typeof at !== 'number' || typeof length !== 'number' || typeof bytes !== 'string') return null
  if (bytes.length > longestText) return null
  const read = Buffer.from(bytes, 'base64')
  return read.toString('base64') === bytes ? { at, length, bytes: read } : null
}

/** Patches of a file of `size` bytes out of values of JSON, or null. */
export const readPatches = (value: unknown, size: number): readonly Patch[] | null => {
  if (!Array.isArray(value) || value.length > mostPatches) return null
  const patches = value.map(readPatch).filter((patch) => patch !== null)
  return patches.length === value.length && arePatches(patches, size) ? patches : null
}
