/**
 * Patches: what is changed in a file on its way out, and only there; the stored original keeps every byte. A patch
 * never changes a length, so every offset of the file stays what it was. Used for what must not reach a reader's
 * machine: a program in the preamble of an image, the place where a photograph was taken.
 */

/** `length` bytes from `at` become `bytes`, then zeros. `bytes` is at most `length` long. */
export type Patch = { readonly at: number; readonly length: number; readonly bytes: Uint8Array }

/**
 * More than any file needs: a child that asks for more is not believed. A photograph with depth in it has some 60
 * segments, each of which is blanked by itself.
 */
export const mostPatches = 256

/** Longest text that a patch may write, bytes; what is blanked may be longer. */
export const mostPatchBytes = 64
