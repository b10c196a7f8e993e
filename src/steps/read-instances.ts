/**
 * Read instances: DICOM objects of a case as they go out, whole and one after another (PS3.18 §10.4). What a scope holds
 * is known before the first byte; its bytes are put together from sealed packs while they are sent.
 */
import { type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, ItemId } from '#domain/id.ts'
import type { InstanceFacts } from '#domain/study.ts'
import { gatherBytes, keepExtents } from '#formats/pack/extent-table.ts'
import type { ReadPack } from '#formats/pack/item-bytes.ts'
import { openServedRange } from '#formats/pack/served-bytes.ts'
import { readWanted, wantedOf } from '#formats/pack/wanted.ts'
import type { CaseKey, CaseVault } from '#ports/case-vault.ts'
import type { InstanceLedger, InstanceScope, ReadableInstance } from '#ports/instance-ledger.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { openExtents } from '#ports/open-sealed.ts'
import { readPacks } from '#ports/read-packs.ts'

export type ReadInstancesNeeds = {
  readonly instances: Pick<InstanceLedger, 'content'>
  readonly vault: CaseVault
  readonly store: Pick<ObjectStore, 'read'>
}

export type InstanceFile = {
  readonly item: ItemId
  readonly instance: InstanceFacts
  readonly length: number
  /** Of what goes out. */
  readonly sha256: Uint8Array
  /** Bytes `start … end-1` in batches. The buffers are the caller's, who may free them. Not two at once. */
  open(start: number, end: number): AsyncIterable<readonly Uint8Array[]>
}

export type InstanceSet = {
  readonly modified: Date
  /** Instances of the same scope that wait for a person, and are not among the files. */
  readonly withheld: number
  /** At least one, in order of series number, instance number and UID. */
  readonly files: readonly [InstanceFile, ...InstanceFile[]]
  /** Gives back the memory that reading takes, once nobody reads; a file that is opened later takes it anew. */
  close(): void
}

/** Sealed bytes that these objects take. */
function* wantedIn(items: readonly ReadableInstance[]) {
  for (const { extents, size } of items) yield* wantedOf(extents, 0, size)
}

/**
 * The objects as files. A study is sent for minutes: what a file keeps is its numbers and where its bytes are, and no
 * function here may close over the rows, whose sealed facts would be held as long.
 */
const toFiles = (key: CaseKey, items: readonly ReadableInstance[], ahead: ReadPack): InstanceFile[] => {
  const extents = keepExtents(items)
  const digests = gatherBytes(items.map(({ sha256, served }) => served?.sha256 ?? sha256))
  return items.map(({ id, instance, size, served }, nth): InstanceFile => {
    const patches = served?.patches ?? []
    return {
      item: id,
      instance,
      length: size,
      sha256: digests[nth] ?? new Uint8Array(),
      open: (start, end) => openServedRange(openExtents(key, extents.of(id)), ahead, patches, start, end),
    }
  })
}

/** Refuses `item.not-found` for what is not there, not of this case or not readable: nobody learns which. */
export const readInstances =
  ({ instances, vault, store }: ReadInstancesNeeds) =>
  async (of: CaseId, scope: InstanceScope): Promise<InstanceSet | Refusal> => {
    const content = await instances.content(of, scope)
    if (content === null) return refuse('item.not-found')
    const { changedAt: modified, wrappedKey, withheld, items } = content
    const key = await vault.open(of, wrappedKey)
    // Sealed bytes are fetched by the megabyte, over the borders of files, which lie one behind another in a pack.
    const ahead = readWanted(readPacks(store), [...wantedIn(items)])
    const [first, ...rest] = toFiles(key, items, ahead)
    if (first === undefined) return refuse('item.not-found')
    return { modified, withheld, files: [first, ...rest], close: ahead.close }
  }
