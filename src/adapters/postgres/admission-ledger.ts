/** Packs, verdicts and the index in PostgreSQL. */
import { sql, type Transaction } from 'kysely'
import { Fault } from '#domain/fault.ts'
import type { CaseId, ItemId, PackId, PlanId } from '#domain/id.ts'
import { deadStates, decidedState, itemMachine, waitingStates } from '#domain/item.ts'
import { packMachine } from '#domain/pack.ts'
import type { AdmissionLedger, ArrivedPack, ItemDecision } from '#ports/admission-ledger.ts'
import { findTwins, writeDecisions } from './case-index.ts'
import { type Database, guarded } from './database.ts'
import { type ExtentRow, toExtent } from './extent-row.ts'
import { noteChange } from './note-change.ts'
import type { Tables } from './tables.ts'

type Trx = Transaction<Tables>

type ItemRow = ExtentRow & {
  id: ItemId
  plan_id: PlanId
  size: number
  sealed_name: Buffer
  plan_key: string
  depth: number
  pack_key: string
}

/** The items a pack completed, with their extents and every key these need. */
const findItems = async (
  db: Database,
  pack: PackId,
): Promise<Pick<ArrivedPack, 'items' | 'packKeys' | 'planKeys'>> => {
  const { rows } = await sql<ItemRow | (Omit<ItemRow, keyof ExtentRow> & { pack_id: null })>`
    select items.id, items.plan_id, items.size, items.sealed_name, plans.locked_key as plan_key,
      packs.locked_key as pack_key, extents.*,
      case when plans.archive_item is null then 0 when above.archive_item is null then 1 else 2 end as depth
    from items join plans on plans.id = items.plan_id
      left join items as archives on archives.id = plans.archive_item
      left join plans as above on above.id = archives.plan_id
      left join extents on extents.item_id = items.id left join packs on packs.id = extents.pack_id
    where items.received_in = ${pack} and items.state = 'received'
    order by items.id, extents.first`.execute(db)
  const packKeys = new Map<PackId, string>()
  const planKeys = new Map<PlanId, string>()
  const items = [...Map.groupBy(rows, (row) => row.id)].flatMap(([id, some]) => {
    const [first] = some
    if (first === undefined) return []
    planKeys.set(first.plan_id, first.plan_key)
    const extents = some.flatMap((row) => {
      if (row.pack_id === null) return []
      packKeys.set(row.pack_id, row.pack_key)
      return [toExtent(row)]
    })
    const { depth } = first
    return [{ id, plan: first.plan_id, depth, size: first.size, sealedName: first.sealed_name, extents }]
  })
  return { items, packKeys, planKeys }
}

/**
 * Moves the items that still wait, and says which those were. They are locked in the order intake does, so that the
 * same files sent again meanwhile cannot deadlock with this.
 */
const moveItems = async (trx: Trx, decisions: readonly ItemDecision[], at: Date): Promise<Set<ItemId>> => {
  const states = decisions.map(decidedState)
  for (const state of states) if (!itemMachine.may('received', state)) throw new Fault('state.conflict')
  const ids = decisions.map((decision) => decision.item)
  // By the state of the locked rows: any other is looked up in an index of all items that wait anywhere.
  const moved = await sql<{ id: ItemId }>`
    with locked as materialized (
      select id, state from items where id = any(${ids}::uuid[]) order by id for no key update)
    update items set state = t.state, kind = t.kind, sha256 = t.sha256, crc32 = t.crc32,
      codes = string_to_array(t.codes, ' '),
      sealed_facts = t.facts, decided_at = ${at}
    from unnest(${ids}::uuid[], ${states}::text[],
      ${decisions.map((d) => d.kind)}::text[], ${decisions.map((d) => d.codes.join(' '))}::text[],
      ${decisions.map((d) => Buffer.from(d.sha256))}::bytea[], ${decisions.map((d) => d.crc32)}::bigint[],
      ${decisions.map((d) => Buffer.from(d.sealedFacts))}::bytea[])
      as t (id, state, kind, codes, sha256, crc32, facts)
    where items.id = t.id and items.id = any(array(select id from locked where state = 'received'))
    returning items.id`.execute(trx)
  return new Set(moved.rows.map((row) => row.id))
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
        .returning([
          'packs.case_id',
          'packs.sender_id',
          'packs.state',
          'packs.attempts',
          'cases.wrapped_key',
          'cases.details',
          sql<Buffer | null>`(select sealed_heads from pack_heads where pack_id = packs.id)`.as('heads'),
        ])
        .executeTakeFirst()
      if (pack === undefined) return null
      return {
        id,
        case: pack.case_id,
        sender: pack.sender_id,
        state: pack.state,
        attempts: pack.attempts - 1,
        wrappedKey: pack.wrapped_key,
        details: pack.details,
        heads: pack.heads,
        ...(await findItems(db, id)),
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
        const moved = await trx
          .with('owner', (query) =>
            query
              .selectFrom('cases')
              .select(['id', 'wrapped_key'])
              .where('id', '=', pack.case)
              // Admissions take turns; what senders bring meanwhile only refers to the case and need not wait.
              .forNoKeyUpdate(),
          )
          .with('forgotten', (query) => query.deleteFrom('pack_heads').where('pack_id', '=', pack.id))
          .updateTable('packs')
          .from('owner')
          .set({ state: 'admitted', admitted_at: at })
          .where('packs.id', '=', pack.id)
          .whereRef('packs.case_id', '=', 'owner.id')
          .where('state', 'in', packMachine.into('admitted'))
          .returning('owner.wrapped_key')
          .executeTakeFirst()
        if (moved?.wrapped_key == null || decisions.length === 0) return []
        const settled = settle(await findTwins(trx, pack.case, decisions))
        const still = await moveItems(trx, settled, at)
        const decided = settled.filter((decision) => still.has(decision.item))
        await writeDecisions(trx, pack, decided, at)
        await noteChange(trx, pack.case)
        return decided
      }),
    ),

  quarantinePack: (id, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const moved = await trx
          .with('forgotten', (query) => query.deleteFrom('pack_heads').where('pack_id', '=', id))
          .updateTable('packs')
          .set({ state: 'quarantined' })
          .where('id', '=', id)
          .where('state', 'in', packMachine.into('quarantined'))
          .returning('case_id')
          .executeTakeFirst()
        if (moved === undefined) return []
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
        await noteChange(trx, moved.case_id)
        return items.map((item) => item.id)
      }),
    ),

  dropPack: (id) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const moved = await trx
          .updateTable('packs')
          .set({ state: 'dropped' })
          .where('id', '=', id)
          // Of a stored one the last word is not spoken: admission still has to look into it.
          .where('state', 'in', ['admitted', 'quarantined'])
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
          .returning('case_id')
          .executeTakeFirst()
        if (moved !== undefined) await noteChange(trx, moved.case_id)
        return moved !== undefined
      }),
    ),

  owedPacks: (before, limit) =>
    guarded(async () => {
      const rows = await db
        .selectFrom('packs')
        .select('id')
        .where('state', '=', 'stored')
        .where((query) =>
          query.or([
            query('created_at', '<', before),
            query('created_at', '>', sql<Date>`${before}::timestamptz + interval '1 hour'`),
          ]),
        )
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
            and items.state = any(${[...waitingStates]}))
        limit ${limit}`.execute(db)
      return rows.rows.map((row) => row.id)
    }),
})
