/**
 * Disc directory: the objects a DICOMDIR lists (PS3.10 §8.6, PS3.3 Annex F). Records are walked in the order in which
 * they stand: the offsets that link them are wrong or missing on many discs, and prove nothing.
 */
import { longestUid, mostListed } from '#domain/study.ts'
import type { HeaderScan } from './header-scan.ts'
import { isUsableUid } from './uid.ts'

const recordsTag = 0x00041220
const inUseTag = 0x00041410
const instanceTag = 0x00041511

/** What `scanHeader` is to keep of a directory's records. */
export const listedInside: ReadonlyMap<number, ReadonlySet<number>> = new Map([
  [recordsTag, new Set([inUseTag, instanceTag])],
])

/** PS3.3 §F.3.2.2: a record with flag 0 is no longer in use. */
const isDropped = (flag: Buffer | undefined): boolean =>
  flag?.length === 2 && flag.every((byte) => byte === 0)

/** SOP Instance UIDs of the records that name a file, each once, the first `mostListed` of them. */
export const readListed = (items: HeaderScan['items']): readonly string[] => {
  const found = new Set<string>()
  for (const record of items.get(recordsTag) ?? []) {
    if (found.size === mostListed) break
    const uid = (record.get(instanceTag)?.toString('latin1') ?? '').replace(/[\0 ]+$/, '')
    if (uid.length <= longestUid && isUsableUid(uid) && !isDropped(record.get(inUseTag))) found.add(uid)
  }
  return [...found]
}
