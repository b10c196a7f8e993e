/**
 * Reading the runs of a part: all at once where a platform can, which costs a third of asking for each small file, and
 * one by one where it cannot or something is wrong with one of them.
 */
import { mapInLanes } from '#domain/in-lanes.ts'
import { FileTrouble, type LeftOutReason, type ListedFile, readSlice } from './listed-file.ts'

/** Bytes `start … end-1` of a file. */
export type Slice = { readonly file: ListedFile; readonly start: number; readonly end: number }

/** The bytes of slices one behind the other. Whatever it rejects with, each slice is read by itself then. */
export type ReadTogether = (slices: readonly Slice[]) => Promise<Uint8Array<ArrayBuffer>>

/** Slices that are read at once: small ones cost more waiting than reading. */
const readers = 6

const trouble = (error: unknown): LeftOutReason =>
  error instanceof FileTrouble ? error.reason : 'unreadable'

/** The bytes of each slice in their order, or why they cannot be had. Never rejects. */
export const readSlices = async (
  slices: readonly Slice[],
  together: ReadTogether | null,
): Promise<(Uint8Array<ArrayBuffer> | LeftOutReason)[]> => {
  const wanted = slices.reduce((sum, { start, end }) => sum + end - start, 0)
  if (together !== null && slices.length > 1) {
    const all = await together(slices).catch(() => null)
    if (all !== null && all.length === wanted) {
      let at = 0
      return slices.map(({ start, end }) => {
        at += end - start
        return all.subarray(at - (end - start), at)
      })
    }
  }
  return mapInLanes(slices, readers, ({ file, start, end }) => readSlice(file, start, end).catch(trouble))
}
