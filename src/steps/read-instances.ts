/**
 * Read instances: DICOM objects of a case as they go out, whole and one after another (PS3.18 §10.4). What a scope holds
 * is known before the first byte; its bytes are put together from sealed packs while they are sent.
 */
import { type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, ItemId } from '#domain/id.ts'
import type { InstanceFacts } from '#domain/study.ts'
import { openServedRange } from '#formats/pack/served-bytes.ts'
import { readWanted, wantedOf } from '#formats/pack/wanted.ts'
import type { CaseVault } from '#ports/case-vault.ts'
import type { InstanceLedger, InstanceScope } from '#ports/instance-ledger.ts'
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
}

/** Refuses `item.not-found` for what is not there, not of this case or not readable: nobody learns which. */
export const readInstances =
  ({ instances, vault, store }: ReadInstancesNeeds) =>
  async (of: CaseId, scope: InstanceScope): Promise<InstanceSet | Refusal> => {
    const content = await instances.content(of, scope)
    if (content === null) return refuse('item.not-found')
    const key = await vault.open(of, content.wrappedKey)
    // Sealed bytes are fetched by the megabyte, over the borders of files, which lie one behind another in a pack.
    const ahead = readWanted(readPacks(store), [
      ...(function* () {
        for (const item of content.items) yield* wantedOf(item.extents, 0, item.size)
      })(),
    ])
    const [first, ...rest] = content.items.map((item): InstanceFile => {
      // Not the row itself: a study is sent for minutes, and its facts would be held as long.
      const { id, instance, size, sha256, served, extents } = item
      return {
        item: id,
        instance,
        length: size,
        sha256: served?.sha256 ?? sha256,
        open: (start, end) => {
          const opened = openExtents(key, extents)
          return openServedRange(opened, ahead, served?.patches ?? [], start, end)
        },
      }
    })
    if (first === undefined) return refuse('item.not-found')
    return { modified: content.changedAt, withheld: content.withheld, files: [first, ...rest] }
  }
