/** Packs, verdicts and the index in PostgreSQL. */
import { sql, type Transaction } from 'kysely'
import { Fault } from '#domain/fault.ts'
import type { CaseId, ItemId, PackId, PlanId } from '#domain/id.ts'
import { deadStates, itemMachine, readableStates } from '#domain/item.ts'
import { packMachine } from '#domain/pack.ts'
import { worstOutcome } from '#domain/verdict.ts'
import type { AdmissionLedger, ArrivedItem, ArrivedPack, ItemDecision } from '#ports/admission-ledger.ts'
import { findTwins, indexItems, noteVerdicts } from './case-index.ts'
import { type Database, guarded } from './database.ts'
import { toExtent } from './extent-row.ts'
import type { Tables } from './tables.ts'

type Trx = Transaction<Tables>

const findItems = async (db: Database, pack: PackId): Promise<ArrivedItem[]> => {
  const items = await db
    .selectFrom('items')
    .select(['id', 'plan_id', 'size', 'sealed_name'])
    .where('received_in', '=', pack)
    .where('state', '=', 'received')
    .orderBy('id')
    .execute()
  if (items.length === 0) return []
  const extents = await db
    .selectFrom('extents')
    .selectAll()
    .where(
      'item_id',
      'in',
      items.map((item) => item.id),
    )
    .orderBy('item_id')
    .orderBy('first')
    .execute()
  const byItem = Map.groupBy(extents, (extent) => extent.item_id)
  return items.map((item) => ({
    id: item.id,
    plan: item.plan_id,
    size: item.size,
    sealedName: item.sealed_name,
    extents: (byItem.get(item.id) ?? []).map(toExtent),
  }))
}

const keysOf = async <Id extends PackId | PlanId>(
  db: Database,
  table: 'packs' | 'plans',
  ids: readonly Id[],
): Promise<Map<Id, string>> => {
  if (ids.length === 0) return new Map()
  const rows = await sql<{ id: Id; locked_key: string }>`
    select id, locked_key from ${sql.table(table)} where id = any(${ids}::uuid[])`.execute(db)
  return new Map(rows.rows.map((row) => [row.id, row.locked_key]))
}

/** Locks items in the order intake does, so that the same files sent again meanwhile cannot deadlock with this. */
const lockItems = async (trx: Trx, ids: readonly ItemId[]): Promise<void> => {
  await sql`select from items where id = any(${ids}::uuid[]) order by id for no key update`.execute(trx)
}

/** Moves the items that still wait, and says which those were. */
const moveItems = async (trx: Trx, decisions: readonly ItemDecision[], at: Date): Promise<Set<ItemId>> => {
  const outcomes = decisions.map((decision) => worstOutcome(decision.codes))
  for (const outcome of outcomes) if (!itemMachine.may('received', outcome)) throw new Fault('state.conflict')
  await lockItems(
    trx,
    decisions.map((decision) => decision.item),
  )
  const moved = await sql<{ id: ItemId }>`
    update items set state = t.state, kind = t.kind, sha256 = t.sha256, crc32 = t.crc32,
      codes = string_to_array(t.codes, ' '),
      sealed_facts = t.facts, decided_at = ${at}
    from unnest(${decisions.map((d) => d.item)}::uuid[], ${outcomes}::text[],
      ${decisions.map((d) => d.kind)}::text[], ${decisions.map((d) => d.codes.join(' '))}::text[],
      ${decisions.map((d) => Buffer.from(d.sha256))}::bytea[], ${decisions.map((d) => d.crc32)}::bigint[],
      ${decisions.map((d) => Buffer.from(d.sealedFacts))}::bytea[])
      as t (id, state, kind, codes, sha256, crc32, facts)
    where items.id = t.id and items.state = 'received'
    returning items.id`.execute(trx)
  return new Set(moved.rows.map((row) => row.id))
}

const isReadable = (decision: ItemDecision): boolean =>
  readableStates.some((state) => state === worstOutcome(decision.codes))

const replaceKeys = async (trx: Trx, pack: ArrivedPack, decided: readonly ItemDecision[]): Promise<void> => {
  const extents = new Map(pack.items.map((item) => [item.id, item.extents]))
  const rows = decided.flatMap((decision) =>
    (extents.get(decision.item) ?? []).map((extent, index) => ({
      item: decision.item,
      first: extent.first,
      key: worstOutcome(decision.codes) === 'rejected' ? null : Buffer.from(decision.keys[index] ?? []),
    })),
  )
  await sql`
    update extents set wrapped_key = t.key
    from unnest(${rows.map((r) => r.item)}::uuid[], ${rows.map((r) => r.first)}::int[],
      ${rows.map((r) => r.key)}::bytea[]) as t (item, first, key)
    where extents.item_id = t.item and extents.first = t.first`.execute(trx)
}

export const createAdmissionLedger = (db: Database): AdmissionLedger => ({
  takePack: (id) =>
    guarded(async () => {
      const pack = await db
        .updateTable('packs')
        .from('cases')
        .set({ attempts: sql`packs.attempts + 1` })
        .where('packs.id', '=', id)
        .whereRef('cases.id', '=', 'packs.case_id')
        .returning(['packs.case_id', 'packs.sender_id', 'packs.state', 'packs.attempts', 'cases.wrapped_key'])
        .executeTakeFirst()
      if (pack === undefined) return null
      const items = await findItems(db, id)
      const packs = [...new Set(items.flatMap((item) => item.extents.map((extent) => extent.pack)))]
      const plans = [...new Set(items.map((item) => item.plan))]
      return {
        id,
        case: pack.case_id,
        sender: pack.sender_id,
        state: pack.state,
        attempts: pack.attempts - 1,
        wrappedKey: pack.wrapped_key,
        items,
        packKeys: await keysOf(db, 'packs', packs),
        planKeys: await keysOf(db, 'plans', plans),
      }
    }),

  giveBack: (id) =>
    guarded(async () => {
      await db
        .updateTable('packs')
        .set({ attempts: sql`greatest(attempts - 1, 0)` })
        .where('id', '=', id)
        .execute()
    }),

  admit: (pack, decisions, settle, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const owner = await trx
          .selectFrom('cases')
          .select('wrapped_key')
          .where('id', '=', pack.case)
          // Admissions take turns; what senders bring meanwhile only refers to the case and need not wait.
          .forNoKeyUpdate()
          .executeTakeFirst()
        const moved = await trx
          .updateTable('packs')
          .set({ state: 'admitted', admitted_at: at })
          .where('id', '=', pack.id)
          .where('state', 'in', packMachine.into('admitted'))
          .executeTakeFirst()
        if (owner?.wrapped_key == null || moved.numUpdatedRows !== 1n) return []
        if (decisions.length === 0) return []
        const settled = settle(await findTwins(trx, pack.case, decisions))
        const still = await moveItems(trx, settled, at)
        const decided = settled.filter((decision) => still.has(decision.item))
        await replaceKeys(trx, pack, decided)
        await indexItems(trx, pack.case, decided, at)
        await noteVerdicts(trx, decided, at)
        if (decided.some(isReadable))
          await trx
            .updateTable('cases')
            .set({ revision: sql`revision + 1`, content_at: at })
            .where('id', '=', pack.case)
            .execute()
        return decided
      }),
    ),

  quarantinePack: (id, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const moved = await trx
          .updateTable('packs')
          .set({ state: 'quarantined' })
          .where('id', '=', id)
          .where('state', 'in', packMachine.into('quarantined'))
          .executeTakeFirst()
        if (moved.numUpdatedRows !== 1n) return []
        const items = await trx
          .updateTable('items')
          .set({ state: 'quarantined', codes: ['CHECK_UNAVAILABLE'], decided_at: at })
          .where('id', 'in', (query) =>
            query
              .selectFrom('items')
              .select('id')
              .where('received_in', '=', id)
              .where('state', '=', 'received')
              .orderBy('id')
              .forNoKeyUpdate(),
          )
          .returning('id')
          .execute()
        return items.map((item) => item.id)
      }),
    ),

  dropPack: (id) =>
    guarded(async () => {
      const moved = await db
        .updateTable('packs')
        .set({ state: 'dropped' })
        .where('id', '=', id)
        .where('state', '=', 'admitted')
        .where((query) =>
          query.not(
            query.exists(
              query
                .selectFrom('extents')
                .innerJoin('items', 'items.id', 'extents.item_id')
                .select('items.id')
                .where('extents.pack_id', '=', id)
                .where('items.state', 'not in', deadStates),
            ),
          ),
        )
        .executeTakeFirst()
      return moved.numUpdatedRows === 1n
    }),

  owedPacks: (before, limit) =>
    guarded(async () => {
      const rows = await db
        .selectFrom('packs')
        .select('id')
        .where('state', '=', 'stored')
        .where('created_at', '<', before)
        .orderBy('created_at')
        .limit(limit)
        .execute()
      return rows.map((row) => row.id)
    }),

  owedCases: (before, limit) =>
    guarded(async () => {
      const rows = await sql<{ id: CaseId }>`
        select distinct cases.id from cases join senders on senders.case_id = cases.id
        where cases.state = 'collecting' and senders.finished_at < ${before}
          and not exists (select from senders as s where s.case_id = cases.id
            and s.started_at is not null and s.finished_at is null)
          and not exists (select from items where items.case_id = cases.id
            and items.state in ('receiving', 'received'))
        limit ${limit}`.execute(db)
      return rows.rows.map((row) => row.id)
    }),
})
