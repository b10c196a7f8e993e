/** Packs that are durable in the store become rows, all of them or none. */
import { type RawBuilder, sql, type Transaction } from 'kysely'
import { type CaseState, mayReceive } from '#domain/case.ts'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { ItemId, SenderId } from '#domain/id.ts'
import type { ItemState } from '#domain/item.ts'
import type { NewPack, RecordedPacks } from '#ports/intake-ledger.ts'
import { type Chosen, chooseExtents, type Filling } from './choose-extents.ts'
import { readRuns } from './chunk-runs.ts'
import { insertPack } from './insert-pack.ts'
import type { Tables } from './tables.ts'

export type LockedItem = {
  readonly id: ItemId
  readonly sender_id: SenderId
  readonly size: number
  readonly state: ItemState
  readonly have: string
  readonly case_state: CaseState
}

/** Locks every item the packs name, in one order whatever the packs' order is: calls that cross must not deadlock. */
export const lockItems = (packs: readonly NewPack[]): RawBuilder<LockedItem> => {
  const ids = [...new Set(packs.flatMap((pack) => pack.extents.map((extent) => extent.item)))]
  const senders = [...new Set(packs.map((pack) => pack.sender))]
  return sql<LockedItem>`
    select items.id, items.sender_id, items.size, items.state, items.have, cases.state as case_state
    from items join cases on cases.id = items.case_id
    where items.sender_id = any(${senders}::uuid[]) and items.id = any(${ids}::uuid[])
    order by items.id for update of items`
}

/** What is to be answered, and the statements that write it. */
export type Recording = { readonly recorded: RecordedPacks; readonly rows: readonly RawBuilder<unknown>[] }

/** As `IntakeLedger.recordPacks`, of items that are locked. */
export const recordRows = (packs: readonly NewPack[], locked: readonly LockedItem[]): Recording | Refusal => {
  if (!locked.every((row) => mayReceive(row.case_state))) return refuse('case.closed')
  const items = new Map(
    locked.map(({ id, sender_id: sender, size, state, have }): [ItemId, Filling] => [
      id,
      { sender, size, runs: readRuns(have), waits: state === 'receiving' },
    ]),
  )
  const chosen: Chosen[] = []
  for (const pack of packs) {
    const choice = chooseExtents(pack, items)
    if (isRefusal(choice)) return choice
    chosen.push(choice)
  }
  const fresh = chosen.filter((choice) => choice.fresh.length > 0)
  return {
    recorded: {
      repeated: chosen.filter((choice) => choice.fresh.length === 0).map(({ pack }) => pack.id),
      completed: fresh.flatMap((choice) => choice.completed),
    },
    rows: fresh.map(insertPack),
  }
}

/** As `IntakeLedger.recordPacks`, in a transaction that does more; after a refusal nothing was written. */
export const recordAll = async (
  trx: Transaction<Tables>,
  packs: readonly NewPack[],
): Promise<RecordedPacks | Refusal> => {
  const recording = recordRows(packs, (await lockItems(packs).execute(trx)).rows)
  if (isRefusal(recording)) return recording
  for (const row of recording.rows) await row.execute(trx)
  return recording.recorded
}
