/** Looking at all that was chosen: what each file is, their beginnings read many at a time. */
import { mapInLanes } from '#domain/in-lanes.ts'
import { headOf, lookInto } from '#sending/look-into.ts'
import { readSlices } from '#sending/read-runs.ts'
import { type ChosenFile, readTogether } from './browser-file.ts'
import type { SeenFile } from './found-files.ts'

/** Files whose beginnings are read together, and how many of such at once. */
const batch = 32
const lanes = 3

const tellMs = 150

/** In their order. `tell` hears now and then how many files were looked at, and their bytes. */
export const lookAtAll = async (
  files: readonly ChosenFile[],
  tell: (files: number, bytes: number) => void,
): Promise<SeenFile[]> => {
  let done = 0
  let bytes = 0
  let toldAt = 0
  const lookAtOne = async (file: ChosenFile, head: Uint8Array<ArrayBuffer> | string): Promise<SeenFile> => {
    const looked = typeof head === 'string' ? null : await lookInto(file, head).catch(() => null)
    done += 1
    bytes += file.size
    if (performance.now() - toldAt > tellMs) {
      toldAt = performance.now()
      tell(done, bytes)
    }
    return { file, looked }
  }
  const batches = Array.from({ length: Math.ceil(files.length / batch) }, (_, nth) =>
    files.slice(nth * batch, (nth + 1) * batch),
  )
  const seen = await mapInLanes(batches, lanes, async (some) => {
    const heads = await readSlices(some.map(headOf), readTogether)
    return Promise.all(some.map((file, index) => lookAtOne(file, heads[index] ?? 'unreadable')))
  })
  return seen.flat()
}
