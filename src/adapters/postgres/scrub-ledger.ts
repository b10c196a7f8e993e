/** What ought to be in the store, in PostgreSQL: by key and page, each page one statement or one snapshot. */
import { type Selectable, sql } from 'kysely'
import type { CaseId, ItemId, PackId } from '#domain/id.ts'
import type { ItemState } from '#domain/item.ts'
import type { KeptExtent, KeptItem, KeptPack, Page, ScrubLedger } from '#ports/scrub-ledger.ts'
import { type Database, guarded } from './database.ts'
import { toKeptExtent } from './extent-row.ts'
import { type ServedRow, servedColumns, toServed } from './served-copy.ts'
import type { Tables } from './tables.ts'

/** Extents that come with their item; an item of more is a large file, whose others are asked for by themselves. */
const extentsAtOnce = 64

/** Every state in which bytes that arrived are kept for somebody. */
const keptStates = [
  'receiving',
  'received',
  'unpacking',
  'accepted',
  'accepted_with_warnings',
  'quarantined',
  'released',
] as const satisfies ItemState[]

type ItemRow = Pick<
  Selectable<Tables['items']>,
  'id' | 'case_id' | 'state' | 'size' | 'sha256' | 'crc32' | 'sealed_facts'
> &
  ServedRow & { readonly wrapped_key: string | null }

const toItem = (row: ItemRow, extents: readonly KeptExtent[]): KeptItem => ({
  id: row.id,
  case: row.case_id,
  state: row.state,
  size: row.size,
  sha256: row.sha256,
  crc32: row.crc32,
  served: toServed(row, row.size),
  sealedFacts: row.sealed_facts,
  caseKey: row.wrapped_key,
  extents: extents.slice(0, extentsAtOnce),
  more: extents.length > extentsAtOnce,
})

const readItems = (
  db: Database,
  { after, limit, of }: Page<ItemId>,
  only: ItemId | null,
): Promise<readonly KeptItem[]> =>
  db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      const rows = await trx
        .selectFrom('items')
        .innerJoin('cases', 'cases.id', 'items.case_id')
        .select(['items.id', 'items.case_id', 'items.state', 'items.size', 'items.sha256', 'items.crc32'])
        .leftJoin('served_copies', 'served_copies.item_id', 'items.id')
        .select(['items.sealed_facts', 'cases.wrapped_key', ...servedColumns])
        .where('items.state', 'in', keptStates)
        .where('cases.state', '<>', 'erased')
        .$if(after !== null, (query) => query.where('items.id', '>', after ?? ('' as ItemId)))
        .$if(of !== null, (query) => query.where('items.case_id', '=', of ?? ('' as CaseId)))
        .$if(only !== null, (query) => query.where('items.id', '=', only ?? ('' as ItemId)))
        .orderBy('items.id')
        .limit(limit)
        .execute()
      const found = await sql<Selectable<Tables['extents']>>`
        select e.* from unnest(${rows.map(({ id }) => id)}::uuid[]) as wanted (id)
        cross join lateral (select * from extents where item_id = wanted.id order by first
          limit ${extentsAtOnce + 1}) as e
        order by e.item_id, e.first`.execute(trx)
      const extents = Map.groupBy(found.rows.map(toKeptExtent), ({ item }) => item)
      return rows.map((row) => toItem(row, extents.get(row.id) ?? []))
    })

const selectPacks = (db: Database) =>
  db
    .selectFrom('packs')
    .innerJoin('cases', 'cases.id', 'packs.case_id')
    .select(['packs.id', 'packs.case_id', 'packs.size', 'packs.locked_key', 'cases.wrapped_key'])
    .where('packs.state', '<>', 'dropped')
    .where('cases.state', '<>', 'erased')

const toPack = (row: Awaited<ReturnType<ReturnType<typeof selectPacks>['execute']>>[number]): KeptPack => ({
  id: row.id,
  case: row.case_id,
  size: row.size,
  lockedKey: row.locked_key,
  caseKey: row.wrapped_key,
})

export const createScrubLedger = (db: Database): ScrubLedger => ({
  items: (page) => guarded(() => readItems(db, page, null)),

  item: (id) =>
    guarded(async () => {
      const [item] = await readItems(db, { after: null, limit: 1, of: null }, id)
      return item ?? null
    }),

  extents: (id, from, limit) =>
    guarded(async () => {
      const rows = await db
        .selectFrom('extents')
        .selectAll()
        .where('item_id', '=', id)
        .where('first', '>=', from)
        .orderBy('first')
        .limit(limit)
        .execute()
      return rows.map(toKeptExtent)
    }),

  packs: ({ after, limit, of }) =>
    guarded(async () => {
      const rows = await selectPacks(db)
        .$if(after !== null, (query) => query.where('packs.id', '>', after ?? ('' as PackId)))
        .$if(of !== null, (query) => query.where('packs.case_id', '=', of ?? ('' as CaseId)))
        .orderBy('packs.id')
        .limit(limit)
        .execute()
      return rows.map(toPack)
    }),

  living: (ids) =>
    guarded(async () => {
      const rows = await selectPacks(db)
        .where(sql<boolean>`packs.id = any(${[...ids]}::uuid[])`)
        .execute()
      return new Map(rows.map((row) => [row.id, toPack(row)]))
    }),
})
