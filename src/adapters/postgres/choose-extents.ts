/** What of a pack is new: the arithmetic of runs against what has arrived of each item, without the database. */
import { type Refusal, refuse } from '#domain/fault.ts'
import type { ItemId, SenderId } from '#domain/id.ts'
import { type ChunkRun, chunkBytes, chunkCount } from '#domain/item.ts'
import type { NewPack } from '#ports/intake-ledger.ts'
import { overlap } from './chunk-runs.ts'

/** An item while packs are recorded: what has arrived of it, with what the packs before in the same call bring. */
export type Filling = {
  readonly sender: SenderId
  readonly size: number
  readonly runs: ChunkRun[]
  waits: boolean
}

/** True when a run lies on the item's grid of chunks and has exactly the bytes that belong there. */
const fits = (extent: NewPack['extents'][number], size: number): boolean => {
  const chunks = chunkCount(size)
  const start = extent.first * chunkBytes
  const end = Math.min(size, (extent.first + extent.count) * chunkBytes)
  return (
    extent.first >= 0 &&
    extent.count >= 1 &&
    extent.first + extent.count <= chunks &&
    extent.length === Math.max(0, end - start)
  )
}

/** A pack with those of its extents that are new, and the items these complete. */
export type Chosen = {
  readonly pack: NewPack
  readonly fresh: NewPack['extents']
  readonly completed: readonly ItemId[]
}

/**
 * Which extents of a pack are new and which items they complete, or why it may not be recorded. Notes them in
 * `items`, for the packs that follow.
 */
export const chooseExtents = (pack: NewPack, items: ReadonlyMap<ItemId, Filling>): Chosen | Refusal => {
  const fresh: NewPack['extents'][number][] = []
  const completed: ItemId[] = []
  for (const extent of pack.extents) {
    const item = items.get(extent.item)
    if (item === undefined || item.sender !== pack.sender) return refuse('plan.unknown-item')
    if (!fits(extent, item.size)) return refuse('plan.changed')
    const known = overlap(item.runs, extent)
    if (known === extent.count) continue
    if (known > 0 || !item.waits) return refuse('plan.changed')
    item.runs.push(extent)
    fresh.push(extent)
    if (item.runs.reduce((sum, run) => sum + run.count, 0) < chunkCount(item.size)) continue
    item.waits = false
    completed.push(extent.item)
  }
  return { pack, fresh, completed }
}
