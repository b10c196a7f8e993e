/** Packs that are durable in the store become rows, all of them or none. */
import { sql, type Transaction } from 'kysely'
import { mayReceive } from '#domain/case.ts'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { ItemId } from '#domain/id.ts'
import type { NewPack, RecordedPacks } from '#ports/intake-ledger.ts'
import { type Chosen, chooseExtents, type Filling } from './choose-extents.ts'
import { readRuns } from './chunk-runs.ts'
import { insertPack } from './insert-pack.ts'
import type { Tables } from './tables.ts'

type Trx = Transaction<Tables>

/** Locks every item the packs name, in one order whatever the packs' order is: calls that cross must not deadlock. */
const lockItems = async (
  trx: Trx,
  packs: readonly NewPack[],
): Promise<{ readonly items: Map<ItemId, Filling>; readonly open: boolean }> => {
  const ids = [...new Set(packs.flatMap((pack) => pack.extents.map((extent) => extent.item)))]
  if (ids.length === 0) return { items: new Map(), open: true }
  const rows = await trx
    .selectFrom('items')
    .innerJoin('cases', 'cases.id', 'items.case_id')
    .select([
      'items.id',
      'items.sender_id',
      'items.size',
      'items.state',
      'items.have',
      'cases.state as case_state',
    ])
    .where('items.sender_id', 'in', [...new Set(packs.map((pack) => pack.sender))])
    .where(sql<boolean>`items.id = any(${ids}::uuid[])`)
    .orderBy('items.id')
    .forUpdate('items')
    .execute()
  const items = new Map(
    rows.map((row) => [
      row.id,
      {
        sender: row.sender_id,
        size: row.size,
        runs: readRuns(row.have),
        waits: row.state === 'receiving',
      },
    ]),
  )
  return { items, open: rows.every((row) => mayReceive(row.case_state)) }
}

/** As `IntakeLedger.recordPacks`; after a refusal nothing was written. */
export const recordAll = async (trx: Trx, packs: readonly NewPack[]): Promise<RecordedPacks | Refusal> => {
  const { items, open } = await lockItems(trx, packs)
  if (!open) return refuse('case.closed')
  const chosen: Chosen[] = []
  for (const pack of packs) {
    const choice = chooseExtents(pack, items)
    if (isRefusal(choice)) return choice
    chosen.push(choice)
  }
  const fresh = chosen.filter((choice) => choice.fresh.length > 0)
  for (const choice of fresh) await insertPack(trx, choice)
  return {
    repeated: chosen.filter((choice) => choice.fresh.length === 0).map(({ pack }) => pack.id),
    completed: fresh.flatMap((choice) => choice.completed),
  }
}
