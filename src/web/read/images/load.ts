/** Slices from the gateway: a series' metadata once, a frame when it is needed, and what is in the way said in one word. */
import { getShouldUseCPURendering, imageLoader, type Types } from '@cornerstonejs/core'
import { wadors } from '@cornerstonejs/dicom-image-loader'
import type { Reading } from '#web/read/reading.ts'
import { type DicomSet, type SeriesRow, search, textOf } from '#web/read/studies.ts'
import { type Slice, slicesOf } from './slices.ts'

const metadataOf = async (reading: Reading, path: string): Promise<readonly DicomSet[]> => {
  const reply = await reading.get(`${reading.dicomweb}${path}/metadata`, { Accept: 'application/dicom+json' })
  if (!reply.ok) throw new Error(`metadata answered ${reply.status}`)
  return (await reply.json()) as readonly DicomSet[]
}

const announce = (reading: Reading, sets: readonly DicomSet[]): readonly Slice[] => {
  const slices = slicesOf(sets, reading.dicomweb)
  const byInstance = new Map(sets.map((set) => [textOf(set, '00080018'), set]))
  for (const { imageId, instance } of slices) {
    const set = byInstance.get(instance)
    if (set !== undefined) wadors.metaDataManager.add(imageId, set as never)
  }
  return slices
}

/** The slices of a series in order. @throws Error when its metadata cannot be had */
export const loadSeries = async (reading: Reading, { study, uid }: SeriesRow): Promise<readonly Slice[]> =>
  announce(reading, await metadataOf(reading, `/studies/${study}/series/${uid}`))

/** A slice from the middle, for the strip; null when the series has no picture. */
export const loadMiddle = async (
  reading: Reading,
  { study, uid, objects }: SeriesRow,
): Promise<Slice | null> => {
  const path = `/studies/${study}/series/${uid}/instances`
  const found = await search(reading, path, '&includefield=00200032')
  const sets = found.toSorted(
    (a, b) => Number(a['00200013']?.Value?.[0] ?? 0) - Number(b['00200013']?.Value?.[0] ?? 0),
  )
  const middle = sets[Math.floor(Math.min(objects, sets.length) / 2)]
  if (middle === undefined || middle['00280010'] === undefined) return null
  const slices = announce(reading, await metadataOf(reading, `${path}/${textOf(middle, '00080018')}`))
  return slices[Math.floor(slices.length / 2)] ?? null
}

const statusOf = (failure: unknown, depth = 0): number => {
  if (typeof failure !== 'object' || failure === null || depth > 3) return 0
  const status: unknown = Reflect.get(failure, 'status')
  return typeof status === 'number' && status > 0
    ? status
    : statusOf(Reflect.get(failure, 'error'), depth + 1)
}

export type Urgency = 'interaction' | 'prefetch' | 'thumbnail'

/** The picture of a slice, asked for once more when only the token was too old. @throws whatever the loader says */
export const loadSlice = async (
  reading: Reading,
  { imageId }: Slice,
  urgency: Urgency,
): Promise<Types.IImage> => {
  // As the viewport asks itself: a colour picture kept otherwise would not fit it.
  const options = {
    useRGBA: getShouldUseCPURendering(),
    requestType: urgency,
    priority: urgency === 'interaction' ? 5 : -5,
  }
  try {
    return await imageLoader.loadAndCacheImage(imageId, options)
  } catch (failure) {
    if (![401, 410].includes(statusOf(failure)) || urgency !== 'interaction') throw failure
    await reading.renew()
    return imageLoader.loadAndCacheImage(imageId, options)
  }
}
