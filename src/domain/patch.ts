/**
 * Patches: what is changed in a file on its way out, and only there; the stored original keeps every byte. A patch
 * never changes a length, so every offset of the file stays what it was. Used for what must not reach a reader's
 * machine: a program in the preamble of an image, the place where a photograph was taken.
 */
import type { VerdictCode } from './verdict.ts'

/** `length` bytes from `at` become `bytes`, then zeros. `bytes` is at most `length` long. */
export type Patch = { readonly at: number; readonly length: number; readonly bytes: Uint8Array }

/**
 * More than any file needs: a child that asks for more is not believed. A photograph with depth in it has some 60
 * segments, each of which is blanked by itself.
 */
export const mostPatches = 256

/** Longest text that a patch may write, bytes; what is blanked may be longer. */
export const mostPatchBytes = 64

/** A file as it goes out: its patches, and SHA-256 (32 bytes) and CRC-32 of what they make of it. */
export type ServedCopy = {
  readonly patches: readonly Patch[]
  readonly sha256: Uint8Array
  readonly crc32: number
}

/** The codes that say why a file is changed on its way out. */
export const patchedCodes: readonly VerdictCode[] = [
  'PREAMBLE_EXECUTABLE',
  'PREAMBLE_NONZERO',
  'LOCATION_REMOVED',
]

/** Those of them with which a file may leave as its served copy only. */
export const patchedOnlyCodes = [
  'PREAMBLE_EXECUTABLE',
  'LOCATION_REMOVED',
] as const satisfies readonly VerdictCode[]

/** True for a file that may leave as its served copy only. */
export const leavesPatchedOnly = (codes: readonly VerdictCode[]): boolean =>
  patchedOnlyCodes.some((code) => codes.includes(code))

const isPatch = ({ at, length, bytes }: Patch, from: number, size: number): boolean =>
  Number.isSafeInteger(at) &&
  Number.isSafeInteger(length) &&
  length > 0 &&
  at >= from &&
  at + length <= size &&
  bytes.length <= Math.min(length, mostPatchBytes)

/** True for patches of a file of `size` bytes: sorted, none over another, all inside it, not too many or too long. */
export const arePatches = (patches: readonly Patch[], size: number): boolean => {
  let from = 0
  for (const patch of patches) {
    if (!isPatch(patch, from, size)) return false
    from = patch.at + patch.length
  }
  return patches.length <= mostPatches
}

/** Changes `window`, the bytes of a file from `offset` on, in place. */
export const applyPatches = (patches: readonly Patch[], offset: number, window: Uint8Array): void => {
  for (const { at, length, bytes } of patches) {
    const from = Math.max(at, offset)
    const to = Math.min(at + length, offset + window.length)
    if (from >= to) continue
    window.fill(0, from - offset, to - offset)
    window.set(bytes.subarray(from - at, to - at), from - offset)
  }
}
